/** Days on Paris calendars, as instants. */
const TIME_ZONE = "Europe/Paris";

/** The instant at which a day such as `2026-11-23` begins in Paris, RFC 3339. */
export function startOfDay(day: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Clocks change between two and three in the morning: midnight has the offset that the instant before it has.
  return new Date(utc - offsetMs(utc - offsetMs(utc))).toISOString();
}

/** The instant at which the day after that one begins in Paris. */
export function endOfDay(day: string): string {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
  return startOfDay(next.toISOString().slice(0, 10));
}

/** The day in Paris at that instant. */
export function dayOf(instant: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE, dateStyle: "short" }).format(instant);
}

/** By how much clocks in Paris are ahead of UTC then, in milliseconds. */
function offsetMs(instant: number): number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: TIME_ZONE, timeZoneName: "longOffset" });
  const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}
