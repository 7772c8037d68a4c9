/** Two figures of each zone at once: an indicator and the rate of incidents, three classes of each, nine colours. */
import { bandOf } from "./bands";
import type { Row } from "./rows";

/** Classes of each of the two. */
export const STEPS = 3;

/** By rate of incidents, low to high, then by indicator, low to high. Blue is the indicator, orange the incidents, and what has both is neither; found
 * by search so that any two of the nine are 27 apart in CIE L*a*b* at least, with and without colour vision. */
const SCHEMES: Record<"dark" | "light", readonly (readonly string[])[]> = {
  light: [
    ["#e8ebf3", "#8a9fc1", "#155a90"],
    ["#efae8b", "#98716b", "#483a4b"],
    ["#df7224", "#8f4419", "#461b0a"],
  ],
  dark: [
    ["#463e40", "#527398", "#38acfa"],
    ["#945230", "#ad8a86", "#b4c4e4"],
    ["#e06410", "#f6a171", "#fedccc"],
  ],
};

/** Where zones fall, and how many in each of the nine. */
export interface Crossing {
  /** The least figure of the indicator, then the upper end of each class; the same of the rate. */
  values: readonly number[];
  rates: readonly number[];
  /** By code: the class of the indicator and that of the rate, from 0. */
  cells: ReadonlyMap<string, Cell>;
  /** By rate, then by indicator: zones, and their households where those are known. */
  counts: readonly (readonly { zones: number; households: number | null }[])[];
  /** Zones of which one of the two is not known. */
  unknown: number;
}

export interface Cell {
  value: number;
  rate: number;
}

/** The least value, then the upper end of each of `count` classes with as many values in each; fewer where many are equal. The ends are those that the
 * server has for classes of equal counts: quantiles between two values lie on the line between them. */
export function quantiles(values: readonly number[], count: number): number[] {
  const up = values.toSorted((a, b) => a - b);
  const [least, largest] = [up[0], up.at(-1)];
  if (least === undefined || largest === undefined) return [];
  const at = (share: number): number => {
    const place = share * (up.length - 1);
    const [low, high] = [up[Math.floor(place)] ?? least, up[Math.ceil(place)] ?? largest];
    return low + (high - low) * (place - Math.floor(place));
  };
  const ends = Array.from({ length: count }, (_, step) => (step + 1 === count ? largest : at((step + 1) / count)));
  return [least, ...ends.filter((end, step) => step === 0 || end > (ends[step - 1] ?? -Infinity))];
}

/** Three classes of equal counts or, where too many values are equal for that, with as many different values in each. */
function thirds(values: readonly number[]): number[] {
  const ends = quantiles(values, STEPS);
  return ends.length === STEPS + 1 ? ends : quantiles([...new Set(values)], STEPS);
}

/** Which zone is in which of the nine; null where the figures do not fall into three classes each. */
export function crossing(rows: readonly Row[]): Crossing | null {
  const known = rows.filter((row): row is Row & { value: number; rate: number } => row.value !== null && row.rate !== null);
  const values = thirds(known.map(({ value }) => value));
  const rates = thirds(known.map(({ rate }) => rate));
  if (values.length !== STEPS + 1 || rates.length !== STEPS + 1) return null;
  const cells = new Map<string, Cell>();
  const counts = Array.from({ length: STEPS }, () => Array.from({ length: STEPS }, () => ({ zones: 0, households: null as number | null })));
  for (const row of known) {
    const cell = { value: bandOf(values, row.value) ?? 0, rate: bandOf(rates, row.rate) ?? 0 };
    cells.set(row.code, cell);
    const count = counts[cell.rate]?.[cell.value];
    if (!count) continue;
    count.zones++;
    if (row.households !== null) count.households = (count.households ?? 0) + row.households;
  }
  return { values, rates, cells, counts, unknown: rows.length - known.length };
}

/** The colour of one of the nine. */
export function crossColour(cell: Cell, theme: "dark" | "light"): string {
  return SCHEMES[theme][cell.rate]?.[cell.value] ?? "#000000";
}
