/** The scale bar: a round length, and how wide it is on the screen. */

const EARTH_CIRCUMFERENCE_M = 40_075_016.686;
/** A tile of the engine is 512 pixels wide at zoom 0. */
const TILE_PX = 512;

/** The longest of 1, 2 or 5 times a power of ten metres that takes at most `width_px` at the middle of the view. */
export function niceScale(camera: { lat: number; zoom: number }, width_px: number): { length_m: number; width_px: number } {
  const metresPerPixel = (EARTH_CIRCUMFERENCE_M * Math.cos((camera.lat * Math.PI) / 180)) / (TILE_PX * 2 ** camera.zoom);
  const longest = metresPerPixel * width_px;
  const power = 10 ** Math.floor(Math.log10(longest));
  const length_m = ([5, 2].find((factor) => factor * power <= longest) ?? 1) * power;
  return { length_m, width_px: length_m / metresPerPixel };
}
