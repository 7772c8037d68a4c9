/** What the map of a mission shows, fetched while there is a network and kept for when there is none. */
import { ownPath } from "../api/link";
import type { Mission } from "./contract";
import type { Wire } from "./wire";

/** How far around the site buildings are kept: a walk, and the last streets of the way. */
const AROUND_DEGREES = { lon: 0.012, lat: 0.008 };
const BUILDINGS_MAX = 4_000;
/** The streets of a town: this many pieces a page, and no more pages than this. */
const PAGE = 10_000;
const PAGES = 4;
const STREETS = `/api/v1/surroundings?class=street,water,green,rail&limit=${PAGE}`;
/** Ranks are asked for until the own patrol is among them. */
const RANKS_MAX = 50;

export interface Route {
  line: GeoJSON.LineString;
  distanceM: number;
  /** Null where the route is a straight line. */
  etaS: number | null;
  byRoad: boolean;
}

export interface Ground {
  incident: string;
  buildings: GeoJSON.Feature[];
  route: Route | null;
}

interface Ranked {
  id: string;
  geometry: { coordinates: [number, number] } | null;
  properties: { distance_m: number; eta_s?: number | null; route?: GeoJSON.LineString | null };
}

/** The ground of a mission; what is in `known` is kept where the server does not answer. */
export async function fetchGround(wire: Wire, patrol: string, mission: Mission, known: Ground | null): Promise<Ground> {
  const { site, incident } = mission;
  const old = known?.incident === incident.id ? known : null;
  if (site === null) return { incident: incident.id, buildings: [], route: null };
  const box = [
    site.lon - AROUND_DEGREES.lon,
    site.lat - AROUND_DEGREES.lat,
    site.lon + AROUND_DEGREES.lon,
    site.lat + AROUND_DEGREES.lat,
  ].map((degrees) => degrees.toFixed(4));
  const [list, route] = await Promise.all([
    old && old.buildings.length > 0
      ? { features: old.buildings }
      : wire.get<{ features: GeoJSON.Feature[] }>(`/api/v1/buildings?bbox=${box.join(",")}&limit=${BUILDINGS_MAX}`),
    fetchRoute(wire, patrol, mission),
  ]);
  return { incident: incident.id, buildings: list?.features ?? [], route: route ?? old?.route ?? null };
}

/** The way of `patrol` to its mission: by road where the server has roads, else a straight line, which it says. */
async function fetchRoute(wire: Wire, patrol: string, { site, incident }: Mission): Promise<Route | null> {
  if (site === null) return null;
  const asked = `incident=${encodeURIComponent(incident.id)}&k=${RANKS_MAX}&available=false`;
  const ranking =
    (await wire.get<{ features: Ranked[] }>(`/api/v1/patrols/nearest?${asked}&route=true`)) ??
    (await wire.get<{ features: Ranked[] }>(`/api/v1/patrols/nearest?${asked}`));
  const own = ranking?.features.find(({ id }) => id === patrol);
  if (!own?.geometry) return null;
  const { distance_m, eta_s, route } = own.properties;
  const straight: GeoJSON.LineString = { type: "LineString", coordinates: [own.geometry.coordinates, [site.lon, site.lat]] };
  return { line: route ?? straight, distanceM: distance_m, etaS: eta_s ?? null, byRoad: route != null };
}

/** The streets of the town, page by page, as far as they can be had. The worker keeps each page that it has seen. */
export async function* streets(): AsyncGenerator<GeoJSON.Feature[]> {
  let next: string | undefined = STREETS;
  for (let read = 0; next !== undefined && read < PAGES; read++) {
    const response: Response = await fetch(next);
    if (!response.ok) return;
    const page = (await response.json()) as { features: GeoJSON.Feature[]; links: { rel: string; href: string }[] };
    yield page.features;
    const href = page.links.find(({ rel }) => rel === "next")?.href;
    next = href === undefined ? undefined : ownPath(href);
  }
}

/** Has the worker keep the streets, for a map that is first looked at without a network. */
export async function keepStreets(): Promise<void> {
  try {
    for await (const _page of streets());
  } catch {
    // Without a network the map has what was kept before.
  }
}
