/** The one store of the operations room: what the URL says, what the server says, and what both make of the page. */
import { createContext, untrack } from "svelte";

import { get } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import { session } from "../api/session";
import type { Kind, Landlord, Meta, Priority, Session } from "../api/shapes";
import { PALETTES, type Palette } from "../map/palette";
import type { VigieMap } from "../map/VigieMap";
import { Words, type Key } from "../text/words.svelte";
import type { Values } from "../text/message";
import { Alarm } from "./alarm.svelte";
import { Desk } from "./desk.svelte";
import { Evening } from "./evening.svelte";
import { isNight } from "./day";
import { HeatView } from "./heat.svelte";
import { Intake } from "./intake.svelte";
import { Live } from "./live.svelte";
import { Place } from "./place.svelte";
import { Stock } from "./stock.svelte";
import { Together } from "./together.svelte";
import { CELLS, DEFAULT_VIEW, parseView, printView, type Cell, type LayerName, type Selection, type View } from "./view";

/** What the person chose stays chosen on this computer. */
const REMEMBERED = "vigie.preferences";
/** `now` moves in these steps where only the day matters. */
const TODAY_MS = 60_000;

export const [useRoom, provideRoom] = createContext<Room>();

export class Room {
  readonly words = new Words();
  view = $state.raw<View>(DEFAULT_VIEW);
  zoom = $state(11);
  meta = $state.raw<Meta | null>(null);
  kinds = $state.raw<Kind[]>([]);
  landlords = $state.raw<Landlord[]>([]);
  startFailure = $state.raw<Failure | null>(null);
  /** Who is signed in; null until that is known. */
  who = $state.raw<Session | null>(null);
  /** Whoever is signed in has a role that sees neither incidents nor a map of them: there is no room to show. */
  outside = $state(false);
  /** Whoever is signed in sees counts as they are published, and no incident. */
  readonly published = $derived.by(() => this.who !== null && this.may("read_heatmap") && !this.may("count_exactly"));
  starting = $state(true);
  online = $state(true);
  /** Ticks each second: ages are told to the second. */
  now = $state.raw(new Date());
  /** Ticks each minute. */
  today = $state.raw(new Date());
  systemDark = $state(true);
  /** Read out by screen readers when it changes. */
  announcement = $state("");
  map: VigieMap | null = $state.raw(null);

  readonly theme = $derived.by((): "dark" | "light" =>
    this.view.theme === "system" ? (this.systemDark ? "dark" : "light") : this.view.theme,
  );
  readonly palette = $derived.by((): Palette => PALETTES[this.theme]);
  readonly kindsByCode = $derived.by(() => new Map(this.kinds.map((kind) => [kind.code, kind])));
  readonly landlordNames = $derived.by(() => new Map(this.landlords.map((one) => [one.id, one.properties.name])));

  /** How the heatmap may be cut. Whoever does not see the stock knows no site and no landlord by its code. */
  readonly cells = $derived.by((): readonly Cell[] => {
    if (!this.may("read_stock")) return ["tract", "grid", "hex"];
    return this.published ? CELLS : CELLS.filter((cell) => cell !== "tract");
  });

  readonly live = new Live(this);
  readonly heat = new HeatView(this);
  readonly place = new Place(this);
  readonly stock = new Stock();
  readonly desk = new Desk(this);
  readonly intake = new Intake(this);
  readonly alarm = new Alarm(this);
  readonly evening = new Evening(this);
  readonly together = new Together(this);

  t = (key: Key, values?: Values): string => this.words.t(key, values);

  change(patch: Partial<View>): void {
    // Untracked: an effect that ends in a change (the map moved) must not run again because of it.
    this.view = untrack(() => ({ ...this.view, ...patch }));
  }

  toggleLayer(layer: LayerName): void {
    const { hidden } = this.view;
    this.change({ hidden: hidden.includes(layer) ? hidden.filter((one) => one !== layer) : [...hidden, layer] });
  }

  clearFilters(): void {
    this.change({ kinds: [], landlords: [], hours: null, days: [], withoutRounds: false });
  }

  toggleTheme(): void {
    this.change({ theme: this.theme === "dark" ? "light" : "dark" });
  }

  /** Switches the shortcuts of a single character on or off: whoever dictates would set them off by speaking. */
  toggleLetters(): void {
    this.change({ letters: !this.view.letters });
  }

  toggleLang(): void {
    this.change({ lang: this.view.lang === "fr" ? "en" : "fr" });
  }

  select(selection: Selection | null): void {
    this.place.cellId = null;
    this.desk.shown = null;
    this.change({ selection });
  }

  /** Chooses the middle of the map unless a place is chosen, and ranks the patrols around it. */
  selectNearby(): void {
    if (this.view.selection !== null) {
      this.place.refresh();
      return;
    }
    const camera = this.map?.camera() ?? this.view.camera;
    if (camera) this.select({ type: "point", lon: camera.lon, lat: camera.lat });
  }

