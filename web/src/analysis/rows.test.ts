import { describe, expect, it } from "vitest";

import type { HeatCell, Tract } from "../api/shapes";
import { found, householdsOf, rowsOf, sorted } from "./rows";

const tract = (code: string, name: string, figure: number | null, households: number | null = null): Tract => ({
  type: "Feature",
  id: code,
  geometry: null,
  properties: { code, name, kind: "H", vintage: 2013, dwellings: 7, indicators: { "d:X": figure, "rp:MEN": households } },
});

const cell = (id: string, count: number | null, dwellings: number): HeatCell => ({
  type: "Feature",
  id,
  geometry: null,
  properties: { count, dwellings, rate_per_1000: count === null ? null : (count * 1000) / dwellings, density_per_km2: null, value: null },
});

const rows = rowsOf(
  [tract("3", "Épinettes 10", 30, 410), tract("1", "Épinettes 2", 10), tract("2", "Bercy", null), tract("4", "Nation", 20, 90)],
  { indicator: "d:X", households: "rp:MEN" },
  [10, 20, 30],
  [cell("1", 5, 100), cell("2", null, 40), cell("4", 0, 10)],
);

describe("rows", () => {
  it("know nothing of what nobody tells", () => {
    expect(rows.map(({ code, value, band, rate, small }) => [code, value, band, rate, small])).toEqual([
      ["3", 30, 1, null, false],
      ["1", 10, 0, 50, false],
      ["2", null, null, null, true],
      ["4", 20, 0, 0, false],
    ]);
  });

  it("tell of how many households they are, and of none where nobody counted", () => {
    expect(rows.map(({ households }) => households)).toEqual([410, null, null, 90]);
    expect(householdsOf(rows)).toBe(500);
    expect(householdsOf(rows.slice(1, 3))).toBeNull();
    const uncounted = rowsOf([tract("1", "a", 1, 5)], { indicator: "d:X", households: null }, [], []);
    expect(uncounted[0]?.households).toBeNull();
  });

  it("are sorted with the unknown last, up and down", () => {
    const codes = (...how: [Parameters<typeof sorted>[1], boolean]): string => sorted(rows, ...how).map(({ code }) => code).join("");
    expect(codes("value", true)).toBe("3412");
    expect(codes("value", false)).toBe("1432");
    expect(codes("rate", true)).toBe("1423");
    expect(codes("name", false)).toBe("2134");
    expect(codes("dwellings", true)).toBe("1243");
  });

  it("are found by words of their names and by codes, without accents", () => {
    expect(found(rows, " epinettes 10").map(({ code }) => code)).toEqual(["3"]);
    expect(found(rows, "4")).toHaveLength(1);
    expect(found(rows, "")).toHaveLength(4);
  });
});
