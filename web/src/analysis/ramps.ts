/** Colours of classes: sequential schemes of ColorBrewer, low to high. Lightness alone orders them, so that they read
 * without colour vision and in print. */

export const RAMPS = ["blue", "orange", "violet"] as const;
export type Ramp = (typeof RAMPS)[number];

/** From pale to deep. */
const SCHEMES: Record<Ramp, readonly string[]> = {
  // YlGnBu
  blue: ["#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"],
  // OrRd
  orange: ["#fef0d9", "#fdd49e", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f", "#990000"],
  // BuPu
  violet: ["#edf8fb", "#bfd3e6", "#9ebcda", "#8c96c6", "#8c6bb1", "#88419d", "#6e016b"],
};

/** Colours for that many classes, from low to high. What is high stands out from the ground: deep by day, bright by night. */
export function colours(ramp: Ramp, count: number, theme: "dark" | "light"): string[] {
  const scheme = theme === "light" ? SCHEMES[ramp] : SCHEMES[ramp].toReversed();
  const last = scheme.length - 1;
  const at = (index: number): number => (count === 1 ? Math.ceil(last / 2) : Math.round((index * last) / (count - 1)));
  return Array.from({ length: count }, (_, index) => scheme[at(index)] ?? "#000000");
}
