import { describe, expect, it } from "vitest";

import { channels, inkOf, INKS, pixels } from "./inks";

/** Machado et al. 2009, severity 1, on linear light. */
const BLIND: Record<string, number[][]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function lab(light: readonly number[]): number[] {
  const [r = 0, g = 0, b = 0] = light.map((value) => Math.min(1, Math.max(0, value)));
  const f = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const [x, y, z] = [f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505), f(0.2126 * r + 0.7152 * g + 0.0722 * b), f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function apart(a: string, b: string, matrix: number[][]): number {
  const seen = (colour: string): number[] => {
    const light = channels(colour).map((value) => linear(value / 255));
    return lab(matrix.map((row) => row.reduce((sum, weight, at) => sum + weight * (light[at] ?? 0), 0)));
  };
  const [one, other] = [seen(a), seen(b)];
  return Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)));
}

describe.each(["dark", "light"] as const)("the colours of the %s theme", (theme) => {
  const { hot, cold, notApart } = INKS[theme];
  it.each(Object.entries(BLIND))("are told apart by %s eyes", (_, matrix) => {
    for (const [a, b] of [[hot, cold], [hot, notApart], [cold, notApart]] as const) expect(apart(a, b, matrix), `${a} ${b}`).toBeGreaterThan(20);
  });

  it("leave what is not known without a colour", () => {
    expect([inkOf("hot", theme), inkOf("not_apart", theme), inkOf("not_told", theme), inkOf("alone", theme)]).toEqual([hot, notApart, null, null]);
  });
});

describe("the picture of a surface", () => {
  it("has its north above, nothing where nothing is known, and the last shade where it is densest", () => {
    // Two columns, two rows: the south first.
    const image = pixels([4, 0, null, 1], 2, 2, ["#000000", "#ffffff"]);
    const pixel = (at: number): number[] => [...image.slice(4 * at, 4 * at + 4)];
    expect(pixel(2).slice(0, 3)).toEqual([255, 255, 255]);
    expect(pixel(1).slice(0, 3)).toEqual([0, 0, 0]);
    expect(pixel(0)).toEqual([0, 0, 0, 0]);
    expect(pixel(3)).toEqual([0, 0, 0, 0]);
    expect(pixel(2)[3]).toBeGreaterThan(pixel(1)[3] ?? 255);
  });
});
