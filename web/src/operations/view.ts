/** What the page shows, as the URL holds it: the only state that outlives a reload. */
import type { Lang } from "../text/format";
import { parseDay, type Day } from "./day";
import { parseHours, parseWeekdays, printHours, type Hours, type Weekday } from "./hours";

export const LAYERS = ["heat", "stock", "patrols", "incidents"] as const;
export type LayerName = (typeof LAYERS)[number];

export const CELLS = ["hex", "grid", "tract", "site", "landlord"] as const;
export type Cell = (typeof CELLS)[number];

export const RESOLUTIONS = ["auto", "7", "8", "9", "10"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const METRICS = ["count", "rate", "density"] as const;
export type Metric = (typeof METRICS)[number];

export const PANELS = ["board", "patrols", "heat"] as const;
export type Panel = (typeof PANELS)[number];

export type Theme = "system" | "dark" | "light";

export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
  bearing: number;
  pitch: number;
}

/** The last days until today, everything, or two days, both included. */
export type Window = { last: number } | "all" | { from: Day; to: Day };

export type Selection =
  | { type: "point"; lon: number; lat: number }
  | { type: "incident"; id: string }
  | { type: "site"; code: string };

export interface View {
  camera: Camera | null;
  hidden: LayerName[];
  cell: Cell;
  resolution: Resolution;
  metric: Metric;
  window: Window;
  kinds: string[];
  landlords: string[];
  withoutRounds: boolean;
  hours: Hours | null;
  days: Weekday[];
  selection: Selection | null;
  /** What stands beside the map. */
  panel: Panel;
  lang: Lang;
  theme: Theme;
  /** Whether a single character is a shortcut (WCAG 2.1.4). */
  letters: boolean;
}

export const DEFAULT_VIEW: View = {
  camera: null,
  hidden: [],
  cell: "hex",
  resolution: "auto",
  metric: "count",
  window: { last: 90 },
  kinds: [],
  landlords: [],
  withoutRounds: false,
  hours: null,
  days: [],
  selection: null,
  panel: "board",
  lang: "fr",
  theme: "system",
  letters: true,
};

function among<T extends string>(values: readonly T[], text: string | null, otherwise: T): T {
  return values.find((value) => value === text) ?? otherwise;
}

function list(text: string | null): string[] {
  return text === null || text === "" ? [] : text.split(",");
}

function numbers(text: string, separator: string): number[] | null {
  const values = text.split(separator).map(Number);
  return values.every(Number.isFinite) ? values : null;
}

/** The view that `hash` names. Whatever it says that makes no sense is left at its default. */
export function parseView(hash: string, base: View = DEFAULT_VIEW): View {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    camera: parseCamera(params.get("map")),
    hidden: LAYERS.filter((layer) => list(params.get("hide")).includes(layer)),
    cell: among(CELLS, params.get("cell"), base.cell),
    resolution: among(RESOLUTIONS, params.get("res"), base.resolution),
    metric: among(METRICS, params.get("metric"), base.metric),
    window: parseWindow(params.get("window")) ?? base.window,
    kinds: list(params.get("kind")),
    landlords: list(params.get("landlord")),
    withoutRounds: params.get("rounds") === "no",
    hours: parseHours(params.get("hours") ?? ""),
    days: parseWeekdays(params.get("days") ?? ""),
    selection: parseSelection(params.get("at")),
    panel: among(PANELS, params.get("panel"), base.panel),
    lang: among(["fr", "en"], params.get("lang"), base.lang),
    theme: among(["system", "dark", "light"], params.get("theme"), base.theme),
    letters: among(["on", "off"], params.get("letters"), base.letters ? "on" : "off") === "on",
  };
}

function parseCamera(text: string | null): Camera | null {
  const [zoom, lat, lon, bearing, pitch] = (text === null ? null : numbers(text, "/")) ?? [];
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || zoom < 0 || zoom > 24) return null;
  return { zoom, lat, lon, bearing: bearing ?? 0, pitch: Math.min(70, Math.max(0, pitch ?? 0)) };
}

function parseWindow(text: string | null): Window | null {
  if (text === null) return null;
  if (text === "all") return "all";
  const last = /^(\d{1,4})d$/.exec(text);
  if (last && Number(last[1]) > 0) return { last: Number(last[1]) };
  const [from, to] = text.split("..").map(parseDay);
  return from && to && from <= to ? { from, to } : null;
}

function parseSelection(text: string | null): Selection | null {
  if (text === null) return null;
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  if (rest === "") return null;
  switch (text.slice(0, Math.max(0, colon))) {
    case "incident":
      return { type: "incident", id: rest };
    case "site":
      return { type: "site", code: rest };
    case "point": {
      const [lon, lat] = numbers(rest, ",") ?? [];
      return lon === undefined || lat === undefined ? null : { type: "point", lon, lat };
    }
    default:
      return null;
  }
}

/** The shortest hash that `parseView` reads back as `view`. */
export function printView(view: View, base: View = DEFAULT_VIEW): string {
  const params: [string, string][] = [];
  const put = (name: string, value: string, otherwise = ""): void => {
    if (value !== otherwise) params.push([name, value]);
  };
  if (view.camera) put("map", printCamera(view.camera));
  put("hide", view.hidden.join(","));
  put("cell", view.cell, base.cell);
  put("res", view.resolution, base.resolution);
  put("metric", view.metric, base.metric);
  put("window", printWindow(view.window), printWindow(base.window));
  put("kind", view.kinds.join(","));
  put("landlord", view.landlords.join(","));
  put("rounds", view.withoutRounds ? "no" : "");
  put("hours", view.hours === null ? "" : printHours(view.hours));
  put("days", view.days.join(","));
  put("at", view.selection === null ? "" : printSelection(view.selection));
  put("panel", view.panel, base.panel);
  put("lang", view.lang, base.lang);
  put("theme", view.theme, base.theme);
  put("letters", view.letters ? "on" : "off", base.letters ? "on" : "off");
  // Commas, slashes and colons are legal in a fragment, and an address that reads is easier to pass on.
  return params
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%3A/g, ":")}`)
    .join("&");
}

function printCamera(camera: Camera): string {
  const parts = [camera.zoom.toFixed(2), camera.lat.toFixed(5), camera.lon.toFixed(5)];
  if (camera.bearing !== 0 || camera.pitch !== 0) parts.push(camera.bearing.toFixed(0), camera.pitch.toFixed(0));
  return parts.join("/");
}

function printWindow(window: Window): string {
  if (window === "all") return "all";
  return "last" in window ? `${window.last}d` : `${window.from}..${window.to}`;
}

function printSelection(selection: Selection): string {
  switch (selection.type) {
    case "point":
      return `point:${selection.lon.toFixed(5)},${selection.lat.toFixed(5)}`;
    case "incident":
      return `incident:${selection.id}`;
    case "site":
      return `site:${selection.code}`;
  }
}
