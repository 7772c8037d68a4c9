/** Hours of the day and days of the week, as the API writes them: `18-2` wraps past midnight. */

export interface Hours {
  /** First hour, 0 to 23. */
  from: number;
  /** Hour at which the range ends, itself left out, 0 to 24. */
  to: number;
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The range that `text` names, or null for none, for the whole day and for nonsense. */
export function parseHours(text: string): Hours | null {
  const match = /^(\d{1,2})-(\d{1,2})$/.exec(text);
  if (!match) return null;
  const from = Number(match[1]);
  const to = Number(match[2]);
  if (from > 23 || to > 24) return null;
  return from === to || (from === 0 && to === 24) ? null : { from, to };
}

export function printHours(hours: Hours): string {
  return `${hours.from}-${hours.to}`;
}

export function wraps(hours: Hours): boolean {
  return hours.to < hours.from && hours.to !== 0;
}

/** True when the hour that begins at `hour` is in the range. */
export function includesHour(hours: Hours | null, hour: number): boolean {
  if (hours === null) return true;
  const end = hours.to === 0 ? 24 : hours.to;
  return hours.from < end ? hour >= hours.from && hour < end : hour >= hours.from || hour < end;
}

/** The days that `text` names, in the order of the week; empty stands for all of them. */
export function parseWeekdays(text: string): Weekday[] {
  const named = new Set(text.split(","));
  const days = WEEKDAYS.filter((day) => named.has(day));
  return days.length === WEEKDAYS.length ? [] : days;
}
