import { expect, test } from "vitest";

import { begun, fate, prolonged } from "./lifetime";

const HOUR_MS = 3_600_000;

test("a shift lasts twelve hours, asks half an hour before, and never outlives a day", () => {
  const shift = begun(0);
  expect(fate(shift, 11 * HOUR_MS)).toBe("on");
  expect(fate(shift, 11.6 * HOUR_MS)).toBe("ask");
  expect(fate(shift, 12 * HOUR_MS)).toBe("over");
  expect(fate(shift, 24 * HOUR_MS)).toBe("dead");
});

test("a crew may say that it goes on, but not beyond a day", () => {
  const shift = prolonged(begun(0));
  expect(fate(shift, 13 * HOUR_MS)).toBe("on");
  expect(fate(shift, 23.6 * HOUR_MS)).toBe("ask");
  expect(fate(shift, 24 * HOUR_MS)).toBe("dead");
  expect(prolonged(shift)).toEqual(shift);
});

test("setting the clock back by days does not keep a copy alive", () => {
  expect(fate(begun(100 * HOUR_MS), 10 * HOUR_MS)).toBe("dead");
});
