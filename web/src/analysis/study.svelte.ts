/** The one store of the page: the indicators, the one that is shown, and the tract that is picked. */
import { createContext } from "svelte";

import { address, get, getAll } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import { session, toSignIn } from "../api/session";
import type { Dataset, Heat, HeatCell, Indicators, Meta, Query, Session, Tract, TractClasses, Variable } from "../api/shapes";
import { PALETTES } from "../map/palette";
import { addDays, dayAt, startOfDay } from "../operations/day";
import { formatter, type Lang } from "../text/format";
import { fill, type Message, type Values } from "../text/message";
import { bandOf, type Band } from "./bands";
import { crossColour, crossing, quantiles, type Crossing } from "./cross";
import { csvOf, geoJsonOf, save, type About } from "./download";
import { colours } from "./ramps";
import { householdsOf, rowsOf, sorted, type Row } from "./rows";
import { en } from "./texts.en";
import { fr } from "./texts.fr";
import { DEFAULT_VIEW, parseView, printView, type View } from "./view";

export type Key = keyof typeof fr;
/** An indicator of the picker. */
export type Choice = { key: string; dataset: Dataset; variable: Variable };

const TEXTS: Record<Lang, Record<Key, Message>> = { fr, en };
const TIME_ZONE = "Europe/Paris";
const TRACTS_A_PAGE = 1_000;
/** Ten thousand tracts: a region. Beyond, shades are smaller than a pixel. */
const PAGES_MAX = 10;
/** Indicators that one question to the server may ask for. */
const INDICATORS_AT_ONCE = 50;
const MONTHS = 12;
/** Behind the curtain: hexagons of 10 hectares, a few blocks, in as many classes as most eyes tell apart. */
const HEXAGONS = "h3:9";
const BESIDE_CLASSES = 5;

/** The formats that the server writes itself, with what people call them. */
export const FILES = [
  { f: "gpkg", name: "GeoPackage" },
  { f: "fgb", name: "FlatGeobuf" },
  { f: "parquet", name: "GeoParquet" },
  { f: "geojsonseq", name: "GeoJSONSeq" },
] as const;

/** A shape of the map behind the curtain. */
export type Shape = { code: string; geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon; value: number | null };

type ClassesQuery = Query<"/api/v1/tracts/classes">;

function classesQuery(indicator: string, { method, classes, breaks }: View): ClassesQuery {
  return method === "manual" ? { indicator, method, limits: breaks.join(",") } : { indicator, method, classes };
}

export const [useStudy, provideStudy] = createContext<Study>();

export class Study {
  view = $state.raw<View>(DEFAULT_VIEW);
  who = $state.raw<Session | null>(null);
  meta = $state.raw<Meta | null>(null);
  opened = $state(false);
  failure = $state.raw<Failure | null>(null);
  indicators = $state.raw<Indicators | null>(null);
  tracts = $state.raw<readonly Tract[]>([]);
  /** The indicators of which `tracts` have figures. */
  told = $state.raw<readonly string[]>([]);
  classes = $state.raw<TractClasses | null>(null);
  heat = $state.raw<Heat | null>(null);
  heatFailure = $state.raw<Failure | null>(null);
  /** Incidents by hexagon, where they are behind the curtain. */
  hexagons = $state.raw<Heat | null>(null);
  /** Why the figures of the chosen indicator could not be read. */
  figuresFailure = $state.raw<Failure | null>(null);
  #again = $state(0);

