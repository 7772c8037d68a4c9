import { expect, it } from "vitest";

import { dayOf, endOfDay, startOfDay } from "./days";

it.each([
  ["2026-11-23", "2026-11-22T23:00:00.000Z", "2026-11-23T23:00:00.000Z"],
  ["2026-07-14", "2026-07-13T22:00:00.000Z", "2026-07-14T22:00:00.000Z"],
  // 23 and 25 hours: clocks go forward, and back.
  ["2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
  ["2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
  ["2026-12-31", "2026-12-30T23:00:00.000Z", "2026-12-31T23:00:00.000Z"],
])("%s begins and ends at midnight in Paris", (day, start, end) => {
  expect([startOfDay(day), endOfDay(day)]).toEqual([start, end]);
  expect(dayOf(new Date(start))).toBe(day);
  expect(dayOf(new Date(Date.parse(end) - 1))).toBe(day);
});
