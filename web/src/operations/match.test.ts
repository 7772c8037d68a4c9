import { expect, it } from "vitest";

import type { Kind } from "../api/shapes";
import { matchKinds } from "./match";

const RULES = { crew_min: 2, crew_min_night: 3, target_s: 900, partner: null };
const kind = (code: string, label_fr: string): Kind => ({
  ...RULES,
  code,
  label_fr,
  label_en: "",
  priority: "P2",
  family: code.slice(0, 3),
});
const KINDS = [
  kind("OCC-HAL", "Occupation de hall"),
  kind("BIE-DEG", "Dégradation, vandalisme"),
  kind("BIE-VEH", "Dégradation de véhicule"),
  kind("TEC-ASC", "Personne bloquée en ascenseur"),
];
const found = (q: string): string[] => matchKinds(KINDS, q, (one) => one.label_fr).map((one) => one.code);

it.each([
  ["", ["OCC-HAL", "BIE-DEG", "BIE-VEH", "TEC-ASC"]],
  ["bie-veh", ["BIE-VEH"]],
  ["BIE", ["BIE-DEG", "BIE-VEH"]],
  ["degrad", ["BIE-DEG", "BIE-VEH"]],
  ["VÉHICULE", ["BIE-VEH"]],
  ["asc", ["TEC-ASC"]],
  ["nothing", []],
])("kinds that answer to %j", (q, expected) => {
  expect(found(q)).toEqual(expected);
});
