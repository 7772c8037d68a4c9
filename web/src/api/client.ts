/** The only place that calls `fetch`. */
import { Failure, isAborted } from "./failure";
import type { Body, NewIncident, Problem, Query, ReadPath, RecordedIncident, SiteDetails } from "./shapes";

/** A server that says nothing for this long is treated as away. */
const TIMEOUT_MS = 15_000;

type Parameters = Record<string, string | number | boolean | null | undefined>;

/** The address of `path` with its parameters; those that are null, undefined or empty are left out. */
export function address(path: string, query: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function call(url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const path = url.split("?")[0] ?? url;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Failure(path, null, null);
  }
  if (response.ok || response.status === 304) return response;
  throw new Failure(path, response.status, await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem | null> {
  if (!response.headers.get("content-type")?.includes("json")) return null;
  try {
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

/** `GET path` with typed parameters and a typed answer. */
export async function get<P extends ReadPath>(
  path: P,
  query: Query<P>,
  signal?: AbortSignal,
): Promise<Body<P>> {
  const response = await call(address(path, query), {}, signal);
  return (await response.json()) as Body<P>;
}

/** One site by its code. */
export async function getSite(code: string, signal?: AbortSignal): Promise<SiteDetails> {
  const response = await call(`/api/v1/sites/${encodeURIComponent(code)}`, {}, signal);
  return (await response.json()) as SiteDetails;
}

/** What has changed since the last answer, and the tag to ask for the next one with. */
export type Fresh<T> = {
  /** `null` when nothing has changed. */
  changed: { body: T; etag: string | null } | null;
  /** For how many seconds the server has lost its store; `null` while all is well. */
  staleS: number | null;
};

/** `GET path` unless it still is what `etag` names. */
export async function getIfChanged<P extends ReadPath>(
  path: P,
  query: Query<P>,
  etag: string | null,
  signal?: AbortSignal,
): Promise<Fresh<Body<P>>> {
  const headers: HeadersInit = etag === null ? {} : { "If-None-Match": etag };
  const response = await call(address(path, query), { headers, cache: "no-store" }, signal);
  const stale = response.headers.get("x-vigie-stale");
  const staleS = stale === null ? null : Number(stale);
  if (response.status === 304) return { changed: null, staleS };
  const body = (await response.json()) as Body<P>;
  return { changed: { body, etag: response.headers.get("etag") }, staleS };
}

type ListPath = "/api/v1/buildings" | "/api/v1/sites" | "/api/v1/surroundings";
type Row<P extends ListPath> = Body<P>["features"][number];
type Page<P extends ListPath> = { features: Row<P>[]; links: { rel: string; href: string }[] };

/** Every page of a list, up to `pages` of them: beyond that the map would not be readable anyway. */
export async function getAll<P extends ListPath>(
  path: P,
  query: Query<P>,
  pages: number,
  signal?: AbortSignal,
): Promise<{ features: Row<P>[]; complete: boolean }> {
  const features: Row<P>[] = [];
  let next: string | undefined = address(path, query);
  for (let read = 0; next !== undefined && read < pages; read++) {
    const page = (await (await call(next, {}, signal)).json()) as Page<P>;
    // Not `push(...)`: a page is longer than a call may have arguments.
    for (const feature of page.features) features.push(feature);
    const link: string | undefined = page.links.find(({ rel }) => rel === "next")?.href;
    next = link === undefined ? undefined : ownPath(link);
  }
  return { features, complete: next === undefined };
}

/** The path of a link of ours: behind a proxy the host that the server wrote may not be ours. */
function ownPath(href: string): string {
  const url = new URL(href, location.href);
  return url.pathname + url.search;
}

/** Records an incident. The key makes a second try of the same report harmless. */
export async function postIncident(incident: NewIncident, idempotencyKey: string): Promise<RecordedIncident> {
  const response = await call("/api/v1/incidents", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify(incident),
  });
  return (await response.json()) as RecordedIncident;
}