  /** Takes a call; at the chosen place, where there is one. */
  beginCall(): void {
    if (!this.may("take_calls")) return;
    const { selection, siteCode, site } = this.place;
    if (selection?.type === "point") this.intake.begin({ type: "point", lon: selection.lon, lat: selection.lat, code: siteCode });
    else if (selection?.type === "site" && siteCode !== null) {
      this.intake.begin({ type: "site", code: siteCode, name: site?.properties.name ?? siteCode });
    } else this.intake.begin(null);
  }

  kindLabel(code: string): string {
    const kind = this.kindsByCode.get(code);
    if (!kind) return code;
    return this.view.lang === "fr" ? kind.label_fr : kind.label_en;
  }

  /** The smallest crew that is sent to a `kind` of incident at this hour. */
  crewMin(kind: Kind): number {
    return isNight(this.today, this.words.timeZone) ? kind.crew_min_night : kind.crew_min;
  }

  priorityOf(code: string): Priority | null {
    return this.kindsByCode.get(code)?.priority ?? null;
  }

  /** Whether whoever is signed in may do that. What may not be done is not offered; the server decides. */
  may(permission: Session["may"][number]): boolean {
    return this.who?.may.includes(permission) ?? false;
  }

  announce(text: string): void {
    this.announcement = text;
  }

  /** Asks for what the page needs before anything else. */
  async open(): Promise<void> {
    this.starting = true;
    try {
      this.who = await session();
      const sees = this.may("read_incidents") || this.may("read_heatmap");
      this.outside = this.who !== null && this.who.role !== null && !sees;
      if (this.outside) return;
      const [meta, kinds, landlords] = await Promise.all([
        get("/api/v1/meta", {}),
        get("/api/v1/kinds", {}),
        this.may("read_stock") ? get("/api/v1/landlords", {}) : null,
      ]);
      this.kinds = kinds.kinds as Kind[];
      this.landlords = landlords?.features ?? [];
      // What an address says is kept where it may be; without a stock, tracts are what one knows one's way by.
      const isSaid = this.cells.includes(this.view.cell) && (this.may("read_stock") || location.hash.includes("cell="));
      const [first] = this.cells;
      if (!isSaid && first !== undefined) this.change({ cell: first });
      this.words.timeZone = meta.time_zone;
      this.meta = meta;
      this.startFailure = null;
    } catch (error) {
      this.startFailure = asFailure(error, "/api/v1/meta");
    } finally {
      this.starting = false;
    }
  }

  /** Ties the store to the browser: address, preferences, clock, theme. Call while a component is being made. */
  start(): void {
    const remembered = recall();
    this.view = parseView(location.hash, remembered);

    $effect(() => {
      this.words.lang = this.view.lang;
      document.documentElement.lang = this.view.lang;
      document.documentElement.dataset["theme"] = this.theme;
      const { sos } = this.alarm;
      const call = sos === null ? "" : `${this.words.named("alert", sos.kind)} ${sos.callsign} · `;
      document.title = call + this.t("app.title");
    });
    $effect(() => {
      const hash = printView(this.view);
      if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash === "" ? location.pathname : `#${hash}`);
      remember(this.view);
    });
    $effect(() => {
      const readHash = (): void => {
        this.view = parseView(location.hash, recall());
        if (this.view.camera) this.map?.jump(this.view.camera);
      };
      const wentOnline = (): void => {
        this.online = navigator.onLine;
      };
      const dark = matchMedia("(prefers-color-scheme: dark)");
      const readScheme = (): void => {
        this.systemDark = dark.matches;
      };
      readScheme();
      wentOnline();
      const seconds = setInterval(() => (this.now = new Date()), 1_000);
      const minutes = setInterval(() => (this.today = new Date()), TODAY_MS);
      window.addEventListener("hashchange", readHash);
      window.addEventListener("online", wentOnline);
      window.addEventListener("offline", wentOnline);
      dark.addEventListener("change", readScheme);
      return () => {
        clearInterval(seconds);
        clearInterval(minutes);
        window.removeEventListener("hashchange", readHash);
        window.removeEventListener("online", wentOnline);
        window.removeEventListener("offline", wentOnline);
        dark.removeEventListener("change", readScheme);
      };
    });
    void this.open();
  }
}

function recall(): View {
  try {
    return parseView(localStorage.getItem(REMEMBERED) ?? "");
  } catch {
    // A browser may forbid storage; the page works without.
    return DEFAULT_VIEW;
  }
}

/** Language, theme and shortcuts only: a filter that came back by itself would hide incidents. */
function remember(view: View): void {
  try {
    localStorage.setItem(REMEMBERED, printView({ ...DEFAULT_VIEW, lang: view.lang, theme: view.theme, letters: view.letters }));
  } catch {
    // As above.
  }
}
