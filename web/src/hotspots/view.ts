/** What the address says of the page. */
import type { Lang } from "../text/format";

/** Who made the records: everybody, callers, or patrols on their own initiative. */
export const ORIGINS = ["all", "call", "patrol"] as const;
export type Origin = (typeof ORIGINS)[number];
export const CELLS = ["tract", "h3:9", "grid:200"] as const;
export type Cell = (typeof CELLS)[number];
export const MONTHS = [3, 6, 12, 24] as const;
export type Months = (typeof MONTHS)[number];
export const PICTURES = ["standing", "density"] as const;
export type Picture = (typeof PICTURES)[number];
/** How far an incident spreads, in metres. */
export const BANDWIDTHS = [150, 250, 500] as const;
export type Bandwidth = (typeof BANDWIDTHS)[number];

export interface View {
  origin: Origin;
  cell: Cell;
  /** Months that are over. */
  months: Months;
  /** A family of kinds, such as `OCC`; null for all. */
  family: string | null;
  picture: Picture;
  bandwidth: Bandwidth;
  /** The zone that is picked. */
  zone: string | null;
  lang: Lang | null;
  theme: "dark" | "light" | null;
}

export const DEFAULT_VIEW: View = {
  origin: "all",
  cell: "tract",
  months: 12,
  family: null,
  picture: "standing",
  bandwidth: 250,
  zone: null,
  lang: null,
  theme: null,
};

function among<T extends string | number>(values: readonly T[], wanted: unknown, otherwise: T): T {
  return values.find((value) => value === wanted) ?? otherwise;
}

/** The view that `hash` names. Whatever it says that makes no sense is left at its default. */
export function parseView(hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const family = params.get("family");
  const lang = params.get("lang");
  const theme = params.get("theme");
  return {
    origin: among(ORIGINS, params.get("origin"), DEFAULT_VIEW.origin),
    cell: among(CELLS, params.get("cell"), DEFAULT_VIEW.cell),
    months: among(MONTHS, Number(params.get("months")), DEFAULT_VIEW.months),
    family: family !== null && /^[A-Z]{3}$/.test(family) ? family : null,
    picture: among(PICTURES, params.get("picture"), DEFAULT_VIEW.picture),
    bandwidth: among(BANDWIDTHS, Number(params.get("bandwidth")), DEFAULT_VIEW.bandwidth),
    zone: params.get("zone"),
    lang: lang === "fr" || lang === "en" ? lang : null,
    theme: theme === "dark" || theme === "light" ? theme : null,
  };
}

/** The shortest hash that `parseView` reads back as `view`. */
export function printView(view: View): string {
  const params: [string, string][] = [];
  for (const name of ["origin", "cell", "months", "family", "picture", "bandwidth", "zone", "lang", "theme"] as const) {
    const value = view[name];
    if (value !== null && value !== DEFAULT_VIEW[name]) params.push([name, String(value)]);
  }
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%3A", ":")}`).join("&");
}
