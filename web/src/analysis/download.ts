/** What is shown, as files: made from what the server answered. */
import type { Tract } from "../api/shapes";
import type { Lang } from "../text/format";
import type { Row } from "./rows";

/** What a file says of all its rows. */
export interface About {
  indicator: string;
  label: string;
  unit: string | null;
  source: string;
  vintage: number | null;
  /** Who counted the households, and when; null where nobody did. */
  households: { source: string; vintage: number | null } | null;
  method: string;
  edges: readonly number[];
  /** What the incidents were counted over; null where nothing is told of incidents. */
  incidents: { from: string | null; to: string | null; counts: "exact" | "published" } | null;
}

const BYTE_ORDER_MARK = "\ufeff";
const HEADS = [
  "code",
  "name",
  "kind",
  "tract_vintage",
  "indicator",
  "label",
  "unit",
  "value",
  "class",
  "class_from",
  "class_to",
  "source",
  "vintage",
  "households",
  "households_source",
  "households_vintage",
  "dwellings",
  "incidents",
  "incidents_per_1000_dwellings",
  "incidents_from",
  "incidents_to",
  "counts",
];

/** `;` between fields and a byte-order mark, as French spreadsheets expect; decimals as the language writes them, since such a
 * spreadsheet takes `3.4` for a day in April. What is unknown is empty, never zero. */
export function csvOf(rows: readonly Row[], about: About, lang: Lang): string {
  const number = (value: number | null | undefined): string => {
    if (value === null || value === undefined) return "";
    return lang === "fr" ? String(value).replace(".", ",") : String(value);
  };
  const { edges, households, incidents } = about;
  const lines = rows.map((row) => [
    row.code,
    text(row.name),
    row.kind,
    number(row.vintage),
    text(about.indicator),
    text(about.label),
    text(about.unit ?? ""),
    number(row.value),
    row.band === null ? "" : String(row.band + 1),
    row.band === null ? "" : number(edges[row.band]),
    row.band === null ? "" : number(edges[row.band + 1]),
    text(about.source),
    number(about.vintage),
    number(row.households),
    text(households?.source ?? ""),
    number(households?.vintage),
    number(row.dwellings),
    row.small ? "<5" : number(row.incidents),
    number(row.rate),
    incidents?.from ?? "",
    incidents?.to ?? "",
    incidents?.counts ?? "",
  ]);
  return BYTE_ORDER_MARK + [HEADS, ...lines].map((fields) => `${fields.map(quoted).join(";")}\r\n`).join("");
}

/** A spreadsheet would take what begins so for a formula, and run it. */
function text(value: string): string {
  return /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}

function quoted(field: string): string {
  return /[";\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The tracts with the same columns, in WGS 84. */
export function geoJsonOf(tracts: readonly Tract[], rows: readonly Row[], about: About): string {
  const shapes = new Map(tracts.map(({ properties: { code }, geometry }) => [code, geometry]));
  const { edges, households, incidents, label, unit, source, vintage, indicator, method } = about;
  const features = rows.map((row) => ({
    type: "Feature",
    id: row.code,
    geometry: shapes.get(row.code) ?? null,
    properties: {
      code: row.code,
      name: row.name,
      kind: row.kind,
      tract_vintage: row.vintage,
      indicator,
      label,
      unit,
      value: row.value,
      class: row.band === null ? null : row.band + 1,
      source,
      vintage,
      households: row.households,
      households_source: households?.source ?? null,
      households_vintage: households?.vintage ?? null,
      dwellings: row.dwellings,
      incidents: row.small ? "<5" : row.incidents,
      incidents_per_1000_dwellings: row.rate,
    },
  }));
  return JSON.stringify({ type: "FeatureCollection", indicator, label, unit, source, vintage, households, method, breaks: edges, incidents, features });
}

/** Hands a text to the person as a file. */
export function save(name: string, mediaType: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
