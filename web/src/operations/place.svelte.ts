/** The place that was chosen — a point, a site or an incident — and who is near it. */
import { untrack } from "svelte";

import { get, getIncident, getNearest, getSite, putHazards } from "../api/client";
import { asFailure, Failure, isAborted } from "../api/failure";
import type { Hazard, Incident, IncidentWithSteps, Located, Nearest, SiteDetails, Step, WantedHazard } from "../api/shapes";
import { pointOf } from "../map/geometry";
import { poll, type Poll } from "./poll";
import type { Room } from "./room.svelte";
import { crewAsked } from "./urgency";
import type { Selection } from "./view";

/** Ranks change as patrols drive, but nobody reads them faster than this. */
const NEAREST_MS = 4_000;
/** As many as the map has numbers for. */
const NEAREST_K = 5;

export class Place {
  nearest = $state.raw<Nearest | null>(null);
  nearestFailure = $state.raw<Failure | null>(null);
  located = $state.raw<Located | null>(null);
  site = $state.raw<SiteDetails | null>(null);
  /** The cell of the heatmap that was touched: a finger cannot hover over it. */
  cellId = $state.raw<string | null>(null);
  placeFailure = $state.raw<Failure | null>(null);
  /** The hazards that could not be set, and why. */
  hazardsRefused = $state.raw<{ wanted: WantedHazard[]; failure: Failure } | null>(null);
  settingHazards = $state.raw(false);
  /** The chosen incident as it was asked for alone, with its steps. */
  #details = $state.raw<IncidentWithSteps | null>(null);

  readonly #room: Room;
  #poll: Poll | null = null;
  /** When the ranking was last asked for. */
  #rankedAt = 0;
  #again = $state(0);

  constructor(room: Room) {
    this.#room = room;
  }

