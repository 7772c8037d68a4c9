/** What is going on, as a fold of what the server tells: the page never keeps anything else. */
import type { Message } from "../api/stream";
import type { Alert, Incident, IncidentStatus, Patrol, Position, Situation, SiteDetails } from "../api/shapes";

export interface Picture {
  incidents: ReadonlyMap<string, Incident>;
  patrols: ReadonlyMap<string, Patrol>;
  alerts: ReadonlyMap<string, Alert>;
  /** What rules have found and is not over. */
  situations: ReadonlyMap<string, Situation>;
}

export const NOTHING: Picture = { incidents: new Map(), patrols: new Map(), alerts: new Map(), situations: new Map() };

export type News =
  | { type: "hello"; serverTime: string | null }
  | { type: "reset" }
  | { type: "stock" }
  | { type: "site"; site: SiteDetails }
  | { type: "incident"; incident: Incident }
  /** An incident is none of those any more that whoever is signed in sees. */
  | { type: "gone"; id: string }
  | { type: "patrol"; patrol: Patrol }
  | { type: "alert"; alert: Alert }
  | { type: "situation"; situation: Situation }
  | { type: "positions"; positions: Position[] };

/** What `message` says; null for kinds that this page does not know yet, and for what cannot be read. */
export function readNews(message: Message): News | null {
  let data: unknown;
  try {
    data = JSON.parse(message.data);
  } catch {
    return null;
  }
  switch (message.event) {
    case "hello":
      return { type: "hello", serverTime: (data as { server_time?: string }).server_time ?? null };
    case "reset":
    case "stock":
      return { type: message.event };
    case "site":
      return { type: "site", site: data as SiteDetails };
    case "incident":
      if ("gone" in (data as object)) return { type: "gone", id: (data as { id: string }).id };
      return { type: "incident", incident: data as Incident };
    case "patrol":
      return { type: "patrol", patrol: data as Patrol };
    case "alert":
      return { type: "alert", alert: data as Alert };
    case "situation":
      return { type: "situation", situation: data as Situation };
    case "positions":
      return { type: "positions", positions: (data as { patrols: Position[] }).patrols };
    default:
      return null;
  }
}

/** `now` with what `news` adds to it. What it does not touch stays the same object, so that nothing is drawn for it. */
export function withNews(now: Picture, news: News): Picture {
  switch (news.type) {
    case "incident":
      return { ...now, incidents: put(now.incidents, news.incident.id, news.incident) };
    case "gone":
      return { ...now, incidents: without(now.incidents, news.id) };
    case "alert":
      return { ...now, alerts: put(now.alerts, news.alert.id, news.alert) };
    case "situation":
      return { ...now, situations: withSituation(now.situations, news.situation) };
    case "patrol":
      return { ...now, patrols: put(now.patrols, news.patrol.id, keepingPosition(news.patrol, now.patrols)) };
    case "positions": {
      const patrols = new Map(now.patrols);
      for (const position of news.positions) {
        const known = patrols.get(position.id);
        // One from before it was switched off may come after that.
        if (known && known.properties.position_off_at === null && isNewer(position.recorded_at, known)) patrols.set(position.id, moved(known, position));
      }
      return { ...now, patrols };
    }
    default:
      return now;
  }
}

function put<T>(map: ReadonlyMap<string, T>, id: string, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(id, value);
}

function without<T>(map: ReadonlyMap<string, T>, id: string): ReadonlyMap<string, T> {
  if (!map.has(id)) return map;
  const rest = new Map(map);
  rest.delete(id);
  return rest;
}

/** One that is over is not kept: nobody has anything to do about it any more. */
function withSituation(known: ReadonlyMap<string, Situation>, situation: Situation): ReadonlyMap<string, Situation> {
  return situation.closed_at === null ? put(known, situation.id, situation) : without(known, situation.id);
}

function isNewer(recordedAt: string, known: Patrol): boolean {
  const { recorded_at: before } = known.properties;
  return before === null || Date.parse(recordedAt) >= Date.parse(before);
}

/** A step of a patrol is told apart from its positions and may carry one that has been overtaken. */
function keepingPosition(patrol: Patrol, known: ReadonlyMap<string, Patrol>): Patrol {
  const before = known.get(patrol.id);
  const { recorded_at: at } = patrol.properties;
  if (!before || before.geometry === null || at === null || isNewer(at, before)) return patrol;
  const { recorded_at, accuracy_m } = before.properties;
  return { ...patrol, geometry: before.geometry, properties: { ...patrol.properties, recorded_at, accuracy_m } };
}

function moved(patrol: Patrol, { lon, lat, recorded_at, accuracy_m }: Position): Patrol {
  return {
    ...patrol,
    geometry: { type: "Point", coordinates: [lon, lat] },
    // Whoever tells where it is, is no longer silent.
    properties: { ...patrol.properties, recorded_at, accuracy_m, stale: false },
  };
}

/** Past these nobody is expected to do anything more. */
const OVER: ReadonlySet<IncidentStatus> = new Set(["closed", "cancelled", "handed_over", "no_action"]);

export function isOver(incident: Incident): boolean {
  return OVER.has(incident.properties.status);
}