  readonly lang = $derived.by((): Lang => this.view.lang ?? (navigator.language.startsWith("fr") ? "fr" : "en"));
  readonly theme = $derived.by((): "dark" | "light" => this.view.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  readonly palette = $derived(PALETTES[this.theme]);
  readonly format = $derived(formatter(this.lang, TIME_ZONE));
  readonly #plural = $derived(new Intl.PluralRules(this.lang));
  readonly #number = $derived(new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB"));
  readonly forbidden = $derived(this.who !== null && !this.may("read_tracts"));

  /** Indicators that say something of tracts, and then those of squares where squares were imported. */
  readonly choices = $derived.by((): Choice[] =>
    (this.indicators?.datasets ?? [])
      .toSorted((a, b) => Number(a.division === "square") - Number(b.division === "square"))
      .flatMap((dataset) => dataset.variables.map((variable) => ({ key: `${dataset.id}:${variable.name}`, dataset, variable })))
      .filter(({ variable }) => variable.known > 0),
  );
  readonly choice = $derived.by((): Choice | null => this.choices.find(({ key }) => key === this.view.indicator) ?? this.choices[0] ?? null);
  readonly squares = $derived(this.choice?.dataset.division === "square");
  /** The indicator that counts the households of the zones; null where no table does. */
  readonly households = $derived(this.choice?.dataset.households ?? null);
  readonly counted = $derived.by((): Dataset | null => {
    const id = this.households?.split(":")[0];
    return this.indicators?.datasets.find((dataset) => dataset.id === id) ?? null;
  });
  /** What can stand behind the curtain: indicators about the same zones. */
  readonly companions = $derived(this.choices.filter(({ key, dataset }) => key !== this.choice?.key && (dataset.division === "square") === this.squares));
  readonly beside = $derived(this.companions.find(({ key }) => key === this.view.beside) ?? null);
  readonly hasTracts = $derived.by(() => (this.indicators?.tract_vintages ?? []).some(({ tracts }) => tracts > 0));

  /** The least figure and the upper end of each class, as the server worked them out. */
  readonly edges = $derived.by((): readonly number[] => {
    const { choice, view } = this;
    return this.classes?.indicator === choice?.key && this.classes?.method === view.method ? this.classes.breaks : [];
  });
  readonly drawn = $derived.by(() => this.choice !== null && this.told.includes(this.choice.key));
  readonly rows = $derived.by((): Row[] => {
    if (this.choice === null || !this.drawn) return [];
    const asked = { indicator: this.choice.key, households: this.households };
    return rowsOf(this.tracts, asked, this.edges, this.heat?.features ?? []);
  });
  readonly ordered = $derived.by(() => sorted(this.rows, this.view.sort, this.view.descending));
  readonly bands = $derived.by((): Band[] => {
    const { edges, view } = this;
    const shades = colours(view.ramp, Math.max(0, edges.length - 1), this.theme);
    const counts = this.classes?.counts ?? [];
    return shades.map((colour, at) => ({ from: edges[at] ?? 0, to: edges[at + 1] ?? 0, count: counts[at] ?? 0, colour }));
  });
  /** The zones of each class by both figures; null where it is not shown, or where there are no classes. */
  readonly crossing = $derived.by((): Crossing | null => (this.view.mode === "cross" ? crossing(this.rows) : null));
  /** What is behind the curtain. */
  readonly besideShapes = $derived.by((): readonly Shape[] => {
    const { beside } = this;
    const features: readonly (Tract | HeatCell)[] = beside === null ? (this.hexagons?.features ?? []) : this.tracts;
    return features.flatMap(({ id, geometry, properties }) => {
      if (geometry?.type !== "Polygon" && geometry?.type !== "MultiPolygon") return [];
      const value = "indicators" in properties ? (beside === null ? null : (properties.indicators[beside.key] ?? null)) : properties.rate_per_1000;
      return [{ code: id, geometry: geometry as Shape["geometry"], value }];
    });
  });
  readonly besideBands = $derived.by((): Band[] => {
    const values = this.besideShapes.map(({ value }) => value).filter((value) => value !== null);
    const ends = quantiles(values, BESIDE_CLASSES);
    const shades = colours(this.view.ramp === "orange" ? "blue" : "orange", Math.max(0, ends.length - 1), this.theme);
    const bands = values.map((value) => bandOf(ends, value));
    return shades.map((colour, at) => ({ from: ends[at] ?? 0, to: ends[at + 1] ?? 0, count: bands.filter((band) => band === at).length, colour }));
  });
  readonly besideLabel = $derived.by(() => (this.beside === null ? this.t("besideIncidents") : (this.beside.variable.label ?? this.beside.variable.name)));
  readonly unknown = $derived.by(() => this.rows.filter(({ value }) => value === null).length);
  readonly picked = $derived.by(() => this.rows.find(({ code }) => code === this.view.tract) ?? null);
  readonly label = $derived.by(() => (this.choice === null ? "" : (this.choice.variable.label ?? this.choice.variable.name)));
  /** The months that the incidents were counted over; null where none is over. */
  readonly months = $derived.by((): { from: string; to: string } | null => {
    const { from, to } = this.heat?.filters ?? { from: null, to: null };
    if (from === null || to === null || from >= to) return null;
    // It ends with the first instant of the month after the last.
    return { from: this.format.month(new Date(from)), to: this.format.month(new Date(Date.parse(to) - 1)) };
  });

  t = (key: Key, values: Values = {}): string => fill(TEXTS[this.lang][key], values, this.#plural, this.#number);

  may(permission: Session["may"][number]): boolean {
    return this.who?.may.includes(permission) ?? false;
  }

  /** How many zones, in the word for them. */
  zones(n: number): string {
    return this.t(this.squares ? "squares" : "tracts", { n });
  }

  /** How many households, or that nobody counted them. */
  householdsIn(rows: readonly Row[]): string | null {
    const n = householdsOf(rows);
    return n === null ? null : this.t("householdsIn", { n: Math.round(n) });
  }

  /** The colour of a row on the map; null for the hatch. */
  colourOf(row: Row): string | null {
    if (this.view.mode === "cross") {
      const cell = this.crossing?.cells.get(row.code);
      return cell === undefined ? null : crossColour(cell, this.theme);
    }
    return row.band === null ? null : (this.bands[row.band]?.colour ?? null);
  }

  /** The colour of a shape behind the curtain; null for the hatch. */
  besideColour(value: number | null): string | null {
    const bands = this.besideBands;
    const first = bands[0];
    if (first === undefined) return null;
    const band = bandOf([first.from, ...bands.map(({ to }) => to)], value);
    return band === null ? null : (bands[band]?.colour ?? null);
  }

  /** A figure with its unit, such as `21 450 €`. */
  figure(value: number): string {
    const unit = this.choice?.variable.unit ?? null;
    const number = this.plain(value);
    return unit === null ? number : `${number}\u00a0${unit}`;
  }

  /** A figure alone, as exact as it came. */
  plain(value: number): string {
    return new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB", { maximumFractionDigits: 3 }).format(value);
  }

  /** Where outlines come from; those of which nobody told the year may be anybody's. */
  outlines(year: string): string {
    return year === this.t("noVintage") ? this.t("outlinesUntold") : this.t("outlines", { vintage: year });
  }

  year(vintage: number | null): string {
    return vintage === null ? this.t("noVintage") : String(vintage);
  }

  change(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    const hash = printView(this.view);
    history.replaceState(null, "", hash === "" ? location.pathname : `#${hash}`);
  }

  /** Reads the address anew, such as after the way back. */
  follow(): void {
    this.view = parseView(location.hash);
  }

  pick(code: string | null): void {
    this.change({ tract: code });
  }

  retry(): void {
    this.#again++;
  }

  async open(): Promise<void> {
    this.failure = null;
    this.who = await session();
    // Nobody is signed in: whoever has the address of a map comes back to it.
    if (this.who?.may.length === 0) return toSignIn();
    if (this.who === null || this.forbidden) return;
    try {
      [this.indicators, this.meta] = await Promise.all([get("/api/v1/indicators", {}), get("/api/v1/meta", {})]);
      this.opened = true;
    } catch (error) {
      this.failure = asFailure(error, "/api/v1/indicators");
    }
  }

  /** Starts asking for what the view shows. Call while a component is being made. */
  start(): void {
    const wanted = $derived(this.choice?.key ?? null);
    const beside = $derived(this.view.mode === "swipe" ? (this.beside?.key ?? null) : null);
    $effect(() => {
      void this.#again;
      if (wanted === null || (this.drawn && (beside === null || this.told.includes(beside)))) return;
      const controller = new AbortController();
      void this.#readTracts(wanted, beside, controller.signal);
      return () => controller.abort();
    });
    const division = $derived(this.opened && this.hasTracts && this.may("read_heatmap") ? (this.squares ? "grid:200" : "tract") : null);
    $effect(() => {
      if (division !== null) void this.readHeat();
    });
    const hexagons = $derived(this.view.mode === "swipe" && this.beside === null && division !== null);
    $effect(() => {
      if (hexagons) void this.#readHexagons();
    });
    // As text: equal questions are not asked twice.
    const asked = $derived(wanted === null ? null : JSON.stringify(classesQuery(wanted, this.view)));
    $effect(() => {
      void this.#again;
      if (asked === null) return;
      const controller = new AbortController();
      void this.#readClasses(JSON.parse(asked) as ClassesQuery, controller.signal);
      return () => controller.abort();
    });
  }

  /** Reads the outlines with the figures of that indicator and of those that stand beside it in its table. */
  async #readTracts(wanted: string, beside: string | null, signal: AbortSignal): Promise<void> {
    const keys = this.choices.filter(({ dataset }) => wanted.startsWith(`${dataset.id}:`)).map(({ key }) => key);
    const others = [this.households, beside].filter((key) => key !== null);
    const size = INDICATORS_AT_ONCE - others.length;
    const block = Math.floor(keys.indexOf(wanted) / size) * size;
    const told = [...new Set([...keys.slice(block, block + size), ...others])];
    const query = { indicators: told.join(","), division: this.squares ? "square" : "tract", limit: TRACTS_A_PAGE };
    try {
      const { features } = await getAll("/api/v1/tracts", query, PAGES_MAX, signal);
      this.tracts = features;
      this.told = told;
      this.figuresFailure = null;
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.figuresFailure = asFailure(error, "/api/v1/tracts");
    }
  }

  async #readClasses(query: ClassesQuery, signal: AbortSignal): Promise<void> {
    try {
      this.classes = await get("/api/v1/tracts/classes", query, signal);
      this.figuresFailure = null;
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.figuresFailure = asFailure(error, "/api/v1/tracts/classes");
    }
  }

