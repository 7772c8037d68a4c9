/** Longitudes and latitudes on a small plane, north up, and back: enough for a quarter or a town. */
export type Box = readonly [west: number, south: number, east: number, north: number];

export interface Plane {
  at(position: readonly [number, number]): [number, number];
  /** The position under a point of the plane. */
  back(x: number, y: number): [number, number];
}

/** The smallest box around positions; null where there are none. */
export function boxAround(positions: Iterable<readonly [number, number]>): Box | null {
  let box: [number, number, number, number] | null = null;
  for (const [lon, lat] of positions) {
    if (box === null) box = [lon, lat, lon, lat];
    else box = [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
  }
  return box;
}

/** Degrees that are shown at least: a site by itself still stands in its quarter. */
const LEAST = 0.006;

/** The plane on which `box` fills `width` × `height` but for `margin` around it. */
export function planeOf(box: Box, width: number, height: number, margin = 12): Plane {
  const [west, south, east, north] = box;
  const middle = [(west + east) / 2, (south + north) / 2] as const;
  const squeeze = Math.cos((middle[1] * Math.PI) / 180);
  const across = Math.max(east - west, LEAST) * squeeze;
  const up = Math.max(north - south, LEAST * squeeze);
  const scale = Math.min((width - 2 * margin) / across, (height - 2 * margin) / up);
  return {
    at: ([lon, lat]) => [width / 2 + (lon - middle[0]) * squeeze * scale, height / 2 - (lat - middle[1]) * scale],
    back: (x, y) => [middle[0] + (x - width / 2) / (squeeze * scale), middle[1] - (y - height / 2) / scale],
  };
}

/** Rings of a polygon or of several as one path. */
export function pathOfRings(polygons: readonly (readonly (readonly (readonly number[])[])[])[], plane: Plane): string {
  const point = (position: readonly number[]): string => {
    const [x, y] = plane.at([position[0] ?? 0, position[1] ?? 0]);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  return polygons.flatMap((rings) => rings.map((ring) => `M${ring.map(point).join("L")}Z`)).join("");
}
