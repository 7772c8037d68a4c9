import { describe, expect, it } from "vitest";

import { boxAround, pathOfRings, planeOf } from "./plane";

describe("a plane", () => {
  const plane = planeOf([2.3, 48.8, 2.4, 48.9], 400, 300);

  it("takes every position there and back", () => {
    for (const position of [[2.3, 48.8], [2.35, 48.85], [2.4, 48.9]] as const) {
      const [x, y] = plane.at(position);
      const [lon, lat] = plane.back(x, y);
      expect([lon, lat].map((degrees) => degrees.toFixed(9))).toEqual(position.map((degrees) => degrees.toFixed(9)));
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(300);
    }
  });

  it("has north up and east on the right, and a metre east as long as one north", () => {
    const [x, y] = plane.at([2.35, 48.85]);
    const [east] = plane.at([2.36, 48.85]);
    const [, north] = plane.at([2.35, 48.86]);
    expect(east).toBeGreaterThan(x);
    expect(north).toBeLessThan(y);
    expect((east - x) / (y - north)).toBeCloseTo(Math.cos((48.85 * Math.PI) / 180), 3);
  });

  it("shows a single position in its quarter", () => {
    const [west] = planeOf([2.35, 48.85, 2.35, 48.85], 400, 300).back(0, 150);
    expect(2.35 - west).toBeGreaterThan(0.003);
  });
});

it("knows no box around nothing", () => {
  expect(boxAround([])).toBeNull();
  expect(boxAround([[2, 48], [1, 49]])).toEqual([1, 48, 2, 49]);
});

it("draws each ring and its holes", () => {
  const path = pathOfRings([[[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9]], [[2.34, 48.84], [2.35, 48.84], [2.35, 48.85]]]], planeOf([2.3, 48.8, 2.4, 48.9], 100, 100));
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path.endsWith("Z")).toBe(true);
});
