/** The map: owns the MapLibre instance, knows its sources and layers, and nothing of the page around it. */
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { Alert, Building, HeatCell, Incident, Nearest, Patrol, Site, Surrounding } from "../api/shapes";
import type { Camera, LayerName } from "../operations/view";
import { gravity } from "../operations/urgency";
import { LAYERS } from "../operations/view";
import { colourOf, type HeatClass } from "./classes";
import { centreOf, pointOf } from "./geometry";
import { PatrolGlide } from "./glide";
import { images, PIXEL_RATIO } from "./images";
import { FLAT_ONLY, layers, RELIEF_ONLY, SOURCES, SWITCHES, type SourceName } from "./layers";
import type { Palette } from "./palette";

maplibre.setWorkerUrl(workerUrl);

export interface MapEvents {
  ready(): void;
  failed(): void;
  moved(camera: Camera): void;
  /** A point, and the cell of the heatmap that it lies in. */
  point(lon: number, lat: number, cellId: string | null): void;
  incident(id: string): void;
  /** The cell under the pointer, with where the pointer is, or null. */
  hover(cellId: string | null, x: number, y: number): void;
}

export interface MapOptions {
  palette: Palette;
  camera: Camera | null;
  bounds: readonly number[] | null;
  styleUrl: string | null;
  name: string;
  /** Says whether the person asked for no motion. */
  still: () => boolean;
}

export type Insets = { top: number; right: number; bottom: number; left: number };

type AnyFeature = Building | HeatCell | Incident | Site | Surrounding | GeoJSON.Feature;

/** The pitch of the view in relief, in degrees. */
const RELIEF_PITCH = 55;
/** A town seen squarely from the south looks flat: it is turned a little, in degrees. */
const RELIEF_BEARING = -18;
/** A finger is not a point: what lies within these pixels of a click was meant. */
const REACH_PX = 8;

export class VigieMap {
  readonly #map: maplibre.Map;
  readonly #events: MapEvents;
  readonly #options: MapOptions;
  #palette: Palette;
  #glide: PatrolGlide | null = null;
  #relief = false;
  /** Nobody has moved the map yet: it shows the whole stock, however the panels around it change. */
  #untouched: boolean;
  #hidden: readonly LayerName[] = [];

