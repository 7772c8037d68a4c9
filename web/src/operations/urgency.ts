/** How pressing an incident is: its priority, and how long it has left until a crew should be there. */
import type { Incident, IncidentStatus, Priority, Transition } from "../api/shapes";

/** Its priority; the lowest for a kind that the nomenclature of today no longer holds. */
export function gravity(incident: Incident): Priority {
  return incident.properties.priority ?? "P4";
}

/** When a crew should be on site, in milliseconds since 1970; null where nobody waits for it. */
export function dueAt(incident: Incident): number | null {
  const { reported_at, target_s } = incident.properties;
  return target_s === null ? null : Date.parse(reported_at) + target_s * 1000;
}

/** Statuses in which nobody is there yet. */
const AWAITED: ReadonlySet<IncidentStatus> = new Set(["received", "qualified", "assigned", "acknowledged", "en_route"]);

export function isAwaited(incident: Incident): boolean {
  return AWAITED.has(incident.properties.status);
}

export type Delay =
  /** Seconds until a crew should be there; negative once it is late. */
  | { type: "due"; seconds: number }
  /** Seconds since a crew came. */
  | { type: "on_site"; seconds: number }
  /** Seconds since the report. */
  | { type: "age"; seconds: number };

/** What the board tells of the time of `incident` at `now`, in milliseconds since 1970. */
export function delayOf(incident: Incident, now: number): Delay {
  const { reported_at, times, status } = incident.properties;
  const due = dueAt(incident);
  if (isAwaited(incident) && due !== null) return { type: "due", seconds: (due - now) / 1000 };
  if (status === "on_site" && times.on_site_at) return { type: "on_site", seconds: (now - Date.parse(times.on_site_at)) / 1000 };
  return { type: "age", seconds: (now - Date.parse(reported_at)) / 1000 };
}

/** The gravest first; among equals who is awaited before who is there, and the least time left before the most. */
export function compareUrgency(a: Incident, b: Incident): number {
  return (
    gravity(a).localeCompare(gravity(b)) ||
    Number(isAwaited(b)) - Number(isAwaited(a)) ||
    (dueAt(a) ?? Infinity) - (dueAt(b) ?? Infinity) ||
    a.properties.reported_at.localeCompare(b.properties.reported_at)
  );
}

/** Which part of the board an incident stands in, by who has to do something next. */
export type Part = "to_assign" | "under_way" | "to_close";
export const PARTS = ["to_assign", "under_way", "to_close"] as const satisfies readonly Part[];

export function partOf(incident: Incident): Part {
  switch (incident.properties.status) {
    case "received":
    case "qualified":
      return "to_assign";
    case "cleared":
    case "reported":
      return "to_close";
    default:
      return "under_way";
  }
}

/** What is to be done next, in the order of an intervention's life. */
const NEXT: Partial<Record<IncidentStatus, Transition>> = {
  received: "assigned",
  qualified: "assigned",
  assigned: "acknowledged",
  acknowledged: "en_route",
  en_route: "on_site",
  on_site: "cleared",
  cleared: "reported",
  reported: "closed",
};

/** The step that brings `incident` forward, where the server allows it. */
export function nextStep(incident: Incident): Transition | null {
  const next = NEXT[incident.properties.status];
  return next !== undefined && incident.properties.allowed.includes(next) ? next : null;
}

/** How large a patrol must be to be sent to `incident` now: as its kind asks for, or anybody where a crew is there. */
export function crewAsked({ properties: { allowed, kind, crew_min } }: Incident): { crew?: number; kind?: string } {
  if (allowed.includes("reinforced")) return { crew: 1 };
  return crew_min === null ? {} : { kind };
}

/** A second call of the same kind on the same site within this time is likely about the same thing. */
const DUPLICATE_MS = 30 * 60_000;

/** Open incidents that one of `kind` on `site`, reported at `at`, may double; the newest first. */
export function duplicatesOf(incidents: readonly Incident[], kind: string, site: string, at: number, except: string | null = null): Incident[] {
  return incidents
    .filter(({ id, properties }) => id !== except && properties.kind === kind && properties.site_code === site)
    .filter((incident) => partOf(incident) !== "to_close" && incident.properties.allowed.length > 0)
    .filter(({ properties }) => Math.abs(at - Date.parse(properties.reported_at)) <= DUPLICATE_MS)
    .sort((a, b) => b.properties.reported_at.localeCompare(a.properties.reported_at));
}
