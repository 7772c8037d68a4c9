/** What roles are called where one is chosen, given or listed. */
import type { Lang } from "./format";

/** The roles that somebody may have, in the order in which they are listed. */
export const ROLES = ["admin", "dpo", "dispatcher", "operator", "patrol", "landlord", "partner", "planner"] as const;

export type GivenRole = (typeof ROLES)[number];

export const ROLE_NAMES: Record<Lang, Record<GivenRole, string>> = {
  fr: {
    admin: "Administrateur",
    dpo: "Délégué à la protection des données",
    dispatcher: "Chef de salle",
    operator: "Opérateur",
    patrol: "Patrouille",
    landlord: "Bailleur",
    partner: "Partenaire",
    planner: "Urbaniste",
  },
  en: {
    admin: "Administrator",
    dpo: "Data protection officer",
    dispatcher: "Dispatcher",
    operator: "Operator",
    patrol: "Patrol",
    landlord: "Landlord",
    partner: "Partner",
    planner: "Planner",
  },
};