  /** The last twelve months that are over: whole months, since published counts know no others. */
  #window(): { from: string; to: string } {
    const first = `${dayAt(new Date(), TIME_ZONE).slice(0, 8)}01`;
    let from = first;
    for (let month = 0; month < MONTHS; month++) from = `${addDays(from, -1).slice(0, 8)}01`;
    return { from: startOfDay(from, TIME_ZONE), to: startOfDay(first, TIME_ZONE) };
  }

  /** Incidents of the last twelve months, by zone. */
  async readHeat(): Promise<void> {
    try {
      this.heat = await get("/api/v1/heatmap", { cell: this.squares ? "grid:200" : "tract", metric: "rate", ...this.#window() });
      this.heatFailure = null;
    } catch (error) {
      this.heatFailure = asFailure(error, "/api/v1/heatmap");
    }
  }

  async #readHexagons(): Promise<void> {
    try {
      this.hexagons = await get("/api/v1/heatmap", { cell: HEXAGONS, metric: "rate", ...this.#window() });
      this.heatFailure = null;
    } catch (error) {
      this.heatFailure = asFailure(error, "/api/v1/heatmap");
    }
  }

  /** Whether a file may tell of incidents: the room has the evening itself, and exports nothing. */
  get #countsLeave(): boolean {
    return this.may("read_heatmap") && this.may("read_reports");
  }

  /** Where the server has the table of the indicator as a file of that format. */
  fileAddress(f: (typeof FILES)[number]["f"]): string {
    const { choice } = this;
    const counts = this.#countsLeave ? { incidents: true, ...this.#window() } : {};
    return address("/api/v1/tracts", { f, indicators: choice?.key, division: this.squares ? "square" : "tract", ...counts });
  }

  download(as: "csv" | "geojson"): void {
    const { choice, counted } = this;
    if (choice === null) return;
    const heat = this.#countsLeave ? this.heat : null;
    const rows = this.#countsLeave ? this.ordered : this.ordered.map((row) => ({ ...row, incidents: null, rate: null, small: false }));
    const about: About = {
      indicator: choice.key,
      label: this.label,
      unit: choice.variable.unit,
      source: choice.dataset.source,
      vintage: choice.dataset.vintage,
      households: counted === null ? null : { source: counted.source, vintage: counted.vintage },
      method: this.view.method,
      edges: this.edges,
      incidents: heat === null ? null : { from: heat.filters.from, to: heat.filters.to, counts: heat.counts },
    };
    const name = `vigie-${choice.variable.name}-${choice.dataset.vintage ?? "x"}`;
    if (as === "csv") save(`${name}.csv`, "text/csv;charset=utf-8", csvOf(rows, about, this.lang));
    else save(`${name}.geojson`, "application/geo+json", geoJsonOf(this.tracts, rows, about));
  }

  wordsOf(failure: Failure): string {
    return failure.status === null ? this.t("away") : failure.message;
  }
}
