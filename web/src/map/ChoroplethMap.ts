/** A map of tracts in the colours of their classes: owns its MapLibre instance, knows nothing of the page around it. */
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { centreOf } from "./geometry";
import type { Palette } from "./palette";

maplibre.setWorkerUrl(workerUrl);

/** An outline, and the colour of its class: null where the figure is unknown, which is hatched. */
export type Zone = { code: string; geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon; colour: string | null };

export interface ChoroplethOptions {
  palette: Palette;
  styleUrl: string | null;
  /** What the canvas is called, and how one moves on it: a page that scrolls leaves one finger and the bare wheel to the page. */
  texts: { name: string; wheel: string; wheelOnMac: string; fingers: string };
  /** Says whether the person asked for no motion. */
  still: () => boolean;
  /** Whether it frames what it is given; else whoever made it moves it. It does where this is left out. */
  framed?: boolean;
}

export interface ChoroplethEvents {
  ready(): void;
  failed(): void;
  /** The tract under the pointer, with where the pointer is, or null. */
  hover(code: string | null, x: number, y: number): void;
  pick(code: string | null): void;
}

const HATCH = "hatch";
const HATCH_PX = 8;
const PIXEL_RATIO = 2;
const NONE = "";

export class ChoroplethMap {
  readonly #map: maplibre.Map;
  readonly #options: ChoroplethOptions;
  readonly #events: ChoroplethEvents;
  #palette: Palette;
  #ready = false;
  /** The outlines that were framed last: the same ones in other colours leave the view where it is. */
  #framed = "";
  #box: maplibre.LngLatBounds | null = null;

  constructor(container: HTMLElement, options: ChoroplethOptions, events: ChoroplethEvents) {
    this.#options = options;
    this.#events = events;
    this.#palette = options.palette;
    const { name, wheel, wheelOnMac, fingers } = options.texts;
    this.#map = new maplibre.Map({
      container,
      style: options.styleUrl ?? { version: 8, sources: {}, layers: [] },
      attributionControl: false,
      cooperativeGestures: true,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 17,
      center: [2.35, 48.86],
      zoom: 10,
      locale: {
        "Map.Title": name,
        "CooperativeGesturesHandler.WindowsHelpText": wheel,
        "CooperativeGesturesHandler.MacHelpText": wheelOnMac,
        "CooperativeGesturesHandler.MobileHelpText": fingers,
      },
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.once("style.load", () => this.#furnish());
    this.#map.on("click", (event) => events.pick(this.#at(event.point)));
    this.#map.on("mousemove", (event) => this.#hovered(event));
    this.#map.on("mouseout", () => this.#leave());
    const canvas = this.#map.getCanvas();
    canvas.addEventListener("webglcontextlost", () => events.failed());
    canvas.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      events.pick(this.#at(this.#map.project(this.#map.getCenter())));
    });
  }

  /** For the browser's console and the tests. */
  get engine(): maplibre.Map {
    return this.#map;
  }

