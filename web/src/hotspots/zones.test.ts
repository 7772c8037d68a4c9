import { describe, expect, it } from "vitest";

import type { HotSpots, HotZone } from "../api/shapes";
import { csvOf, standingOf, thatStandOut } from "./zones";

function zone(id: string, standing: string, z: number | null, count: number | null = 7): HotZone {
  const none = { ratePer1000: null, rateLow: null, rateHigh: null, smoothedPer1000: null, p: null, pAdjusted: null, localI: null, quadrant: null, localP: null, localPAdjusted: null };
  return { type: "Feature", id, geometry: null, properties: { ...none, standing, z, count, dwellings: 40, neighbours: 3 } };
}

const ANSWER = {
  features: [zone("751010101", "hot", 3.25), zone("751010102", "not_told", null, null)],
  counts: "published",
  filters: { from: "2025-01-01T00:00:00Z", to: null, kind: [], family: ["OCC"], channel: [], status: [], site: [], landlord: [], bbox: null, hours: null, days: null },
  tests: { tested: 1, falseDiscoveryRate: 0.05, neighbours: "touching", pBy: "", localPBy: "", permutations: 999, seed: 1 },
} as unknown as HotSpots;

describe("zones", () => {
  it("stand out by how far they are from chance, cold ones too", () => {
    const zones = [zone("a", "hot", 2), zone("b", "not_apart", 9), zone("c", "cold", -4), zone("d", "no_dwellings", null)];
    expect(thatStandOut(zones).map(({ id }) => id)).toEqual(["c", "a"]);
  });

  it("of a standing that is not known here are unknown", () => {
    expect(standingOf(zone("a", "tepid", 1))).toBe("not_told");
  });
});

describe("the table as a file", () => {
  it("has decimals as the language writes them, and nothing where nothing is known", () => {
    const [heads, hot, untold] = csvOf(ANSWER, "fr").split("\r\n");
    expect(heads).toMatch(/^\ufeffzone;standing;incidents;/);
    expect(hot).toBe("751010101;hot;7;40;;;;;3,25;;;;;2025-01-01T00:00:00Z;;;OCC;published;0,05;1");
    expect(untold).toMatch(/^751010102;not_told;<5;40;;;;;;;;;/);
    expect(csvOf(ANSWER, "en")).toContain(";3.25;");
  });
});
