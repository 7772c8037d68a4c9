/** What the address says of the page: a place, or a subject of `/subjects/…`. */
import type { Lang } from "../text/format";

export const PLACES = ["town", "site", "landlord", "tract", "commune", "drawn"] as const;
export type PlaceKind = (typeof PLACES)[number];
/** A ring of corners that somebody drew, longitude first, without the first one again. */
export type Ring = readonly (readonly [number, number])[];

/** Corners that an address can carry; the server takes more. */
export const CORNERS_MAX = 60;

export interface View {
  of: PlaceKind;
  code: string;
  ring: Ring;
  subject: string | null;
  lang: Lang | null;
  theme: "dark" | "light" | null;
}

export const DEFAULT_VIEW: View = { of: "town", code: "", ring: [], subject: null, lang: null, theme: null };

const SUBJECTS = "/subjects";

/** The corners of `text`, `lon,lat;lon,lat;…`; none where it makes no sense. */
export function parseRing(text: string): Ring {
  const corners = text
    .split(";")
    .map((pair) => pair.split(",").map((part) => (part.trim() === "" ? NaN : Number(part))))
    .map(([lon, lat, ...rest]) => [lon ?? NaN, lat ?? NaN, rest.length] as const);
  const fine = corners.every(([lon, lat, rest]) => rest === 0 && Math.abs(lon) <= 180 && Math.abs(lat) <= 90);
  return fine && corners.length >= 3 && corners.length <= CORNERS_MAX ? corners.map(([lon, lat]) => [lon, lat] as const) : [];
}

/** The view that an address names. Whatever it says that makes no sense is left at its default. */
export function parseView(pathname: string, hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const of = PLACES.find((kind) => kind === params.get("of")) ?? DEFAULT_VIEW.of;
  const ring = of === "drawn" ? parseRing(params.get("ring") ?? "") : [];
  const code = (params.get("code") ?? "").trim();
  const named = of !== "town" && of !== "drawn";
  const [, , subject] = pathname.startsWith(SUBJECTS) ? pathname.split("/") : [];
  const lang = params.get("lang");
  const theme = params.get("theme");
  const isPlace = of === "drawn" ? ring.length > 0 : !named || code !== "";
  return {
    of: isPlace ? of : DEFAULT_VIEW.of,
    code: named ? code : "",
    ring,
    subject: pathname.startsWith(SUBJECTS) ? decodeURIComponent(subject || "halls") : null,
    lang: lang === "fr" || lang === "en" ? lang : null,
    theme: theme === "dark" || theme === "light" ? theme : null,
  };
}

/** The shortest address that `parseView` reads back as `view`. */
export function printView(view: View): string {
  const params: string[] = [];
  if (view.of !== DEFAULT_VIEW.of) params.push(`of=${view.of}`);
  if (view.code !== "") params.push(`code=${encodeURIComponent(view.code)}`);
  if (view.ring.length > 0) params.push(`ring=${view.ring.map(([lon, lat]) => `${lon},${lat}`).join(";")}`);
  if (view.lang !== null) params.push(`lang=${view.lang}`);
  if (view.theme !== null) params.push(`theme=${view.theme}`);
  const path = view.subject === null ? "/portrait" : `${SUBJECTS}/${encodeURIComponent(view.subject)}`;
  return params.length === 0 ? path : `${path}#${params.join("&")}`;
}

/** What the server is asked; of a subject the town alone. */
export function pathOf(view: View): string {
  if (view.subject !== null) return `/api/v1/subjects/${encodeURIComponent(view.subject)}`;
  if (view.of === "drawn") return "/api/v1/portraits";
  return `/api/v1/portraits/${view.of}/${view.of === "town" ? "all" : encodeURIComponent(view.code)}`;
}

/** A GeoJSON polygon of a ring, to 7 decimals. */
export function polygonOf(ring: Ring): { type: "Polygon"; coordinates: number[][][] } {
  const short = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
  const corners = ring.map(([lon, lat]) => [short(lon), short(lat)]);
  const [first] = corners;
  return { type: "Polygon", coordinates: [first ? [...corners, first] : []] };
}
