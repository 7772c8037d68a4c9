/** Civil days of the room's time zone: what the slider moves over and what the URL holds. */

/** `2026-11-24`. */
export type Day = string;

const DAY_MS = 86_400_000;
const NOON_MS = DAY_MS / 2;
const PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** The day that `text` names, or null. */
export function parseDay(text: string): Day | null {
  if (!PATTERN.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text;
}

/** Days since 1 January 1970. */
export function dayNumber(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

export function dayOfNumber(number: number): Day {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return dayOfNumber(dayNumber(day) + days);
}

/** The civil day of `instant` in `timeZone`. */
export function dayAt(instant: Date, timeZone: string): Day {
  // The Canadian form of a date is the ISO one.
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

/** The instant at which `day` begins in `timeZone`, as RFC 3339 UTC. */
export function startOfDay(day: Day, timeZone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let guess = wanted - offsetMs(new Date(wanted), timeZone);
  // The offset at midnight may differ from the one at the guess, on the two days of the year when clocks change.
  guess = wanted - offsetMs(new Date(guess), timeZone);
  return new Date(guess).toISOString().replace(".000Z", "Z");
}

function offsetMs(instant: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return local - Math.floor(instant.getTime() / 1000) * 1000;
}

/** A day as a date that formats to itself in `timeZone`: noon is the same day whatever the clocks do. */
export function noonOf(day: Day, timeZone: string): Date {
  return new Date(Date.parse(startOfDay(day, timeZone)) + NOON_MS);
}

/** The first days of the months from that of `from` to that of `to`. */
export function monthsBetween(from: Day, to: Day): Day[] {
  const months: Day[] = [];
  let year = Number(from.slice(0, 4));
  let month = Number(from.slice(5, 7));
  for (;;) {
    const first = `${year}-${String(month).padStart(2, "0")}-01`;
    if (first > to) return months;
    months.push(first);
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
}

/** An evening goes from noon to noon, as RFC 3339 UTC. */
export function eveningStart(now: Date, timeZone: string): string {
  const today = dayAt(now, timeZone);
  const noon = (day: string): number => Date.parse(startOfDay(day, timeZone)) + NOON_MS;
  const start = noon(today) <= now.getTime() ? noon(today) : noon(addDays(today, -1));
  return new Date(start).toISOString().replace(".000Z", "Z");
}

/** Where the night's crews are relieved: the next 06:00 in `timeZone`, or the one after where that is within the hour. */
export function shiftEnd(now: Date, timeZone: string): Date {
  const HOUR_MS = DAY_MS / 24;
  // Counted back from midnight: clocks change before 06:00.
  const six = (day: Day): number => Date.parse(startOfDay(addDays(day, 1), timeZone)) - 18 * HOUR_MS;
  const today = dayAt(now, timeZone);
  const next = six(today) - HOUR_MS > now.getTime() ? six(today) : six(addDays(today, 1));
  return new Date(next);
}

/** From 22:00 to 06:00 in `timeZone` larger crews are sent. */
export function isNight(now: Date, timeZone: string): boolean {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(now));
  return hour >= 22 || hour < 6;
}
