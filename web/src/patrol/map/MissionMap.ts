/** The map of one mission: the ground, the site, the own way and the own place. Loaded only where it is looked at. */
import "maplibre-gl/dist/maplibre-gl.css";
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { images, PIXEL_RATIO } from "../../map/images";
import { layers } from "../../map/layers";
import { PALETTES, type Palette } from "../../map/palette";
import type { MissionSite } from "../contract";
import { streets, type Route } from "../ground";

maplibre.setWorkerUrl(workerUrl);

/** Sources of the room's map that a mission needs. */
const SHARED = ["surroundings", "stock", "target"] as const;
const OWN = ["way", "me"] as const;
type SourceName = (typeof SHARED)[number] | (typeof OWN)[number];

export type Theme = "light" | "dark";

export class MissionMap {
  readonly #map: maplibre.Map;
  readonly #ready: Promise<void>;
  readonly #site: MissionSite;
  #me: [number, number] | null = null;
  #way: Route | null = null;

  constructor(container: HTMLElement, site: MissionSite, theme: Theme, name: string) {
    this.#site = site;
    this.#map = new maplibre.Map({
      container,
      style: { version: 8, sources: {}, layers: [] },
      center: [site.lon, site.lat],
      zoom: 15.5,
      attributionControl: false,
      // One finger moves it; nothing else is needed, and a wet screen turns and tilts maps by itself.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      locale: { "Map.Title": name },
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#ready = new Promise((resolve) => {
      this.#map.once("style.load", () => {
        this.#furnish(PALETTES[theme]);
        resolve();
      });
    });
  }

  /** For the browser's console and the tests. */
  get engine(): maplibre.Map {
    return this.#map;
  }

  /** Draws the streets of the town, as far as they can be had. */
  async drawGround(): Promise<void> {
    const features: GeoJSON.Feature[] = [];
    // Not `push(...)`: a page is longer than a call may have arguments.
    for await (const page of streets()) for (const feature of page) features.push(feature);
    await this.#set("surroundings", features);
  }

  async setBuildings(buildings: readonly GeoJSON.Feature[]): Promise<void> {
    await this.#set("stock", buildings);
  }

  async setWay(way: Route | null): Promise<void> {
    const frame = way !== null && this.#way === null;
    this.#way = way;
    await this.#set("way", way ? [{ type: "Feature", properties: { road: way.byRoad }, geometry: way.line }] : []);
    if (frame) this.frame();
  }

  async setMe(me: [number, number] | null): Promise<void> {
    this.#me = me;
    await this.#set("me", me ? [point(me)] : []);
  }

  setTheme(theme: Theme): void {
    void this.#ready.then(() => this.#paint(PALETTES[theme]));
  }

  zoomBy(steps: number): void {
    this.#map.zoomTo(this.#map.getZoom() + steps, { duration: 200 });
  }

  /** The site, the own place and the way between them. */
  frame(): void {
    const { lon, lat } = this.#site;
    const box = new maplibre.LngLatBounds([lon, lat], [lon, lat]);
    if (this.#me) box.extend(this.#me);
    for (const position of this.#way?.line.coordinates ?? []) box.extend([position[0] ?? lon, position[1] ?? lat]);
    this.#map.fitBounds(box, { padding: { top: 84, right: 96, bottom: 96, left: 48 }, maxZoom: 16, duration: 0 });
  }

  remove(): void {
    this.#map.remove();
  }

  #furnish(palette: Palette): void {
    for (const [name, data] of images(palette)) this.#map.addImage(name, data, { pixelRatio: PIXEL_RATIO });
    for (const name of [...SHARED, ...OWN]) {
      this.#map.addSource(name, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    }
    for (const layer of missionLayers(palette)) this.#map.addLayer(layer);
    const { lon, lat } = this.#site;
    this.#map.getSource<maplibre.GeoJSONSource>("target")?.setData(point([lon, lat]));
  }

  #paint(palette: Palette): void {
    for (const [name, data] of images(palette)) this.#map.updateImage(name, data);
    for (const layer of missionLayers(palette)) {
      for (const [property, value] of Object.entries(layer.paint ?? {})) {
        this.#map.setPaintProperty(layer.id, property as keyof maplibre.AllPaintProperties, value);
      }
    }
  }

  async #set(name: SourceName, features: readonly GeoJSON.Feature[]): Promise<void> {
    await this.#ready;
    this.#map.getSource<maplibre.GeoJSONSource>(name)?.setData({ type: "FeatureCollection", features: [...features] });
  }
}

function missionLayers(palette: Palette): maplibre.LayerSpecification[] {
  const shared: readonly string[] = SHARED;
  const flat = layers(palette, true).filter((layer) => layer.type === "background" || ("source" in layer && shared.includes(String(layer.source)) && layer.type !== "fill-extrusion"));
  const target = flat.filter(({ id }) => id === "target");
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    ...flat.filter(({ id }) => id !== "target"),
    { id: "way-edge", type: "line", source: "way", layout: round, paint: { "line-color": palette.halo, "line-width": 11 } },
    { id: "way", type: "line", source: "way", filter: ["get", "road"], layout: round, paint: { "line-color": palette.priority.P3, "line-width": 6 } },
    { id: "way-line", type: "line", source: "way", filter: ["!", ["get", "road"]], paint: { "line-color": palette.priority.P3, "line-width": 5, "line-dasharray": [1.5, 1.5] } },
    ...target,
    {
      id: "me",
      type: "circle",
      source: "me",
      paint: { "circle-radius": 9, "circle-color": palette.patrol.available, "circle-stroke-color": palette.halo, "circle-stroke-width": 3 },
    },
  ];
}

function point(at: readonly [number, number]): GeoJSON.Feature {
  return { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [...at] } };
}
