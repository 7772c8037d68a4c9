/** Colours of what stands out: an orange and a blue, which no colour blindness takes for each other; what does not stand out is grey. */
import type { Standing } from "./zones";

export type Theme = "dark" | "light";

export const INKS: Record<Theme, { hot: string; cold: string; notApart: string }> = {
  dark: { hot: "#ff9a3d", cold: "#4f9dff", notApart: "#39434f" },
  light: { hot: "#c64f00", cold: "#1b5fb4", notApart: "#d3d8dd" },
};

/** The colour of a zone; null where nothing is known, which is hatched. */
export function inkOf(standing: Standing, theme: Theme): string | null {
  const { hot, cold, notApart } = INKS[theme];
  if (standing === "hot") return hot;
  if (standing === "cold") return cold;
  return standing === "not_apart" ? notApart : null;
}

/** Red, green and blue, 0 to 255. */
export function channels(colour: string): [number, number, number] {
  const at = (from: number): number => Number.parseInt(colour.slice(from, from + 2), 16);
  return [at(1), at(3), at(5)];
}

/** The picture of a grid of densities, its first row in the north, as a canvas reads it: transparent where nothing is, and the more of the ramp the
 * denser. Steps are of equal shares of the largest. */
export function pixels(values: readonly (number | null)[], columns: number, rows: number, ramp: readonly string[]): Uint8ClampedArray<ArrayBuffer> {
  const most = values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0);
  const shades = ramp.map(channels);
  const image = new Uint8ClampedArray(columns * rows * 4);
  values.forEach((value, cell) => {
    if (value === null || most === 0 || value <= 0) return;
    const share = value / most;
    const [red, green, blue] = shades[Math.min(shades.length - 1, Math.floor(share * shades.length))] ?? [0, 0, 0];
    const row = rows - 1 - Math.floor(cell / columns);
    image.set([red, green, blue, Math.round(255 * Math.min(0.85, 0.15 + 1.4 * share))], 4 * (row * columns + (cell % columns)));
  });
  return image;
}
