/** What a patrol is doing, as the board groups it. */
import type { Patrol } from "../api/shapes";

/** In the order in which a dispatcher needs them. */
export const DUTIES = ["sos", "silent", "available", "on_mission", "busy", "off_duty"] as const;
export type Duty = (typeof DUTIES)[number];

export function dutyOf({ properties: { status, mission, stale, sos } }: Patrol): Duty {
  if (sos) return "sos";
  if (status === "off_duty") return "off_duty";
  if (stale) return "silent";
  if (mission !== null) return "on_mission";
  return status;
}
