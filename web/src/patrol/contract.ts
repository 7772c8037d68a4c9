/** What the tablet and the server say to each other, as far as the tablet reads it. */
import type { Priority } from "../api/shapes";

/** How far a patrol has got with its mission, in order. */
export const STAGES = ["assigned", "acknowledged", "en_route", "on_site", "cleared", "reported"] as const;
export type Stage = (typeof STAGES)[number];

/** What a crew found or did, in the order of the keys on the screen: the most frequent first. */
export const OUTCOMES = [
  "ras",
  "presence",
  "dispersed",
  "reminder",
  "refusal",
  "no_access",
  "police",
  "rescue",
  "landlord",
  "technical",
  "false_alarm",
  "duplicate",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How many people were there. They are counted by bracket and never described. */
export const PEOPLE = ["0", "1-3", "4-9", "10+"] as const;
export type People = (typeof PEOPLE)[number];

export interface Report {
  outcome: Outcome;
  people: People;
  with_police: boolean;
  /** What the crew adds in its own words, where remarks are on. */
  remark?: string;
}

/** Longest remark, in characters. */
export const REMARK_LENGTH_MAX = 140;

export interface Incident {
  id: string;
  kind: string;
  priority: Priority;
  status: string;
  reported_at: string;
  site_code: string | null;
  building_id: string | null;
  /** When each stage was reached, by the server. */
  times?: Partial<Record<`${Stage}_at`, string | null>>;
}

export interface Hazard {
  kind: string;
  /** When it ends, RFC 3339. */
  until: string;
}

export interface MissionSite {
  code: string;
  name: string;
  landlord: string | null;
  lon: number;
  lat: number;
  dwellings: number | null;
  /** Null where there are none; left out in a copy from before there were any. */
  instructions?: string | null;
  /** The same. */
  access?: string | null;
  hazards?: Hazard[];
}

export interface RecentIncident {
  id: string;
  kind: string;
  reported_at: string;
  status: string;
  outcome: string | null;
}

export interface CheckIn {
  due_at: string;
  every_s: number;
  prompted_at: string | null;
}

export interface Mission {
  incident: Incident;
  lead: boolean;
  stage: Stage;
  allowed: string[];
  site: MissionSite | null;
  recent: RecentIncident[];
  /** How often a crew on site says that all is well, in seconds; left out in a copy from before it was told. */
  check_in_every_s?: number;
  check_in?: CheckIn | null;
}

export interface MissionAnswer {
  patrol: { id: string; callsign: string; status: string; crew: number | null };
  server_time: string;
  mission: Mission | null;
  /** Incidents that the patrol has left and not reported on. */
  reports_due?: Incident[];
  /** Whether a report may carry a remark. */
  remarks?: boolean;
}

export interface Alert {
  id: string;
  kind: string;
  patrol: string;
  raised_at: string;
  state: "raised" | "acknowledged" | "resolved";
}

/** A crew as the list of patrols tells it. */
export interface Crew {
  id: string;
  callsign: string;
  status: string;
  crew: number | null;
}

/** RFC 9457, with what a refused transition adds. */
export interface Problem {
  title?: string;
  detail?: string;
  incident_status?: string;
  allowed?: string[];
}

/** Where this tablet is. */
export interface Fix {
  lon: number;
  lat: number;
  accuracy_m: number | null;
  /** When, by the tablet's own clock, in milliseconds. */
  localMs: number;
}
