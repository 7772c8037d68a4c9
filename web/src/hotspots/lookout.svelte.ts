/** The one store of the page: what is asked, what was answered, and the zone that is picked. */
import { createContext } from "svelte";

import { get } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import { session, toSignIn } from "../api/session";
import type { Density, HotSeries, HotSpots, HotZone, Kind, Meta, NearRepeats, Session } from "../api/shapes";
import { save } from "../analysis/download";
import { PALETTES } from "../map/palette";
import { addDays, dayAt, startOfDay } from "../operations/day";
import { formatter, type Lang } from "../text/format";
import { fill, type Message, type Values } from "../text/message";
import { en } from "./texts.en";
import { fr } from "./texts.fr";
import { DEFAULT_VIEW, parseView, printView, type View } from "./view";
import { csvOf, thatStandOut } from "./zones";

export type Key = keyof typeof fr;
type Asked = { from: string; to: string; channel?: string; kind?: string };

const TEXTS: Record<Lang, Record<Key, Message>> = { fr, en };
const TIME_ZONE = "Europe/Paris";

export const [useLookout, provideLookout] = createContext<Lookout>();

export class Lookout {
  view = $state.raw<View>(DEFAULT_VIEW);
  who = $state.raw<Session | null>(null);
  meta = $state.raw<Meta | null>(null);
  kinds = $state.raw<readonly Kind[]>([]);
  opened = $state(false);
  failure = $state.raw<Failure | null>(null);
  zones = $state.raw<HotSpots | null>(null);
  series = $state.raw<HotSeries | null>(null);
  repeats = $state.raw<NearRepeats | null>(null);
  density = $state.raw<Density | null>(null);
  /** Why a question was not answered, by its path. */
  #failures = $state.raw<Readonly<Record<string, Failure | null>>>({});
  #again = $state(0);

