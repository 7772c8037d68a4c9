/** Classes of a map: which value lies in which, and those that somebody types. */

/** The most classes of a map: more shades than seven are not told apart. */
const BANDS_MAX = 7;

/** A class above `from` up to `to`; the first one holds both its ends. */
export interface Band {
  from: number;
  to: number;
  /** Tracts whose figure lies in it. */
  count: number;
  colour: string;
}

/** Which class `value` lies in, from 0; null for what is unknown or outside. `edges`, one more than the classes, are the least
 * figure and then the upper end of each class: a figure on an end is in the class below it, as the server has it. */
export function bandOf(edges: readonly number[], value: number | null): number | null {
  const first = edges[0];
  if (value === null || first === undefined || value < first) return null;
  const band = edges.slice(1).findIndex((upper) => value <= upper);
  return band === -1 ? null : band;
}

/** Why typed bounds make no classes. */
export type BreaksFault = "none" | "unreadable" | "order" | "range" | "many";

/** The inner bounds that somebody typed, such as `12 ; 15,5 ; 20`. A comma is a decimal one. */
export function parseBreaks(text: string): number[] | BreaksFault {
  const parts = text.split(/[;\n]|\s+(?=[-\d])/).map((part) => part.replaceAll(/\s/g, "").replace(",", ".")).filter((part) => part !== "");
  if (parts.length === 0) return "none";
  const numbers = parts.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (!numbers.every(Number.isFinite)) return "unreadable";
  if (numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] ?? Infinity))) return "order";
  return numbers.length + 1 > BANDS_MAX ? "many" : numbers;
}

/** Edges from the least to the largest figure with `inner` between them. */
export function edgesOf(inner: readonly number[], least: number, largest: number): number[] | BreaksFault {
  const inside = inner.every((bound) => bound > least && bound < largest);
  return inside ? [least, ...inner, largest] : "range";
}

/** The end of an axis for `values`: their largest, or less where a few of them would press all others into a line. */
export function axisEnd(values: readonly number[]): number {
  const up = values.toSorted((a, b) => a - b);
  const [usual, largest] = [up[Math.ceil(0.97 * (up.length - 1))] ?? 0, up.at(-1) ?? 0];
  return usual > 0 && largest > 2 * usual ? 1.15 * usual : largest;
}

/** Round steps over `[least, largest]`, about `wanted` of them, for an axis. */
export function ticks(least: number, largest: number, wanted: number): number[] {
  const span = largest - least;
  if (!(span > 0)) return [least];
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(largest / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
