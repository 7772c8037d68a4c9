/** What a patrol is doing, as the board groups it. */
import type { Patrol } from "../api/shapes";

/** In the order in which a dispatcher needs them. */
export const DUTIES = ["sos", "silent", "available", "on_mission", "busy", "off_duty"] as const;
export type Duty = (typeof DUTIES)[number];

/** A crew that has switched its position off is not silent: it has said so. */
export function dutyOf({ properties: { status, mission, stale, sos, position_off_at } }: Patrol): Duty {
  if (sos) return "sos";
  if (status === "off_duty") return "off_duty";
  if (stale && position_off_at === null) return "silent";
  if (mission !== null) return "on_mission";
  return status;
}
