/** The only place that calls `fetch`. */
import { Failure, isAborted } from "./failure";
import { ownPath } from "./link";
import { ours, toSignIn } from "./session";
import type {
  AccessCheck,
  AccessDay,
  Account,
  AccountWithPassword,
  AccountWithToken,
  Alert,
  Body,
  DrawnPolygon,
  Hazard,
  Hold,
  Incident,
  IncidentWithSteps,
  KpiGroup,
  Landlord,
  Mailbox,
  Mailing,
  Nearest,
  NewAccount,
  NewHold,
  NewIncident,
  NewToken,
  Patrol,
  Portrait,
  Problem,
  PurgeRegister,
  Query,
  ReadPath,
  RecordedIncident,
  RecoveryCodes,
  Resolution,
  Settings,
  SiteDetails,
  Situation,
  TotpEnrolment,
  Transitioned,
  TransitionBody,
  WantedHazard,
} from "./shapes";

/** A server that says nothing for this long is treated as away. */
const TIMEOUT_MS = 15_000;
/** A room has thirty cars and forty open incidents; far worse evenings still fit in one answer. */
const PATROLS_MAX = 1_000;
const INCIDENTS_MAX = 1_000;
/** So many situations at once are rules to be written anew; the newest are read. */
const SITUATIONS_MAX = 1_000;

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
  const problem = await problemOf(response);
  // A second factor or a password that was asked for again is wrong: the session goes on.
  if (response.status === 401 && !path.startsWith("/api/v1/session")) toSignIn();
  const wait = response.headers.get("retry-after");
  throw new Failure(path, response.status, problem, wait === null ? null : Number(wait));
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
async function getIfChanged<T>(url: string, etag: string | null, signal: AbortSignal): Promise<Fresh<T>> {
  const headers: HeadersInit = etag === null ? {} : { "If-None-Match": etag };
  const response = await call(url, { headers, cache: "no-store" }, signal);
  const stale = response.headers.get("x-vigie-stale");
  const staleS = stale === null ? null : Number(stale);
  if (response.status === 304) return { changed: null, staleS };
  const body = (await response.json()) as T;
  return { changed: { body, etag: response.headers.get("etag") }, staleS };
}

type Listed<T> = { features: T[]; timeStamp: string };

export function getPatrols(etag: string | null, signal: AbortSignal): Promise<Fresh<Listed<Patrol>>> {
  return getIfChanged(address("/api/v1/patrols", { limit: PATROLS_MAX }), etag, signal);
}

/** The incidents that are not over. */
export function getOpenIncidents(etag: string | null, signal: AbortSignal): Promise<Fresh<Listed<Incident>>> {
  return getIfChanged(address("/api/v1/incidents", { open: true, limit: INCIDENTS_MAX }), etag, signal);
}

/** The alerts that are not resolved. */
export function getOpenAlerts(etag: string | null, signal: AbortSignal): Promise<Fresh<{ alerts: Alert[]; timeStamp: string }>> {
  return getIfChanged(address("/api/v1/alerts", { state: "open" }), etag, signal);
}

/** The situations that are not over, the newest first. */
export function getOpenSituations(etag: string | null, signal: AbortSignal): Promise<Fresh<{ situations: Situation[]; timeStamp: string }>> {
  return getIfChanged(address("/api/v1/situations", { state: "open", limit: SITUATIONS_MAX }), etag, signal);
}

type ListPath = "/api/v1/buildings" | "/api/v1/sites" | "/api/v1/surroundings" | "/api/v1/tracts";
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

/** One incident with its steps. */
export async function getIncident(id: string, signal?: AbortSignal): Promise<IncidentWithSteps> {
  const response = await call(`/api/v1/incidents/${encodeURIComponent(id)}`, {}, signal);
  return (await response.json()) as IncidentWithSteps;
}

