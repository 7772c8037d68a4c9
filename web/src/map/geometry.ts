/** The little geometry that the page needs for itself. Positions are WGS 84 degrees, longitude first. */

import type { Geometry } from "../api/shapes";

/** The position of a point; null for anything else and for what has no place. */
export function pointOf(geometry: Geometry | null): [lon: number, lat: number] | null {
  if (geometry?.type !== "Point") return null;
  const [lon, lat] = geometry.coordinates;
  return lon === undefined || lat === undefined ? null : [lon, lat];
}

/** The middle of the box around `geometry`. */
export function centreOf(geometry: Geometry): [number, number] {
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  extend(box, geometry.coordinates);
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** West, south, east, north of what has a place; null where nothing has. */
export function boundsOf(features: readonly { geometry: Geometry | null }[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features) if (geometry !== null) extend(box, geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

function extend(box: [number, number, number, number], coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  const [lon, lat] = coordinates as unknown[];
  if (typeof lon === "number" && typeof lat === "number") {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
    return;
  }
  for (const inner of coordinates as unknown[]) extend(box, inner);
}

/** `box` grown on each side by `share` of its size. */
export function grown(box: readonly number[], share: number): [number, number, number, number] {
  const [west = 0, south = 0, east = 0, north = 0] = box;
  const width = (east - west) * share;
  const height = (north - south) * share;
  return [west - width, Math.max(-90, south - height), east + width, Math.min(90, north + height)];
}

export function holds(outer: readonly number[], inner: readonly number[]): boolean {
  const [west = 0, south = 0, east = 0, north = 0] = outer;
  const [w = 0, s = 0, e = 0, n = 0] = inner;
  return w >= west && s >= south && e <= east && n <= north;
}

/** Metres between two positions close to one another (flat earth, within 0.1 % in one town). */
export function metresBetween(a: readonly [number, number], b: readonly [number, number]): number {
  const metresPerDegree = 111_195;
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * (Math.PI / 180));
  return Math.hypot(x, b[1] - a[1]) * metresPerDegree;
}
