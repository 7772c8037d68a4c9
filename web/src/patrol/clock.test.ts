import { expect, test } from "vitest";

import { measured, serverTime, surer } from "./clock";

const FIVE_MINUTES_MS = 300_000;

test("a tablet that is five minutes late learns so from one answer", () => {
  const offset = measured(1_000_000 + FIVE_MINUTES_MS, 999_950, 1_000_050, 0);
  expect(offset).toEqual({ offsetMs: FIVE_MINUTES_MS, errorMs: 50 });
  expect(serverTime(Date.UTC(2026, 10, 24, 1, 55), offset.offsetMs)).toBe("2026-11-24T02:00:00.000Z");
});

test("the true offset always lies within the error, whatever the way and however coarse the date", () => {
  for (let round = 0; round < 2_000; round++) {
    const truth = Math.round((Math.random() - 0.5) * 1e7);
    const [there, back, stepMs] = [Math.random() * 900, Math.random() * 900, round % 2 ? 1_000 : 1];
    const sentMs = 1e12 + Math.random() * 1e6;
    const written = sentMs + there + truth;
    const { offsetMs, errorMs } = measured(Math.floor(written / stepMs) * stepMs, sentMs, sentMs + there + back, stepMs);
    expect(Math.abs(offsetMs - truth)).toBeLessThanOrEqual(errorMs + 1);
  }
});

test("the surer measurement is kept while both can be true", () => {
  const coarse = { offsetMs: 400, errorMs: 600 };
  const fine = { offsetMs: 90, errorMs: 20 };
  expect(surer(null, coarse)).toBe(coarse);
  expect(surer(coarse, fine)).toBe(fine);
  expect(surer(fine, coarse)).toBe(fine);
});

test("a clock that somebody has set is measured anew", () => {
  const before = { offsetMs: FIVE_MINUTES_MS, errorMs: 20 };
  const after = { offsetMs: 100, errorMs: 600 };
  expect(surer(before, after)).toBe(after);
});
