import { describe, expect, it } from "vitest";

import { apart, seenBy, VISION } from "./colour-vision";
import { crossColour, crossing, quantiles, STEPS, type Cell } from "./cross";
import type { Row } from "./rows";

const row = (code: string, value: number | null, rate: number | null, households: number | null = 10): Row => ({
  code,
  name: code,
  kind: "H",
  vintage: 2013,
  value,
  households,
  band: null,
  dwellings: 100,
  incidents: null,
  rate,
  small: false,
});

describe("classes of equal counts", () => {
  it.each([
    [[1, 2, 3, 4, 5, 6], 3, [1, 1 + 5 / 3, 1 + 10 / 3, 6]],
    [[3, 1, 2], 2, [1, 2, 3]],
    [[7, 7, 7], 3, [7, 7]],
    [[0, 0, 0, 9], 3, [0, 0, 9]],
    [[], 3, []],
  ])("of %j in %s", (values, count, expected) => {
    const ends = quantiles(values, count);
    expect(ends).toHaveLength(expected.length);
    ends.forEach((end, at) => expect(end).toBeCloseTo(expected[at] ?? NaN, 9));
  });
});

describe("a crossing", () => {
  const nine = [1, 2, 3].flatMap((value) => [10, 20, 30].map((rate) => row(`${value}/${rate}`, value, rate)));

  it("puts each zone into the class of both its figures and counts it once", () => {
    const told = crossing([...nine, row("more", 3, 30, null), row("no figure", null, 10), row("no rate", 2, null)]);
    expect(told?.cells.get("1/30")).toEqual({ value: 0, rate: 2 });
    expect(told?.cells.get("3/10")).toEqual({ value: 2, rate: 0 });
    expect(told?.cells.get("2/20")).toEqual({ value: 1, rate: 1 });
    expect(told?.cells.has("no rate")).toBe(false);
    expect(told?.unknown).toBe(2);
    expect(told?.counts.flat().reduce((sum, { zones }) => sum + zones, 0)).toBe(10);
    // Households that nobody counted are not none.
    expect(told?.counts[2]?.[2]).toEqual({ zones: 2, households: 10 });
  });

  it("shares out the different values where too many are equal", () => {
    const mostly = [0, 0, 0, 0, 0, 0, 0, 1, 2].map((rate, at) => row(String(at), at, rate));
    const told = crossing(mostly);
    expect(told?.counts.map((of) => of.reduce((sum, { zones }) => sum + zones, 0))).toEqual([7, 1, 1]);
  });

  it("is none where the figures do not fall into three classes", () => {
    expect(crossing([])).toBeNull();
    expect(crossing([row("a", 1, 1), row("b", 2, 2)].map((one) => ({ ...one, value: 5 })))).toBeNull();
  });
});

describe.each(["dark", "light"] as const)("the nine colours in the %s theme", (theme) => {
  const all = Array.from({ length: STEPS * STEPS }, (_, at): Cell => ({ value: at % STEPS, rate: Math.floor(at / STEPS) }));

  it.each(Object.keys(VISION))("are told apart, and rise along both sides, to %s", (vision) => {
    const seen = all.map((cell) => seenBy(vision, crossColour(cell, theme)));
    for (const [at, colour] of seen.entries()) {
      for (const other of seen.slice(at + 1)) expect(apart(colour, other)).toBeGreaterThan(25);
      const cell = all[at];
      if (!cell) continue;
      for (const next of [{ ...cell, value: cell.value + 1 }, { ...cell, rate: cell.rate + 1 }]) {
        if (next.value >= STEPS || next.rate >= STEPS) continue;
        const lighter = seenBy(vision, crossColour(next, theme))[0] - colour[0];
        expect(theme === "dark" ? lighter : -lighter).toBeGreaterThan(2);
      }
    }
  });
});
