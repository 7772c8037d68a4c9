/** Class breaks of the heatmap: how values become a handful of colours, and what the legend says. */

export interface HeatClass {
  /** Smallest value of the class. */
  from: number;
  /** Largest value that really occurs in the class. */
  to: number;
  /** How many cells it holds. */
  cells: number;
  colour: string;
}

/** Classes of similar numbers of cells, from low to high, over the values that are above nought.
 *
 * Counts are very skewed (a few halls make most of the trouble), so that equal steps would paint one bright cell on
 * an even ground. No class is empty, and equal values never fall in two classes. */
export function heatClasses(values: readonly number[], ramp: readonly string[]): HeatClass[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const starts =
    distinct.length <= ramp.length ? distinct : quantileStarts(sorted, ramp.length);
  return starts.map((from, index) => {
    const next = starts[index + 1] ?? Infinity;
    const held = sorted.filter((value) => value >= from && value < next);
    return { from, to: held.at(-1) ?? from, cells: held.length, colour: pick(ramp, index, starts.length) };
  });
}

/** The first value of each class; fewer than `count` where many cells share a value. */
function quantileStarts(sorted: readonly number[], count: number): number[] {
  const starts: number[] = [];
  for (let index = 0; index < count; index++) {
    const value = sorted[Math.floor((index * sorted.length) / count)];
    if (value !== undefined && value !== starts.at(-1)) starts.push(value);
  }
  return starts;
}

/** Spreads `count` classes over the whole ramp, so that the highest always has its end. */
function pick(ramp: readonly string[], index: number, count: number): string {
  const position = count === 1 ? ramp.length - 1 : Math.round((index * (ramp.length - 1)) / (count - 1));
  return ramp[position] ?? "#000000";
}

/** The colour of `value`, or null for what has none. */
export function colourOf(classes: readonly HeatClass[], value: number | null): string | null {
  if (value === null || value <= 0) return null;
  return classes.findLast((one) => value >= one.from)?.colour ?? null;
}
