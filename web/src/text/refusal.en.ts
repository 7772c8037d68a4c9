/** The same in English. */
import type { refusalFr } from "./refusal.fr";

export const refusalEn: Record<keyof typeof refusalFr, string> = {
  "refused.phone": "a telephone number",
  "refused.email": "an e-mail address or a name on a network",
  "refused.plate": "a vehicle’s plate",
  "refused.street": "a number and a street",
  "refused.civility": "a civility and a name",
  "refused.person": "the name or the description of a person",
  "refused.identity": "a number of identity, of an account or of a card",
  "refused.birth": "a date of birth or an age",
  "refused.flat": "a flat, or a floor and a door",
  "refused.special": "health, origin, religion, opinion, private life or offences of a person",
  "refused.likely": "what reads like the description of somebody",
  "refused.script": "letters that the filter cannot read",
};