  setZones(zones: readonly Zone[]): void {
    const features = zones.map(({ code, geometry, colour }): GeoJSON.Feature => ({ type: "Feature", geometry, properties: { code, colour } }));
    this.#map.getSource<maplibre.GeoJSONSource>("tracts")?.setData({ type: "FeatureCollection", features });
    const shown = `${zones.length} ${zones[0]?.code ?? ""} ${zones.at(-1)?.code ?? ""}`;
    if (shown === this.#framed || this.#options.framed === false) return;
    this.#framed = shown;
    this.#box = boxAround(zones);
    this.home(0);
  }

  setPicked(code: string | null): void {
    for (const layer of ["picked-halo", "picked"]) this.#map.setFilter(layer, ["==", ["get", "code"], code ?? NONE]);
  }

  setPalette(palette: Palette): void {
    if (palette === this.#palette) return;
    this.#palette = palette;
    this.#map.updateImage(HATCH, hatch(palette));
    for (const layer of layers(palette, this.#options.styleUrl === null)) {
      for (const [property, value] of Object.entries(layer.paint ?? {})) {
        this.#map.setPaintProperty(layer.id, property as keyof maplibre.AllPaintProperties, value as never);
      }
    }
  }

  /** Keeps another map over the same ground, whichever of the two is moved; returns what lets it go. */
  moveWith(other: ChoroplethMap): () => void {
    let following = false;
    const lead = (from: maplibre.Map, to: maplibre.Map) => (): void => {
      if (following) return;
      following = true;
      to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
      following = false;
    };
    const [ours, theirs] = [lead(this.#map, other.#map), lead(other.#map, this.#map)];
    this.#map.on("move", ours);
    other.#map.on("move", theirs);
    ours();
    return () => {
      this.#map.off("move", ours);
      other.#map.off("move", theirs);
    };
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: this.#options.still() ? 0 : 200 });
  }

  home(duration = 500): void {
    if (this.#box) this.#map.fitBounds(this.#box, { padding: 16, duration: this.#options.still() ? 0 : duration });
  }

  /** Brings a tract into view that is not. */
  show({ geometry }: Zone): void {
    const centre = centreOf(geometry);
    if (!this.#map.getBounds().contains(centre)) this.#map.easeTo({ center: centre, duration: this.#options.still() ? 0 : 400 });
  }

  remove(): void {
    this.#map.remove();
  }

  #furnish(): void {
    this.#map.addImage(HATCH, hatch(this.#palette), { pixelRatio: PIXEL_RATIO });
    this.#map.addSource("tracts", { type: "geojson", data: { type: "FeatureCollection", features: [] }, tolerance: 0.2 });
    for (const layer of layers(this.#palette, this.#options.styleUrl === null)) this.#map.addLayer(layer);
    this.#ready = true;
    this.#events.ready();
  }

  #hovered(event: maplibre.MapMouseEvent): void {
    if (!this.#ready || event.originalEvent.buttons !== 0) return;
    const code = this.#at(event.point);
    this.#map.getCanvas().style.cursor = code === null ? "" : "pointer";
    this.#map.setFilter("hovered", ["==", ["get", "code"], code ?? NONE]);
    this.#events.hover(code, event.point.x, event.point.y);
  }

  #leave(): void {
    if (this.#ready) this.#map.setFilter("hovered", ["==", ["get", "code"], NONE]);
    this.#events.hover(null, 0, 0);
  }

  #at(point: maplibre.Point): string | null {
    if (!this.#ready) return null;
    const code: unknown = this.#map.queryRenderedFeatures(point, { layers: ["known", "unknown"] })[0]?.properties["code"];
    return typeof code === "string" ? code : null;
  }
}

function boxAround(zones: readonly Zone[]): maplibre.LngLatBounds | null {
  const box = new maplibre.LngLatBounds();
  for (const { geometry } of zones) {
    const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
    for (const [lon, lat] of rings.flat()) if (lon !== undefined && lat !== undefined) box.extend([lon, lat]);
  }
  return box.isEmpty() ? null : box;
}

function layers(p: Palette, ownGround: boolean): maplibre.LayerSpecification[] {
  const nobody: maplibre.FilterSpecification = ["==", ["get", "code"], NONE];
  const isKnown: maplibre.FilterSpecification = ["!=", ["get", "colour"], null];
  const all: maplibre.LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": p.ground } },
    {
      id: "known",
      type: "fill",
      source: "tracts",
      filter: isKnown,
      paint: { "fill-color": ["coalesce", ["get", "colour"], p.noValue], "fill-opacity": ownGround ? 1 : 0.78 },
    },
    { id: "unknown", type: "fill", source: "tracts", filter: ["!", isKnown], paint: { "fill-pattern": HATCH } },
    {
      id: "edges",
      type: "line",
      source: "tracts",
      paint: { "line-color": p.ground, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 14, 1.2] },
    },
    { id: "hovered", type: "line", source: "tracts", filter: nobody, paint: { "line-color": p.target, "line-width": 2 } },
    { id: "picked-halo", type: "line", source: "tracts", filter: nobody, paint: { "line-color": p.halo, "line-width": 7 } },
    { id: "picked", type: "line", source: "tracts", filter: nobody, layout: { "line-join": "round" }, paint: { "line-color": p.target, "line-width": 3 } },
  ];
  return ownGround ? all : all.slice(1);
}

/** Strokes over grey, which say that nothing is known. */
function hatch(p: Palette): ImageData {
  const size = HATCH_PX * PIXEL_RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2D canvas to draw a hatch with");
  context.fillStyle = p.ground;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = p.labelQuiet;
  context.lineWidth = PIXEL_RATIO;
  for (const shift of [-size, 0, size]) {
    context.beginPath();
    context.moveTo(shift - 2, size + 2);
    context.lineTo(shift + size + 2, -2);
    context.stroke();
  }
  return context.getImageData(0, 0, size, size);
}
