import { describe, expect, it } from "vitest";

import { axisEnd, bandOf, edgesOf, parseBreaks, ticks } from "./bands";

describe("a class", () => {
  const edges = [10, 20, 30, 40];
  it.each([
    [10, 0],
    [20, 0],
    [20.001, 1],
    [30, 1],
    [40, 2],
    [9.9, null],
    [40.1, null],
    [null, null],
  ])("of %s is %s", (value, band) => {
    expect(bandOf(edges, value)).toBe(band);
  });

  it.each([
    [[5, 5], 5, 0],
    [[0, 0, 1], 0, 0],
    [[0, 0, 1], 0.5, 1],
    [[], 3, null],
  ])("of %j that are few or empty", (few, value, band) => {
    expect(bandOf(few, value)).toBe(band);
  });
});

describe("typed bounds", () => {
  it.each([
    ["12 ; 15,5 ; 20", [12, 15.5, 20]],
    ["12;15.5;20", [12, 15.5, 20]],
    ["12 15,5 20", [12, 15.5, 20]],
    ["-3;0", [-3, 0]],
    ["20 000 ; 30 000", "order"],
    ["", "none"],
    [" ; ", "none"],
    ["12;abc", "unreadable"],
    ["1e3", "unreadable"],
    ["20;12", "order"],
    ["12;12", "order"],
    ["1;2;3;4;5;6;7", "many"],
  ])("%s", (text, expected) => {
    expect(parseBreaks(text)).toEqual(expected);
  });

  it("lie between the least and the largest figure", () => {
    expect(edgesOf([12, 20], 5, 40)).toEqual([5, 12, 20, 40]);
    expect(edgesOf([5, 20], 5, 40)).toBe("range");
    expect(edgesOf([41], 5, 40)).toBe("range");
  });
});

describe("the end of an axis", () => {
  const many = Array.from({ length: 100 }, (_, at) => at);
  it.each([
    [many, 99],
    [[...many, 5_000, 9_000], 1.15 * 98],
    [[50, 200], 200],
    [[0, 0, 0, 8], 8],
    [[], 0],
  ])("of %#", (values, end) => {
    expect(axisEnd(values)).toBeCloseTo(end, 9);
  });
});

describe("steps of an axis", () => {
  it.each([
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [3, 47, 5, [10, 20, 30, 40]],
    [0.2, 0.5, 3, [0.2, 0.3, 0.4, 0.5]],
    [7, 7, 4, [7]],
  ])("from %s to %s", (least, largest, wanted, expected) => {
    expect(ticks(least, largest, wanted)).toEqual(expected);
  });
});