  readonly selection = $derived.by(() => this.#room.view.selection);

  readonly incident = $derived.by((): Incident | null => {
    const selection = this.selection;
    if (selection?.type !== "incident") return null;
    const own = this.#details?.id === selection.id ? this.#details : null;
    return this.#room.live.incident(selection.id) ?? own;
  });

  /** What was done to the chosen incident, the first step first. */
  readonly steps = $derived.by((): Step[] => {
    const selection = this.selection;
    return selection?.type === "incident" && this.#details?.id === selection.id ? this.#details.properties.steps : [];
  });

  /** True for an incident that waits for nobody any more: a ranking would only distract. */
  readonly settled = $derived.by((): boolean => this.incident !== null && !wantsPatrol(this.incident));

  /** The ranking, as far as somebody could still be sent. */
  readonly ranked = $derived.by((): Nearest | null => (this.settled ? null : this.nearest));

  /** Where the target mark stands. */
  readonly position = $derived.by((): [number, number] | null => {
    const selection = this.selection;
    if (selection?.type === "point") return [selection.lon, selection.lat];
    const own = selection?.type === "site" ? this.site?.geometry : this.incident?.geometry;
    const at = pointOf(own ?? null);
    if (at !== null) return at;
    return this.nearest ? [this.nearest.target.lon, this.nearest.target.lat] : null;
  });

  /** What crews are warned of on the site, as far as it is not over by now. */
  readonly hazards = $derived.by((): Hazard[] =>
    (this.site?.properties.hazards ?? []).filter(({ until }) => Date.parse(until) > this.#room.live.now),
  );

  /** The site of the place, however it was chosen. */
  readonly siteCode = $derived.by((): string | null => {
    const selection = this.selection;
    if (selection === null) return null;
    if (selection.type === "site") return selection.code;
    if (selection.type === "point") return this.located?.site_code ?? null;
    return this.incident?.properties.site_code ?? this.nearest?.target.site_code ?? null;
  });

  retry(): void {
    this.#again++;
  }

  /** Makes these the hazards of the site, and no others. True once the server has them. */
  async setHazards(wanted: WantedHazard[]): Promise<boolean> {
    const site = this.site;
    if (site === null || this.settingHazards) return false;
    this.settingHazards = true;
    try {
      const hazards = await putHazards(site.properties.code, wanted);
      if (this.site?.id === site.id) this.site = { ...this.site, properties: { ...this.site.properties, hazards } };
      this.hazardsRefused = null;
      return true;
    } catch (error) {
      this.hazardsRefused = { wanted, failure: asFailure(error, "/api/v1/sites") };
      return false;
    } finally {
      this.settingHazards = false;
    }
  }

  refresh(): void {
    this.#poll?.now();
  }

  /** Starts asking. Call while a component is being made. */
  start(): void {
    // The view is replaced whole when anything changes: as text, an equal selection is the same one.
    const chosen = $derived(JSON.stringify(this.selection));
    $effect(() => {
      void this.#again;
      const selection = JSON.parse(chosen) as Selection | null;
      this.nearest = null;
      this.nearestFailure = null;
      this.located = null;
      this.placeFailure = null;
      if (selection === null) return;
      // Crews are ranked for whoever may read of them, and a point is named to whoever may have one named.
      const nearest = this.#room.may("read_patrols") ? poll(() => null, (signal) => this.#rank(selection, signal)) : null;
      this.#poll = nearest;
      const controller = new AbortController();
      if (selection.type === "point" && this.#room.may("locate")) void this.#locate(selection.lon, selection.lat, controller.signal);
      return () => {
        nearest?.stop();
        this.#poll = null;
        controller.abort();
      };
    });
    // Patrols have moved or changed: the ranking is asked for again, at most once in a while.
    $effect(() => {
      void this.#room.live.patrols;
      if (chosen === "null") return;
      const timer = setTimeout(() => this.#poll?.now(), Math.max(0, this.#rankedAt + NEAREST_MS - Date.now()));
      return () => clearTimeout(timer);
    });
    $effect(() => {
      void this.#again;
      const selection = JSON.parse(chosen) as Selection | null;
      if (selection?.type !== "incident") return;
      // Asked for again with each step that is told.
      void this.#room.live.incident(selection.id);
      const controller = new AbortController();
      void this.#read(selection.id, controller.signal);
      return () => controller.abort();
    });
    const code = $derived(this.siteCode);
    $effect(() => {
      const { briefed } = this.#room.live;
      if (briefed !== null && briefed.properties.code === code) this.site = briefed;
    });
    $effect(() => {
      void code;
      this.hazardsRefused = null;
    });
    $effect(() => {
      void this.#again;
      void this.#room.live.stockChanges;
      void this.#room.live.gaps;
      const wanted = code;
      if (untrack(() => this.site?.properties.code) !== wanted) this.site = null;
      if (wanted === null) return;
      const controller = new AbortController();
      void this.#describe(wanted, controller.signal);
      return () => controller.abort();
    });
  }

  async #rank(selection: Selection, signal: AbortSignal): Promise<void> {
    this.#rankedAt = Date.now();
    try {
      this.nearest = await getNearest({ k: NEAREST_K, route: true, ...this.#whereOf(selection) }, signal);
      this.nearestFailure = null;
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.nearestFailure = asFailure(error, "/api/v1/patrols/nearest");
      throw error;
    }
  }

  #whereOf(selection: Selection): Record<string, string | number | null> {
    switch (selection.type) {
      case "point":
        return rounded(selection.lon, selection.lat);
      case "incident":
        return { incident: selection.id, ...untrack(() => this.incident && crewAsked(this.incident)) };
      case "site":
        return { site: selection.code };
    }
  }

  async #locate(lon: number, lat: number, signal: AbortSignal): Promise<void> {
    try {
      this.located = await get("/api/v1/locate", rounded(lon, lat), signal);
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.placeFailure = asFailure(error, "/api/v1/locate");
    }
  }

  async #read(id: string, signal: AbortSignal): Promise<void> {
    try {
      this.#details = await getIncident(id, signal);
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.placeFailure = asFailure(error, "/api/v1/incidents");
    }
  }

  async #describe(code: string, signal: AbortSignal): Promise<void> {
    try {
      this.site = await getSite(code, signal);
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.placeFailure = asFailure(error, "/api/v1/sites");
    }
  }
}

function wantsPatrol({ properties: { allowed } }: Incident): boolean {
  return allowed.includes("assigned") || allowed.includes("reinforced") || allowed.includes("reassigned");
}

/** Six decimals are 10 cm. */
function rounded(lon: number, lat: number): { lon: number; lat: number } {
  return { lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)) };
}
