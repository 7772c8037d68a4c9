import { expect, test } from "vitest";

import { fill } from "../../text/message";
import { STAGES, OUTCOMES, PEOPLE } from "../contract";
import { en } from "./en";
import { fr } from "./fr";

const holes = (message: unknown): string[] => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].sort();

test("both languages have the same texts with the same values in them", () => {
  expect(Object.keys(en)).toEqual(Object.keys(fr));
  for (const key of Object.keys(fr) as (keyof typeof fr)[]) expect([key, holes(en[key])]).toEqual([key, holes(fr[key])]);
});

test("every word of the closed lists has a text", () => {
  for (const outcome of OUTCOMES) expect(fr).toHaveProperty([`outcome.${outcome}`]);
  for (const people of PEOPLE) expect(fr).toHaveProperty([`report.people.${people}`]);
  for (const stage of STAGES) expect(fr).toHaveProperty([`state.${stage}`]);
});

test("numbers stand in the plural of their language", () => {
  const plural = new Intl.PluralRules("fr");
  const number = new Intl.NumberFormat("fr-FR");
  expect(fill(fr["closing.waits"], { n: 3 }, plural, number)).toContain("3 éléments ne sont pas");
});
