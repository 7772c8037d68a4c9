/** Tracts with their figure and their incidents: what the table, the map and the scatter show. */
import type { HeatCell, Tract } from "../api/shapes";
import { bandOf } from "./bands";
import type { Column } from "./view";

export interface Row {
  code: string;
  name: string;
  kind: Tract["properties"]["kind"];
  vintage: number | null;
  /** Null where INSEE gives none. */
  value: number | null;
  /** Households of the zone, by the table that counts those of the figure; null where none does. */
  households: number | null;
  /** The class, from 0. */
  band: number | null;
  /** Dwellings of the stock, of which the rate is; null of outlines of former years. */
  dwellings: number | null;
  /** Incidents; null where that reads `<5`, and where nothing is told. */
  incidents: number | null;
  /** Incidents per 1,000 dwellings of the stock; null where there are none, or the count reads `<5`. */
  rate: number | null;
  /** The count is not told because it is small. */
  small: boolean;
}

/** What rows tell of: the indicator, and the one that counts its households. */
export interface Asked {
  indicator: string;
  households: string | null;
}

/** A row for each tract. `cells` are those of the heatmap by tract. */
export function rowsOf(tracts: readonly Tract[], { indicator, households }: Asked, edges: readonly number[], cells: readonly HeatCell[]): Row[] {
  const told = new Map(cells.map(({ id, properties }) => [id, properties]));
  return tracts.map(({ properties: { code, name, kind, vintage, dwellings, indicators } }) => {
    const value = indicators[indicator] ?? null;
    const cell = told.get(code);
    return {
      code,
      name,
      kind,
      vintage,
      value,
      households: households === null ? null : (indicators[households] ?? null),
      band: bandOf(edges, value),
      dwellings: cell?.dwellings ?? dwellings,
      incidents: cell?.count ?? null,
      rate: cell?.rate_per_1000 ?? null,
      small: cell !== undefined && cell.count === null,
    };
  });
}

/** Households of all those rows; null where none of them is known. */
export function householdsOf(rows: readonly Row[]): number | null {
  const known = rows.map(({ households }) => households).filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/** Rows whose name or code has every word of `text`, whatever its capitals and accents. */
export function found(rows: readonly Row[], text: string): readonly Row[] {
  const words = plain(text).split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return rows;
  return rows.filter(({ name, code }) => {
    const said = plain(`${name} ${code}`);
    return words.every((word) => said.includes(word));
  });
}

/** Without capitals and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** In the order of a column. What is unknown comes last either way: it is neither small nor large. */
export function sorted(rows: readonly Row[], column: Column, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  const names = new Intl.Collator("fr", { numeric: true });
  const byName = (a: Row, b: Row): number => names.compare(a.name, b.name) || names.compare(a.code, b.code);
  return rows.toSorted((a, b) => {
    if (column === "name") return sign * byName(a, b);
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byName(a, b);
    return sign * (x - y) || byName(a, b);
  });
}
