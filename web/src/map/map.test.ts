import { describe, expect, it } from "vitest";

import { colourOf, heatClasses } from "./classes";
import { boundsOf, centreOf, grown, holds, metresBetween } from "./geometry";
import { between } from "./glide";
import { PALETTES } from "./palette";
import { niceScale } from "./scale";

const RAMP = ["a", "b", "c", "d"];

describe("heat classes", () => {
  it("give each of a few values its own, spread over the whole ramp", () => {
    expect(heatClasses([3, 1, 3, 2], RAMP)).toEqual([
      { from: 1, to: 1, cells: 1, colour: "a" },
      { from: 2, to: 2, cells: 1, colour: "c" },
      { from: 3, to: 3, cells: 2, colour: "d" },
    ]);
  });

  it("hold similar numbers of cells however skewed the values are", () => {
    const values = Array.from({ length: 400 }, (_, index) => 1.03 ** index);
    expect(heatClasses(values, RAMP).map((one) => one.cells)).toEqual([100, 100, 100, 100]);
  });

  it("never split equal values and never lose a cell", () => {
    const values = [...Array<number>(50).fill(1), 2, 3, 4, 5, 6, 7, 8];
    const classes = heatClasses(values, RAMP);
    expect(classes.reduce((sum, one) => sum + one.cells, 0)).toBe(values.length);
    expect(classes[0]).toMatchObject({ from: 1, cells: classes[0]?.cells ?? 0 });
    for (const [index, one] of classes.entries()) {
      expect(one.cells).toBeGreaterThan(0);
      expect(one.from).toBeGreaterThan(classes[index - 1]?.to ?? 0);
    }
  });

  it("colour a value as the legend says, and nothing for nought or no value", () => {
    const classes = heatClasses([1, 5, 9], RAMP);
    expect([0, 1, 4, 5, 9, null].map((value) => colourOf(classes, value))).toEqual([null, "a", "a", "c", "d", null]);
  });

  it("are none without values", () => {
    expect(heatClasses([0, 0], RAMP)).toEqual([]);
  });
});

/** Relative luminance, WCAG 2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("the ramps", () => {
  it("are ordered by lightness alone: brighter in the dark, darker in the light", () => {
    const dark = PALETTES.dark.ramp.map(luminance);
    const light = PALETTES.light.ramp.map(luminance);
    expect(dark).toEqual(dark.toSorted((a, b) => a - b));
    expect(light).toEqual(light.toSorted((a, b) => b - a));
  });

  it("end far from the ground they lie on", () => {
    for (const palette of Object.values(PALETTES)) {
      const [a, b] = [luminance(palette.ramp.at(-1) ?? ""), luminance(palette.ground)];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThan(7);
    }
  });

  it("stand apart from the stock, the brightest of what is built", () => {
    expect(luminance(PALETTES.dark.stock)).toBeGreaterThan(3 * luminance(PALETTES.dark.surroundings));
  });
});

describe("geometry", () => {
  it("finds the middle of any geometry", () => {
    expect(centreOf({ type: "Point", coordinates: [2, 48] })).toEqual([2, 48]);
    expect(boundsOf([{ geometry: { type: "Point", coordinates: [2, 48] } }, { geometry: null }])).toEqual([2, 48, 2, 48]);
    expect(boundsOf([{ geometry: null }])).toBeNull();
    expect(centreOf({ type: "MultiPolygon", coordinates: [[[[0, 0], [2, 0], [2, 4]]], [[[4, 0], [4, 2], [6, 0]]]] })).toEqual([3, 2]);
  });

  it("grows a box and tells what lies in it", () => {
    expect(grown([0, 0, 2, 4], 0.5)).toEqual([-1, -2, 3, 6]);
    expect(holds([0, 0, 2, 4], [0, 0, 2, 4])).toBe(true);
    expect(holds([0, 0, 2, 4], [0, 0, 2.1, 4])).toBe(false);
  });

  it("measures a street within a metre", () => {
    // Two points 0.01° of latitude apart, and two 0.01° of longitude apart at 60° north.
    expect(metresBetween([2, 48], [2, 48.01])).toBeCloseTo(1111.95, 1);
    expect(metresBetween([2, 60], [2.01, 60])).toBeCloseTo(555.98, 1);
  });

  it("stops a gliding patrol at its goal", () => {
    expect([-1, 0.5, 2].map((share) => between([0, 0], [2, 4], share))).toEqual([[0, 0], [1, 2], [2, 4]]);
  });
});

describe("the scale bar", () => {
  it("is a round length that fits", () => {
    const scale = niceScale({ lat: 48.86, zoom: 13 }, 90);
    expect(scale.length_m).toBe(500);
    expect(scale.width_px).toBeLessThanOrEqual(90);
    // 40 075 km × cos 48.86° / (512 × 2¹³) is 6.285 m a pixel.
    expect(scale.width_px).toBeCloseTo(500 / 6.285, 1);
  });
});
