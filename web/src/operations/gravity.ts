/** How grave an incident is. */
import type { Incident, Priority } from "../api/shapes";

/** Its priority; the lowest for a kind that the nomenclature of today no longer holds. */
export function gravity(incident: Incident): Priority {
  return incident.properties.priority ?? "P4";
}
