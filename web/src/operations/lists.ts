/** The closed lists from which steps are told: the server refuses anything else. */
import type { HazardKind, Outcome, PeopleBracket, Reason, Resolution, Transition } from "../api/shapes";

export const OUTCOMES = [
  "ras",
  "presence",
  "dispersed",
  "reminder",
  "refusal",
  "police",
  "rescue",
  "landlord",
  "technical",
  "no_access",
  "duplicate",
  "false_alarm",
] as const satisfies readonly Outcome[];

export const PEOPLE = ["0", "1-3", "4-9", "10+"] as const satisfies readonly PeopleBracket[];

/** How an alert ends, the likeliest first. */
export const RESOLUTIONS = ["assisted", "reached", "false_alarm", "test"] as const satisfies readonly Resolution[];

/** What crews are warned of, the most frequent first. */
export const HAZARDS = ["dog", "weapon", "ambush", "lighting", "structure", "chemical"] as const satisfies readonly HazardKind[];

/** For how long: until the crews of this night are relieved, or so many days. */
export const HAZARD_TERMS = ["shift", "1", "7", "30"] as const;
export type HazardTerm = (typeof HAZARD_TERMS)[number];

/** Steps that are taken with a reason, and the reasons that make sense for each, the likeliest first. */
export const REASONS = {
  reassigned: ["patrol_unavailable", "better_placed", "pre_empted", "crew_in_danger"],
  no_action: ["resolved_before_arrival", "out_of_scope", "other_service", "false_alarm"],
  cancelled: ["caller_withdrew", "false_alarm", "mistake"],
} as const satisfies Partial<Record<Transition, readonly Reason[]>>;

export type Reasoned = keyof typeof REASONS;
export const REASONED = Object.keys(REASONS) as Reasoned[];
