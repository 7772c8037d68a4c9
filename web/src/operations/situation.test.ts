import { describe, expect, it } from "vitest";

import type { Situation } from "../api/shapes";
import { whatOf, whereOf } from "./situation";

const situation = (more: Partial<Situation>): Situation => ({
  id: "s",
  rule: "loud-hall",
  about: "",
  on: "site",
  subject: "PH-0754",
  site_code: "PH-0754",
  site_name: "Les Lilas",
  lon: 2.3,
  lat: 48.8,
  opened_at: "2026-11-24T20:00:00Z",
  last_at: "2026-11-24T20:05:00Z",
  times: 2,
  closed_at: null,
  closed_by: null,
  ...more,
});

describe("a situation", () => {
  it("is called by what its rule is for, else by the rule", () => {
    expect(whatOf(situation({ about: "Bruit répété" }))).toBe("Bruit répété");
    expect(whatOf(situation({}))).toBe("loud-hall");
  });

  const landlords = new Map([["paris-habitat", "Paris Habitat"]]);
  const cases: [is: string, more: Partial<Situation>, code: string | null, name: string | null][] = [
    ["a site by code and name", {}, "PH-0754", "Les Lilas"],
    ["a site once, where its name is told to nobody", { site_name: "PH-0754" }, "PH-0754", null],
    ["a site that the stock has no more by its code", { site_code: null, site_name: null, lon: null, lat: null }, "PH-0754", null],
    ["a landlord by name, with the site of the last signal", { on: "landlord", subject: "paris-habitat" }, "PH-0754", "Paris Habitat"],
    ["a landlord that is not known by its id", { on: "landlord", subject: "rivp", site_code: null }, null, "rivp"],
    ["a territory by name", { on: "territory", subject: "canal", site_code: null }, null, "canal"],
    ["everywhere", { on: "everywhere", subject: "", site_code: null }, null, "Partout"],
  ];
  it.each(cases)("is told on %s", (_, more, code, name) => {
    expect(whereOf(situation(more), landlords, "Partout")).toEqual({ code, name });
  });
});