  readonly lang = $derived.by((): Lang => this.view.lang ?? (navigator.language.startsWith("fr") ? "fr" : "en"));
  readonly theme = $derived.by((): "dark" | "light" => this.view.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  readonly palette = $derived(PALETTES[this.theme]);
  readonly format = $derived(formatter(this.lang, TIME_ZONE));
  readonly #plural = $derived(new Intl.PluralRules(this.lang));
  readonly #number = $derived(new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB"));
  readonly forbidden = $derived(this.who !== null && !this.may("read_heatmap"));
  /** Whether single incidents are looked at: by whom they may be. */
  readonly exact = $derived(this.may("count_exactly"));
  readonly unanswered = $derived(Object.values(this.#failures).find((failure) => failure !== null) ?? null);
  readonly families = $derived([...new Set(this.kinds.map(({ family }) => family))].sort());
  readonly standing = $derived(thatStandOut(this.zones?.features ?? []));
  readonly picked = $derived.by((): HotZone | null => this.zones?.features.find(({ id }) => id === this.view.zone) ?? null);
  readonly asked = $derived.by((): Asked => {
    const { months, origin, family } = this.view;
    const first = `${dayAt(new Date(), TIME_ZONE).slice(0, 8)}01`;
    let from = first;
    for (let month = 0; month < months; month++) from = `${addDays(from, -1).slice(0, 8)}01`;
    const kinds = this.kinds.filter((kind) => kind.family === family).map(({ code }) => code);
    return {
      from: startOfDay(from, TIME_ZONE),
      to: startOfDay(first, TIME_ZONE),
      ...(this.exact && origin !== "all" ? { channel: origin } : {}),
      ...(family === null ? {} : { kind: kinds.join(",") }),
    };
  });

  t = (key: Key, values: Values = {}): string => fill(TEXTS[this.lang][key], values, this.#plural, this.#number);

  may(permission: Session["may"][number]): boolean {
    return this.who?.may.includes(permission) ?? false;
  }

  /** A figure to three digits. */
  figure(value: number): string {
    return new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB", { maximumSignificantDigits: 3 }).format(value);
  }

  share(value: number): string {
    return new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB", { style: "percent" }).format(value);
  }

  /** `p = 0,03`, or `p < 0,001`. */
  p(value: number): string {
    return value < 0.001 ? `p < ${this.figure(0.001)}` : `p = ${this.figure(Number(value.toPrecision(2)))}`;
  }

  /** The name of a family: what its kinds have in common in their labels is theirs to say. */
  familyLabel(family: string): string {
    const kinds = this.kinds.filter((kind) => kind.family === family);
    const first = kinds[0];
    return first === undefined ? family : `${family} · ${this.lang === "fr" ? first.label_fr : first.label_en}${kinds.length > 1 ? "…" : ""}`;
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

  retry(): void {
    this.#again++;
  }

  async open(): Promise<void> {
    this.failure = null;
    this.who = await session();
    if (this.who?.may.length === 0) return toSignIn();
    if (this.who === null || this.forbidden) return;
    try {
      const [kinds, meta] = await Promise.all([get("/api/v1/kinds", {}), get("/api/v1/meta", {})]);
      this.kinds = kinds.kinds;
      this.meta = meta;
      this.opened = true;
    } catch (error) {
      this.failure = asFailure(error, "/api/v1/kinds");
    }
  }

  /** Starts asking for what the view shows. Call while a component is being made. */
  start(): void {
    // As texts: equal questions are not asked twice.
    const asked = $derived(this.opened ? JSON.stringify(this.asked) : null);
    const cell = $derived(this.view.cell);
    const bandwidth = $derived(this.exact && this.view.picture === "density" ? this.view.bandwidth : null);
    const exact = $derived(this.exact);
    this.#ask(
      "/api/v1/hotspots",
      () => (asked === null ? null : { ...(JSON.parse(asked) as Asked), cell }),
      async (query, signal) => (this.zones = await get("/api/v1/hotspots", query, signal)),
    );
    this.#ask(
      "/api/v1/hotspots/series",
      () => (asked === null ? null : (JSON.parse(asked) as Asked)),
      async (query, signal) => (this.series = await get("/api/v1/hotspots/series", query, signal)),
    );
    this.#ask(
      "/api/v1/hotspots/repeats",
      () => (asked === null || !exact ? null : (JSON.parse(asked) as Asked)),
      async (query, signal) => (this.repeats = await get("/api/v1/hotspots/repeats", query, signal)),
    );
    this.#ask(
      "/api/v1/hotspots/density",
      () => (asked === null || bandwidth === null ? null : { ...(JSON.parse(asked) as Asked), bandwidth }),
      async (query, signal) => (this.density = await get("/api/v1/hotspots/density", query, signal)),
    );
  }

  #ask<Q extends Asked>(path: string, wanted: () => Q | null, read: (query: Q, signal: AbortSignal) => Promise<unknown>): void {
    $effect(() => {
      void this.#again;
      const query = wanted();
      if (query === null) return;
      const controller = new AbortController();
      read(query, controller.signal).then(
        () => this.#failed(path, null),
        (error: unknown) => {
          if (!(isAborted(error) && controller.signal.aborted)) this.#failed(path, asFailure(error, path));
        },
      );
      return () => controller.abort();
    });
  }

  #failed(path: string, failure: Failure | null): void {
    this.#failures = { ...this.#failures, [path]: failure };
  }

  download(as: "csv" | "geojson"): void {
    const { zones, view } = this;
    if (zones === null) return;
    const name = `vigie-hotspots-${view.cell.replace(":", "-")}-${view.origin}`;
    if (as === "csv") save(`${name}.csv`, "text/csv;charset=utf-8", csvOf(zones, this.lang));
    else save(`${name}.geojson`, "application/geo+json", JSON.stringify(zones));
  }

  wordsOf(failure: Failure): string {
    return failure.status === null ? this.t("away") : failure.message;
  }
}