  constructor(container: HTMLElement, options: MapOptions, events: MapEvents) {
    this.#events = events;
    this.#options = options;
    this.#palette = options.palette;
    this.#untouched = options.camera === null;
    this.#relief = (options.camera?.pitch ?? 0) > 0;
    const { camera, bounds } = options;
    this.#map = new maplibre.Map({
      container,
      style: options.styleUrl ?? { version: 8, sources: {}, layers: [] },
      attributionControl: false,
      maxPitch: 70,
      maxZoom: 20,
      locale: { "Map.Title": options.name },
      ...(camera
        ? { center: [camera.lon, camera.lat], zoom: camera.zoom, bearing: camera.bearing, pitch: camera.pitch }
        : bounds
          ? { bounds: asBounds(bounds), fitBoundsOptions: { padding: 40 } }
          : { center: [2.35, 48.86], zoom: 11 }),
    });
    this.#map.once("style.load", () => this.#furnish());
    this.#map.on("moveend", () => events.moved(this.camera()));
    this.#map.on("movestart", (event) => {
      if (event.originalEvent) this.#untouched = false;
    });
    this.#map.on("pitch", () => this.#setRelief(this.#map.getPitch() > 0));
    this.#map.on("click", (event) => this.#clicked(event));
    this.#map.on("mousemove", (event) => this.#hovered(event));
    this.#map.on("mouseout", () => events.hover(null, 0, 0));
    this.#map.getCanvas().addEventListener("webglcontextlost", () => events.failed());
  }

  /** For the browser's console and the tests. */
  get engine(): maplibre.Map {
    return this.#map;
  }

  camera(): Camera {
    const { lng, lat } = this.#map.getCenter();
    return { lon: lng, lat, zoom: this.#map.getZoom(), bearing: this.#map.getBearing(), pitch: this.#map.getPitch() };
  }

  /** West, south, east, north of what is in view. */
  box(): [number, number, number, number] {
    const box = this.#map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  jump(camera: Camera): void {
    this.#untouched = false;
    const { lon, lat, zoom, bearing, pitch } = camera;
    this.#map.jumpTo({ center: [lon, lat], zoom, bearing, pitch });
  }

  fly(lon: number, lat: number, zoomAtLeast: number): void {
    this.#untouched = false;
    const zoom = Math.max(this.#map.getZoom(), zoomAtLeast);
    this.#map.easeTo({ center: [lon, lat], zoom, duration: this.#options.still() ? 0 : 700 });
  }

  /** Brings every point into view, no nearer than streets can be told apart. */
  frame(points: readonly (readonly [number, number])[]): void {
    const box = new maplibre.LngLatBounds();
    for (const point of points) box.extend([point[0], point[1]]);
    if (box.isEmpty()) return;
    this.#untouched = false;
    this.#map.fitBounds(box, { padding: 70, maxZoom: 15.5, duration: this.#options.still() ? 0 : 700 });
  }

  /** Says what the whole is, where nobody has so far, and shows it unless somebody has begun to look around. */
  setBounds(bounds: [number, number, number, number] | null): void {
    if (bounds === null || this.#options.bounds !== null) return;
    this.#options.bounds = bounds;
    if (this.#untouched) this.home(0);
  }

  home(duration = 700): void {
    const { bounds } = this.#options;
    if (bounds) this.#map.fitBounds(asBounds(bounds), { padding: 30, duration: this.#options.still() ? 0 : duration });
  }

  zoomBy(steps: number): void {
    this.#untouched = false;
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: this.#options.still() ? 0 : 200 });
  }

  north(): void {
    this.#map.easeTo({ bearing: 0, duration: this.#options.still() ? 0 : 300 });
  }

  /** Keeps the middle of the map where no panel lies. */
  setInsets(insets: Insets): void {
    this.#map.setPadding(insets);
    if (this.#untouched) this.home(0);
  }

  setName(name: string): void {
    this.#map.getCanvas().setAttribute("aria-label", name);
  }

  toggleRelief(): void {
    const relief = this.#map.getPitch() === 0;
    const bearing = relief ? this.#map.getBearing() || RELIEF_BEARING : 0;
    this.#map.easeTo({ pitch: relief ? RELIEF_PITCH : 0, bearing, duration: this.#options.still() ? 0 : 600 });
  }

  setHidden(hidden: readonly LayerName[]): void {
    this.#hidden = hidden;
    this.#showLayers();
  }

  setPalette(palette: Palette): void {
    if (palette === this.#palette) return;
    this.#palette = palette;
    for (const [name, data] of images(palette)) this.#map.updateImage(name, data);
    for (const layer of layers(palette, this.#ownGround())) {
      for (const property of Object.keys(layer.paint ?? {}) as (keyof maplibre.AllPaintProperties)[]) {
        const value = (layer.paint as Partial<maplibre.AllPaintProperties>)[property];
        if (!isOfHeat(layer.id, property)) this.#map.setPaintProperty(layer.id, property, value);
      }
    }
  }

  setStock(sites: readonly Site[], buildings: readonly Building[]): void {
    this.#set("sites", sites);
    this.#set("stock", buildings);
  }

  setSurroundings(features: readonly Surrounding[]): void {
    this.#set("surroundings", features);
  }

  /** Draws the cells in the colours of the legend; as discs over the town where they are single sites. */
  setHeat(cells: readonly HeatCell[], classes: readonly HeatClass[], asDiscs: boolean): void {
    const shapes: GeoJSON.Feature[] = [];
    const discs: { rank: number; feature: GeoJSON.Feature }[] = [];
    for (const { id, geometry, properties: { value } } of cells) {
      if (geometry === null) continue;
      const properties = { id, colour: colourOf(classes, value), rank: classRank(classes, value ?? 0) };
      if (geometry.type !== "Point") shapes.push({ type: "Feature", id, geometry, properties });
      if (asDiscs && properties.colour !== null) {
        const point: GeoJSON.Point = { type: "Point", coordinates: centreOf(geometry) };
        discs.push({ rank: properties.rank, feature: { type: "Feature", id, geometry: point, properties } });
      }
    }
    this.#set("heat", shapes);
    // The highest lie on top.
    this.#set("heat-points", discs.sort((a, b) => a.rank - b.rank).map(({ feature }) => feature));
    const colour: maplibre.ExpressionSpecification = ["coalesce", ["get", "colour"], this.#palette.noValue];
    this.#map.setPaintProperty("heat-fill", "fill-color", colour);
    this.#map.setPaintProperty("heat-line", "line-color", colour);
    this.#map.setPaintProperty("heat-points", "circle-color", colour);
    const size: maplibre.ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 10, ["+", 2, ["get", "rank"]], 15, ["+", 5, ["*", 2.2, ["get", "rank"]]]];
    this.#map.setPaintProperty("heat-points", "circle-radius", size);
  }

  /** Lets the heatmap stand back while something else is being read. */
  setHeatLoud(loud: boolean): void {
    const strength = loud ? 1 : 0.35;
    this.#map.setPaintProperty("heat-fill", "fill-opacity", 0.62 * strength);
    this.#map.setPaintProperty("heat-line", "line-opacity", 0.9 * strength);
    this.#map.setPaintProperty("heat-points", "circle-opacity", 0.85 * strength);
  }

  setIncidents(incidents: readonly Incident[]): void {
    this.#set(
      "incidents",
      incidents
        .filter((incident) => incident.geometry !== null)
        .map((incident) => {
          const { id } = incident.properties;
          const priority = gravity(incident);
          // P1 is drawn last, so that it lies on top.
          const properties = { id, priority, order: 5 - Number(priority.slice(1)) };
          return { type: "Feature", id, geometry: incident.geometry, properties } as GeoJSON.Feature;
        }),
    );
  }

  setPatrols(patrols: readonly Patrol[], nearest: Nearest | null): void {
    const ranks = new Map((nearest?.features ?? []).map((one) => [one.id, one.properties.rank]));
    this.#glide?.set(patrols, ranks);
  }

  /** Marks where help is wanted and draws the ways there; that of the patrol `shown`, or else of the first, stands out. */
  setTarget(target: readonly [number, number] | null, nearest: Nearest | null, shown: string | null): void {
    this.#set("target", target ? [pointFeature(target)] : []);
    const ranked = target && nearest ? nearest.features : [];
    const first = ranked.some(({ id }) => id === shown) ? shown : (ranked[0]?.id ?? null);
    this.#set(
      "routes",
      ranked.flatMap(({ id, geometry, properties: { rank, route } }): GeoJSON.Feature[] => {
        const from = pointOf(geometry);
        if (from === null || target === null) return [];
        const line: GeoJSON.LineString = route ?? { type: "LineString", coordinates: [from, [...target]] };
        return [{ type: "Feature", properties: { rank, by: route ? "road" : "line", first: id === first }, geometry: line }];
      }),
    );
  }

  /** Rings around crews that call for help, or that nobody hears any more. */
  setCalls(alerts: readonly Alert[]): void {
    this.#set(
      "calls",
      alerts.flatMap(({ id, lon, lat, kind, state }): GeoJSON.Feature[] =>
        lon === null || lat === null
          ? []
          : [{ ...pointFeature([lon, lat]), id, properties: { grave: kind === "sos", seen: state !== "raised" } }],
      ),
    );
  }

  remove(): void {
    this.#glide?.stop();
    this.#map.remove();
  }

  #ownGround(): boolean {
    return this.#options.styleUrl === null;
  }

  #furnish(): void {
    for (const [name, data] of images(this.#palette)) this.#map.addImage(name, data, { pixelRatio: PIXEL_RATIO });
    for (const name of SOURCES) {
      this.#map.addSource(name, {
        type: "geojson",
        data: { type: "FeatureCollection", features: [] },
        ...(name === "stock" || name === "surroundings" ? { tolerance: 0.2 } : {}),
      });
    }
    for (const layer of layers(this.#palette, this.#ownGround())) this.#map.addLayer(layer);
    this.#glide = new PatrolGlide(this.#source("patrols"), this.#options.still);
    this.#showLayers();
    this.#events.ready();
  }

  /** Buildings stand up as soon as the view is tilted, however it came to be. */
  #setRelief(relief: boolean): void {
    if (relief === this.#relief) return;
    this.#relief = relief;
    this.#showLayers();
  }

  #source(name: SourceName): maplibre.GeoJSONSource {
    const source = this.#map.getSource<maplibre.GeoJSONSource>(name);
    if (!source) throw new Error(`the style has lost its source ${name}`);
    return source;
  }

  #set(name: SourceName, features: readonly AnyFeature[]): void {
    this.#source(name).setData({ type: "FeatureCollection", features: features as GeoJSON.Feature[] });
  }

  #showLayers(): void {
    if (this.#glide === null) return;
    const show = (id: string, visible: boolean): void => {
      if (this.#map.getLayer(id)) this.#map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
    };
    const wrongView = this.#relief ? FLAT_ONLY : RELIEF_ONLY;
    for (const name of LAYERS) {
      for (const id of SWITCHES[name]) show(id, !this.#hidden.includes(name) && !wrongView.includes(id));
    }
    show("surroundings", !this.#relief);
    show("surroundings-3d", this.#relief);
    // The numbers stand on patrols, but a ranking that was asked for is shown whatever the switches say.
    show("ranks", true);
  }

  #clicked(event: maplibre.MapMouseEvent): void {
    const id = this.#at(event.point, "incidents");
    if (id !== null) this.#events.incident(id);
    else this.#events.point(event.lngLat.lng, event.lngLat.lat, this.#cellAt(event.point));
  }

  #hovered(event: maplibre.MapMouseEvent): void {
    if (this.#glide === null || event.originalEvent.buttons !== 0) return;
    const overIncident = this.#at(event.point, "incidents") !== null;
    this.#map.getCanvas().style.cursor = overIncident ? "pointer" : "crosshair";
    const cell = overIncident ? null : this.#cellAt(event.point);
    this.#events.hover(cell, event.point.x, event.point.y);
  }

  #cellAt(point: maplibre.Point): string | null {
    return this.#at(point, "heat-points") ?? this.#at(point, "heat-fill");
  }

  #at(point: maplibre.Point, layer: string): string | null {
    if (this.#glide === null) return null;
    const reach = layer === "incidents" ? REACH_PX : 0;
    const found = this.#map.queryRenderedFeatures(
      [
        [point.x - reach, point.y - reach],
        [point.x + reach, point.y + reach],
      ],
      { layers: [layer] },
    );
    const id: unknown = found[0]?.properties["id"];
    return typeof id === "string" ? id : null;
  }
}

/** These belong to the legend and to what is being read, not to the palette. */
function isOfHeat(layer: string, property: string): boolean {
  const own = property.endsWith("-color") || property.endsWith("-opacity") || property === "circle-radius";
  return layer.startsWith("heat") && own && property !== "circle-stroke-color";
}

function pointFeature(at: readonly [number, number]): GeoJSON.Feature {
  return { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [...at] } };
}

function classRank(classes: readonly HeatClass[], value: number): number {
  return classes.findLastIndex((one) => value >= one.from) + 1;
}

function asBounds(bounds: readonly number[]): [number, number, number, number] {
  const [west = 0, south = 0, east = 0, north = 0] = bounds;
  return [west, south, east, north];
}