/** The patrols nearest to a `site`, an `incident` or a point, in order. */
export async function getNearest(query: Parameters, signal?: AbortSignal): Promise<Nearest> {
  const response = await call(address("/api/v1/patrols/nearest", query), {}, signal);
  return (await response.json()) as Nearest;
}

/** How long interventions took since `from`, over all of them. */
export async function getKpis(from: string, signal?: AbortSignal): Promise<KpiGroup[]> {
  const response = await call(address("/api/v1/kpis", { from, by: "evening" }), {}, signal);
  return ((await response.json()) as { groups: KpiGroup[] }).groups;
}

/** What happens from now on, or from after the event `lastId` where that is not null. */
export async function openEvents(lastId: string | null, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastId !== null) headers["Last-Event-ID"] = lastId;
  const path = "/api/v1/events";
  const init: RequestInit = { headers, cache: "no-store", signal };
  const response = await fetch(path, init);
  if (response.status === 401) toSignIn();
  if (!response.ok) throw new Failure(path, response.status, await problemOf(response));
  return response;
}

async function send(path: string, body: object, idempotencyKey?: string): Promise<Response> {
  const headers: Record<string, string> = { "Content-Type": "application/json", ...(await ours()) };
  if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function post<T>(path: string, body: object, idempotencyKey?: string): Promise<T> {
  return (await (await send(path, body, idempotencyKey)).json()) as T;
}

/** The portrait of a place or of a subject, by its path. */
export async function getPortrait(path: string, signal: AbortSignal): Promise<Portrait> {
  return (await (await call(path, {}, signal)).json()) as Portrait;
}

/** The portrait of a polygon that somebody drew. */
export async function drawPortrait(polygon: DrawnPolygon, signal: AbortSignal): Promise<Portrait> {
  const headers = { "Content-Type": "application/json", ...(await ours()) };
  return (await (await call("/api/v1/portraits", { method: "POST", headers, body: JSON.stringify(polygon) }, signal)).json()) as Portrait;
}

/** A portrait as a file of that form. */
export async function filed(path: string, form: string, polygon: DrawnPolygon | null): Promise<Blob> {
  const url = address(path, { f: form });
  const response = polygon === null ? await call(url, {}) : await send(url, polygon);
  return response.blob();
}

/** Records an incident. The key makes a second try of the same report harmless. */
export function postIncident(incident: NewIncident, idempotencyKey: string): Promise<RecordedIncident> {
  return post("/api/v1/incidents", incident, idempotencyKey);
}

/** Asks for the next step of an incident; the key as above. `replayed`: it was taken before, and this is how things were then. */
export async function postTransition(id: string, step: TransitionBody, idempotencyKey: string): Promise<Transitioned & { replayed: boolean }> {
  const response = await send(`/api/v1/incidents/${encodeURIComponent(id)}/transitions`, step, idempotencyKey);
  const replayed = response.headers.get("idempotency-replayed") === "true";
  return { ...((await response.json()) as Transitioned), replayed };
}

/** Says that a person has seen the alert. */
export function acknowledgeAlert(id: string): Promise<Alert> {
  return post(`/api/v1/alerts/${encodeURIComponent(id)}/acknowledge`, {});
}

export function resolveAlert(id: string, resolution: Resolution): Promise<Alert> {
  return post(`/api/v1/alerts/${encodeURIComponent(id)}/resolve`, { resolution });
}

async function put<T>(path: string, body: object): Promise<T> {
  const init = { method: "PUT", headers: { "Content-Type": "application/json", ...(await ours()) }, body: JSON.stringify(body) };
  return (await (await call(path, init)).json()) as T;
}

/** Makes these the hazards of a site, and no others. Asking twice is asking once. */
export async function putHazards(code: string, hazards: WantedHazard[]): Promise<Hazard[]> {
  return (await put<{ hazards: Hazard[] }>(`/api/v1/sites/${encodeURIComponent(code)}/hazards`, { hazards })).hazards;
}

/** The signed register of what was purged. */
export function getPurges(): Promise<PurgeRegister> {
  return get("/api/v1/purges", {});
}

/** Every hold, oldest first. */
export async function getHolds(): Promise<Hold[]> {
  return (await get("/api/v1/holds", {})).holds;
}

export function setHold(hold: NewHold): Promise<Hold> {
  return post("/api/v1/holds", hold);
}

export function liftHold(id: string): Promise<Hold> {
  return post(`/api/v1/holds/${encodeURIComponent(id)}/lift`, {});
}

/** The register of reports of the last 31 nights, oldest first. */
export async function getMailings(): Promise<Mailing[]> {
  return (await get("/api/v1/reports/sent", {})).mailings;
}

export async function getMailboxes(): Promise<Mailbox[]> {
  return (await get("/api/v1/mailboxes", {})).mailboxes;
}

/** Where the reports of a landlord go from now on; null: nowhere. */
export async function putMailbox(landlord: string, address: string | null): Promise<void> {
  await put(`/api/v1/mailboxes/${encodeURIComponent(landlord)}`, { address });
}

export function getSettings(): Promise<Settings> {
  return get("/api/v1/settings", {});
}

export function putSettings(wanted: { remarks: boolean }): Promise<Settings> {
  return put("/api/v1/settings", wanted);
}

/** Lines of the access log of a day, newest first, behind `after` where that is not null. */
export function getAccess(wanted: { day: string; account: string; route: string }, after: string | null): Promise<AccessDay> {
  return get("/api/v1/access-log", { ...wanted, after: after ?? "" });
}

/** Whether the lines of a day are as they were written. */
export function checkAccess(day: string): Promise<AccessCheck> {
  return get("/api/v1/access-log/check", { day });
}

/** Every account that somebody signs in to, oldest first. */
export async function getAccounts(): Promise<Account[]> {
  return (await get("/api/v1/accounts", {})).accounts;
}

/** Every token, oldest first. */
export async function getTokens(): Promise<Account[]> {
  return (await get("/api/v1/tokens", {})).accounts;
}

export async function getLandlords(): Promise<Landlord[]> {
  return (await get("/api/v1/landlords", {})).features;
}

/** Gives somebody an account; its password is in the answer, once. */
export function giveAccount(account: NewAccount): Promise<AccountWithPassword> {
  return post("/api/v1/accounts", account);
}

/** Gives an account another password, which is in the answer, once. */
export function resetPassword(id: string): Promise<AccountWithPassword> {
  return post(`/api/v1/accounts/${encodeURIComponent(id)}/password`, {});
}

/** Takes an account away, gives it back, or takes its second factor away. */
export function setAccount(id: string, deed: "disable" | "enable" | "clear-second-factor"): Promise<Account> {
  return post(`/api/v1/accounts/${encodeURIComponent(id)}/${deed}`, {});
}

/** A secret for an authenticator: kept once `confirmTotp` shows a code of it. */
export function beginTotp(password: string): Promise<TotpEnrolment> {
  return post("/api/v1/session/totp", { password });
}

/** Keeps the authenticator; the recovery codes are in the answer, once. */
export async function confirmTotp(enrolment: string, code: string): Promise<RecoveryCodes> {
  return put("/api/v1/session/totp", { enrolment, code });
}

/** Takes the authenticator away; the session ends. */
export async function clearTotp(code: string): Promise<void> {
  await send("/api/v1/session/totp/clear", { code });
}

/** Gives a program a token, which is in the answer, once. */
export function giveToken(token: NewToken): Promise<AccountWithToken> {
  return post("/api/v1/tokens", token);
}

export function revokeToken(id: string): Promise<Account> {
  return post(`/api/v1/tokens/${encodeURIComponent(id)}/revoke`, {});
}

/** A key that nobody else has. Not `randomUUID`, which browsers keep from pages that came over plain HTTP. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
