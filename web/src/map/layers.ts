/** The layers of the map, from the ground up, for one palette. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";

import type { LayerName } from "../operations/view";
import type { Palette } from "./palette";

export const SOURCES = [
  "surroundings",
  "stock",
  "sites",
  "heat",
  "heat-points",
  "routes",
  "calls",
  "incidents",
  "patrols",
  "target",
] as const;
export type SourceName = (typeof SOURCES)[number];

/** Glyphs are drawn by the browser from fonts of the machine: the page fetches none. */
const FONT = ["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"];

/** What is drawn under our own data, left out where a basemap is set. */
const GROUND = ["ground", "green", "water", "water-line", "rail", "surroundings", "streets", "surroundings-3d"];

/** Which layers each switch of the page shows and hides. */
export const SWITCHES: Record<LayerName, readonly string[]> = {
  heat: ["heat-fill", "heat-line", "heat-points"],
  stock: ["stock-fill", "stock-line", "stock-3d", "sites", "site-labels"],
  patrols: ["patrols", "patrol-labels"],
  incidents: ["incidents"],
};

/** Layers that only one of the two views has. */
export const FLAT_ONLY: readonly string[] = ["stock-fill", "surroundings"];
export const RELIEF_ONLY: readonly string[] = ["stock-3d", "surroundings-3d"];

const isClass = (name: string): FilterSpecification => ["==", ["get", "class"], name];

function byZoom(...stops: [zoom: number, value: number][]): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.6], ["zoom"], ...stops.flat()] as ExpressionSpecification;
}

/** `main`, `middle` or `small` by the rank of a street. */
function byRank<T extends string | number>(values: readonly [T, T, T]): ExpressionSpecification {
  return ["match", ["coalesce", ["get", "rank"], 3], 1, values[0], 2, values[1], values[2]] as ExpressionSpecification;
}

function ground(p: Palette): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": p.ground } },
    {
      id: "green",
      type: "fill",
      source: "surroundings",
      filter: isClass("green"),
      paint: { "fill-color": p.green, "fill-antialias": true },
    },
    {
      id: "water",
      type: "fill",
      source: "surroundings",
      filter: ["all", isClass("water"), ["==", ["geometry-type"], "Polygon"]] as FilterSpecification,
      paint: { "fill-color": p.water },
    },
    {
      id: "water-line",
      type: "line",
      source: "surroundings",
      filter: ["all", isClass("water"), ["==", ["geometry-type"], "LineString"]] as FilterSpecification,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.water, "line-width": byZoom([11, 2], [16, 18]) },
    },
    {
      id: "rail",
      type: "line",
      source: "surroundings",
      filter: isClass("rail"),
      paint: { "line-color": p.rail, "line-width": byZoom([11, 0.8], [17, 4]), "line-dasharray": [6, 2] },
    },
    {
      id: "surroundings",
      type: "fill",
      source: "surroundings",
      minzoom: 12.5,
      filter: isClass("building"),
      paint: { "fill-color": p.surroundings },
    },
    {
      id: "streets",
      type: "line",
      source: "surroundings",
      filter: isClass("street"),
      layout: {
        "line-cap": "round",
        "line-join": "round",
        "line-sort-key": ["-", 0, ["coalesce", ["get", "rank"], 3]],
      },
      paint: {
        "line-color": byRank(p.streets),
        "line-width": [
          "interpolate",
          ["exponential", 1.6],
          ["zoom"],
          11,
          byRank([1.8, 1, 0.5]),
          14,
          byRank([4, 2.2, 1.2]),
          18,
          byRank([26, 16, 11]),
        ],
      },
    },
  ];
}

function heat(): LayerSpecification[] {
  return [
    { id: "heat-fill", type: "fill", source: "heat", paint: { "fill-color": "#000000", "fill-opacity": 0.62 } },
    {
      id: "heat-line",
      type: "line",
      source: "heat",
      paint: { "line-color": "#000000", "line-width": byZoom([10, 0.4], [15, 1.4]), "line-opacity": 0.9 },
    },
  ];
}

