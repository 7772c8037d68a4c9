/** What the address says of the page. */
import type { Lang } from "../text/format";
import { RAMPS, type Ramp } from "./ramps";

export const METHODS = ["quantile", "jenks", "equal", "manual"] as const;
export type MethodChoice = (typeof METHODS)[number];
export const COLUMNS = ["name", "value", "households", "rate", "dwellings"] as const;
export type Column = (typeof COLUMNS)[number];
export const COUNTS = [3, 4, 5, 6, 7] as const;
/** One indicator; one beside another map, behind a curtain; one crossed with the incidents. */
export const MODES = ["one", "swipe", "cross"] as const;
export type Mode = (typeof MODES)[number];

export interface View {
  /** `dataset:VARIABLE`; null until one is chosen. */
  indicator: string | null;
  mode: Mode;
  /** The indicator behind the curtain; null for the incidents. */
  beside: string | null;
  method: MethodChoice;
  classes: number;
  /** Inner bounds of classes that somebody typed. */
  breaks: readonly number[];
  ramp: Ramp;
  /** The code of the tract that is picked. */
  tract: string | null;
  sort: Column;
  descending: boolean;
  lang: Lang | null;
  theme: "dark" | "light" | null;
}

export const DEFAULT_VIEW: View = {
  indicator: null,
  mode: "one",
  beside: null,
  method: "quantile",
  classes: 5,
  breaks: [],
  ramp: "blue",
  tract: null,
  sort: "value",
  descending: true,
  lang: null,
  theme: null,
};

function among<T extends string | number>(values: readonly T[], wanted: unknown, otherwise: T): T {
  return values.find((value) => value === wanted) ?? otherwise;
}

/** The view that `hash` names. Whatever it says that makes no sense is left at its default. */
export function parseView(hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const [sort, order] = (params.get("sort") ?? "").split(",");
  const typed = (params.get("breaks") ?? "").split(",").filter((text) => text !== "").map(Number);
  const breaks = typed.every(Number.isFinite) ? typed : [];
  const method = among(METHODS, params.get("method"), DEFAULT_VIEW.method);
  const lang = params.get("lang");
  const theme = params.get("theme");
  return {
    indicator: params.get("indicator"),
    mode: among(MODES, params.get("mode"), DEFAULT_VIEW.mode),
    beside: params.get("beside"),
    // By hand there is nothing without bounds.
    method: method === "manual" && breaks.length === 0 ? DEFAULT_VIEW.method : method,
    classes: among(COUNTS, Number(params.get("classes")), 5),
    breaks,
    ramp: among(RAMPS, params.get("ramp"), DEFAULT_VIEW.ramp),
    tract: params.get("tract"),
    sort: among(COLUMNS, sort, DEFAULT_VIEW.sort),
    descending: sort === undefined || sort === "" ? true : order !== "asc",
    lang: lang === "fr" || lang === "en" ? lang : null,
    theme: theme === "dark" || theme === "light" ? theme : null,
  };
}

/** The shortest hash that `parseView` reads back as `view`. */
export function printView(view: View): string {
  const params: [string, string][] = [];
  const put = (name: string, value: string | null, otherwise = ""): void => {
    if (value !== null && value !== otherwise) params.push([name, value]);
  };
  put("indicator", view.indicator);
  put("mode", view.mode, DEFAULT_VIEW.mode);
  put("beside", view.beside);
  put("method", view.method, DEFAULT_VIEW.method);
  put("classes", String(view.classes), String(DEFAULT_VIEW.classes));
  put("breaks", view.breaks.join(","));
  put("ramp", view.ramp, DEFAULT_VIEW.ramp);
  put("tract", view.tract);
  put("sort", `${view.sort},${view.descending ? "desc" : "asc"}`, "value,desc");
  put("lang", view.lang);
  put("theme", view.theme);
  // Commas and colons are legal in a fragment, and an address that reads is easier to pass on.
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":")}`).join("&");
}
