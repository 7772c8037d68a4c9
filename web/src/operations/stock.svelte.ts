/** What the map draws under the incidents: sites, buildings and their surroundings, loaded around the view. */
import { getAll } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import type { Building, Site, Surrounding } from "../api/shapes";
import { grown, holds } from "../map/geometry";

const PAGE = 10_000;
/** Beyond this many pages a view is too wide for its detail to be seen. */
const PAGES = 4;
/** Below this zoom a building is smaller than a pixel or two. */
const BUILDING_ZOOM = 11;
/** A town has about 30,000 pieces of ground. */
const GROUND_PAGES = 8;
const SETTLE_MS = 200;

type Box = [west: number, south: number, east: number, north: number];

export class Stock {
  sites = $state.raw<Site[]>([]);
  buildings = $state.raw<Building[]>([]);
  surroundings = $state.raw<Surrounding[]>([]);
  failure = $state.raw<Failure | null>(null);
  /** False where some of what is in view was left out. */
  complete = $state(true);

  #loaded: { box: Box; detail: number } | null = null;
  #wanted: { box: Box; zoom: number } | null = null;
  #ground: Promise<{ features: Surrounding[]; complete: boolean }> | null = null;
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says what is in view; loads what is not yet there. */
  look(box: Box, zoom: number): void {
    this.#wanted = { box, zoom };
    const detail = detailAt(zoom);
    if (this.#loaded !== null && holds(this.#loaded.box, box) && this.#loaded.detail >= detail) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(grown(box, 0.6), detail), SETTLE_MS);
  }

  retry(): void {
    if (this.#wanted === null) return;
    this.#loaded = null;
    this.look(this.#wanted.box, this.#wanted.zoom);
  }

  async #load(box: Box, detail: number): Promise<void> {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    const query = { bbox: box.map((value) => value.toFixed(4)).join(","), limit: PAGE };
    try {
      const [surroundings, sites, buildings] = await Promise.all([
        this.#surroundings(),
        getAll("/api/v1/sites", query, PAGES, signal),
        detail < 1 ? { features: [], complete: true } : getAll("/api/v1/buildings", query, PAGES, signal),
      ]);
      if (this.surroundings !== surroundings.features) this.surroundings = surroundings.features;
      this.sites = sites.features;
      this.buildings = buildings.features;
      this.complete = surroundings.complete && sites.complete && buildings.complete;
      this.#loaded = { box, detail };
      this.failure = null;
    } catch (error) {
      if (isAborted(error) && signal.aborted) return;
      this.failure = asFailure(error, "/api/v1/buildings");
    }
  }

  /** The ground is asked for once: it has no box to ask for a part of it with, and does not change. */
  #surroundings(): Promise<{ features: Surrounding[]; complete: boolean }> {
    this.#ground ??= getAll("/api/v1/surroundings", { limit: PAGE }, GROUND_PAGES).catch((error: unknown) => {
      this.#ground = null;
      throw error;
    });
    return this.#ground;
  }
}

function detailAt(zoom: number): number {
  return zoom < BUILDING_ZOOM ? 0 : 1;
}
