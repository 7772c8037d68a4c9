/** What the filter refuses, in French: on the tablet and in the room. */
export const refusalFr = {
  "refused.phone": "un numéro de téléphone",
  "refused.email": "une adresse électronique ou un nom sur un réseau",
  "refused.plate": "une plaque d’immatriculation",
  "refused.street": "un numéro et une rue",
  "refused.civility": "une civilité et un nom",
  "refused.person": "un nom ou la description d’une personne",
  "refused.identity": "un numéro d’identité, de compte ou de carte",
  "refused.birth": "une date de naissance ou un âge",
  "refused.flat": "un logement, ou un étage et une porte",
  "refused.special": "santé, origine, religion, opinion, vie privée ou délit d’une personne",
  "refused.likely": "ce qui ressemble à la description de quelqu’un",
  "refused.script": "des lettres que le filtre ne sait pas lire",
} as const;