function stock(p: Palette): LayerSpecification[] {
  return [
    {
      id: "street-labels",
      type: "symbol",
      source: "surroundings",
      minzoom: 13.5,
      filter: ["all", isClass("street"), ["has", "name"], ["!=", ["get", "name"], null]] as FilterSpecification,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 340,
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": byZoom([13.5, 10], [18, 14]),
        "text-max-angle": 30,
      },
      paint: { "text-color": p.labelQuiet, "text-halo-color": p.ground, "text-halo-width": 1.4 },
    },
    {
      id: "water-labels",
      type: "symbol",
      source: "surroundings",
      minzoom: 11.5,
      filter: [
        "all",
        ["match", ["get", "class"], ["water", "green"], true, false],
        ["has", "name"],
        ["!=", ["get", "name"], null],
      ] as FilterSpecification,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-max-width": 8 },
      paint: { "text-color": p.labelQuiet, "text-halo-color": p.ground, "text-halo-width": 1.2 },
    },
    {
      id: "surroundings-3d",
      type: "fill-extrusion",
      source: "surroundings",
      minzoom: 13,
      filter: isClass("building"),
      paint: {
        "fill-extrusion-color": p.surroundings,
        "fill-extrusion-height": ["coalesce", ["get", "height_m"], 9],
        "fill-extrusion-opacity": 0.85,
      },
    },
    { id: "stock-fill", type: "fill", source: "stock", paint: { "fill-color": p.stock, "fill-opacity": 0.92 } },
    {
      id: "stock-line",
      type: "line",
      source: "stock",
      minzoom: 13,
      paint: { "line-color": p.stockLine, "line-width": byZoom([13, 0.5], [18, 1.8]) },
    },
    {
      id: "stock-3d",
      type: "fill-extrusion",
      source: "stock",
      paint: {
        "fill-extrusion-color": p.stock,
        "fill-extrusion-height": ["get", "height_m"],
        "fill-extrusion-opacity": 0.95,
        "fill-extrusion-vertical-gradient": true,
      },
    },
    {
      id: "heat-points",
      type: "circle",
      source: "heat-points",
      paint: {
        "circle-color": "#000000",
        "circle-opacity": 0.85,
        "circle-stroke-color": p.halo,
        "circle-stroke-width": 1,
        "circle-radius": 6,
      },
    },
    {
      id: "sites",
      type: "circle",
      source: "sites",
      maxzoom: 14,
      paint: {
        "circle-radius": byZoom([10, 1.6], [14, 3.4]),
        "circle-color": p.stockLine,
        "circle-stroke-color": p.halo,
        "circle-stroke-width": 0.8,
      },
    },
    {
      id: "site-labels",
      type: "symbol",
      source: "sites",
      minzoom: 13.2,
      layout: {
        "text-field": [
          "step",
          ["zoom"],
          ["get", "code"],
          15.2,
          ["format", ["get", "code"], {}, "\n", {}, ["get", "name"], { "font-scale": 0.85 }],
        ],
        "text-font": FONT,
        "text-size": 11.5,
        "text-max-width": 14,
        "text-anchor": "top",
        "text-offset": [0, 0.9],
        "symbol-sort-key": ["-", 0, ["get", "dwellings"]],
      },
      paint: { "text-color": p.label, "text-halo-color": p.halo, "text-halo-width": 1.6 },
    },
  ];
}

function live(p: Palette): LayerSpecification[] {
  return [
    {
      id: "routes-other",
      type: "line",
      source: "routes",
      filter: ["!", ["get", "first"]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.target, "line-opacity": 0.35, "line-width": 1.6, "line-dasharray": [2, 2] },
    },
    {
      id: "routes-halo",
      type: "line",
      source: "routes",
      filter: ["all", ["get", "first"], ["==", ["get", "by"], "road"]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.halo, "line-width": byZoom([11, 6], [16, 12]), "line-opacity": 0.8 },
    },
    {
      id: "routes",
      type: "line",
      source: "routes",
      filter: ["all", ["get", "first"], ["==", ["get", "by"], "road"]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": p.route, "line-width": byZoom([11, 3], [16, 7]) },
    },
    {
      // Nobody drives a straight line: it is drawn as the guess that it is.
      id: "routes-line",
      type: "line",
      source: "routes",
      filter: ["all", ["get", "first"], ["==", ["get", "by"], "line"]],
      layout: { "line-cap": "round" },
      paint: { "line-color": p.target, "line-width": 2.4, "line-dasharray": [2, 2] },
    },
    {
      id: "calls",
      type: "circle",
      source: "calls",
      paint: {
        "circle-radius": byZoom([9, 16], [15, 34]),
        "circle-color": ["case", ["get", "grave"], p.priority.P1, p.priority.P2],
        "circle-opacity": ["case", ["get", "seen"], 0.08, 0.28],
        "circle-stroke-color": ["case", ["get", "grave"], p.priority.P1, p.priority.P2],
        "circle-stroke-width": ["case", ["get", "seen"], 1.5, 4],
      },
    },
    {
      id: "incidents",
      type: "symbol",
      source: "incidents",
      layout: {
        "icon-image": ["concat", "incident-", ["get", "priority"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": byZoom([9, 0.45], [12, 0.75], [14, 1]),
        "symbol-sort-key": ["get", "order"],
      },
    },
    {
      id: "patrols",
      type: "symbol",
      source: "patrols",
      layout: {
        "icon-image": ["concat", "patrol-", ["get", "status"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": byZoom([9, 0.5], [12, 0.8], [14, 1]),
      },
    },
    {
      id: "patrol-labels",
      type: "symbol",
      source: "patrols",
      minzoom: 11.5,
      layout: {
        "text-field": ["get", "callsign"],
        "text-font": FONT,
        "text-size": 11.5,
        "text-offset": [0, 1.25],
        "text-anchor": "top",
        "text-optional": true,
      },
      paint: {
        "text-color": ["match", ["get", "status"], "available", p.patrol.available, "busy", p.patrol.busy, p.patrol.off_duty],
        "text-halo-color": p.halo,
        "text-halo-width": 1.6,
      },
    },
    {
      id: "ranks",
      type: "symbol",
      source: "patrols",
      filter: [">", ["get", "rank"], 0],
      layout: {
        "icon-image": ["concat", "rank-", ["to-string", ["get", "rank"]]],
        "icon-offset": [15, -15],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "target",
      type: "symbol",
      source: "target",
      layout: { "icon-image": "target", "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
  ];
}

/** Every layer, in drawing order; without our own ground over a basemap. */
export function layers(palette: Palette, ownGround: boolean): LayerSpecification[] {
  const all = [...ground(palette), ...heat(), ...stock(palette), ...live(palette)];
  const groundLabels = ["street-labels", "water-labels"];
  return ownGround ? all : all.filter((layer) => !GROUND.includes(layer.id) && !groundLabels.includes(layer.id));
}
