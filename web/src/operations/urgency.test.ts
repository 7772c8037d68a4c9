import { describe, expect, it } from "vitest";

import type { Incident, IncidentStatus, Priority, Transition } from "../api/shapes";
import { compareUrgency, crewAsked, delayOf, duplicatesOf, nextStep, partOf } from "./urgency";

const START = Date.UTC(2026, 10, 24, 20, 0, 0);
const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();

type Sketch = {
  id?: string;
  priority?: Priority;
  status?: IncidentStatus;
  reported?: number;
  target?: number | null;
  onSite?: number;
  allowed?: Transition[];
  kind?: string;
  site?: string;
};

function incident(sketch: Sketch): Incident {
  const { id = "a", priority = "P2", status = "received", reported = 0, target = 15, onSite, allowed = ["assigned"] } = sketch;
  const properties = {
    id,
    priority,
    status,
    allowed,
    kind: sketch.kind ?? "OCC-HAL",
    crew_min: 3,
    site_code: sketch.site ?? "PH-0001",
    reported_at: at(reported),
    target_s: target === null ? null : target * 60,
    times: { on_site_at: onSite === undefined ? null : at(onSite) },
  };
  return { type: "Feature", id, geometry: null, properties } as unknown as Incident;
}

describe("how pressing an incident is", () => {
  it("goes by priority, then by the time that is left, whoever is awaited first", () => {
    const all = [
      incident({ id: "p2 there", status: "on_site", reported: -60 }),
      incident({ id: "p2 fresh", reported: 0 }),
      incident({ id: "p2 late", reported: -30 }),
      incident({ id: "p1", priority: "P1", reported: 0 }),
      incident({ id: "p4", priority: "P4", target: null, reported: -600 }),
    ];
    expect(all.toSorted(compareUrgency).map(({ id }) => id)).toEqual(["p1", "p2 late", "p2 fresh", "p2 there", "p4"]);
  });

  const delays: [what: string, sketch: Sketch, minute: number, expected: object][] = [
    ["time left", {}, 5, { type: "due", seconds: 600 }],
    ["time lost", {}, 20, { type: "due", seconds: -300 }],
    ["time on site", { status: "on_site", onSite: 10 }, 30, { type: "on_site", seconds: 1200 }],
    ["age where nobody waits", { target: null }, 7, { type: "age", seconds: 420 }],
    ["age once it is done", { status: "cleared" }, 40, { type: "age", seconds: 2400 }],
  ];
  it.each(delays)("is told as %s", (_, sketch, minute, expected) => {
    expect(delayOf(incident(sketch), START + minute * 60_000)).toEqual(expected);
  });
});

describe("what is to be done", () => {
  it("is the next step of an intervention's life, where the server allows it", () => {
    expect(nextStep(incident({ status: "en_route", allowed: ["on_site", "reassigned"] }))).toBe("on_site");
    expect(nextStep(incident({ status: "en_route", allowed: ["reassigned"] }))).toBeNull();
    expect(nextStep(incident({ status: "closed", allowed: [] }))).toBeNull();
  });

  it("tells the parts of the board", () => {
    const parts = (["received", "qualified", "assigned", "on_site", "cleared", "reported"] as const).map((status) => partOf(incident({ status })));
    expect(parts).toEqual(["to_assign", "to_assign", "under_way", "under_way", "to_close", "to_close"]);
  });
});

describe("the crew that is asked for", () => {
  it("is as large as the kind asks for, and anybody where a crew is there already", () => {
    expect(crewAsked(incident({ allowed: ["assigned"] }))).toEqual({ kind: "OCC-HAL" });
    expect(crewAsked(incident({ status: "on_site", allowed: ["cleared", "reinforced"] }))).toEqual({ crew: 1 });
  });
});

describe("a second call", () => {
  it("is about an open incident of the same kind on the same site within half an hour", () => {
    const others = [
      incident({ id: "same", reported: -29 }),
      incident({ id: "newer", reported: -5 }),
      incident({ id: "old", reported: -31 }),
      incident({ id: "other site", site: "PH-0002" }),
      incident({ id: "other kind", kind: "NUI-MUS" }),
      incident({ id: "done", status: "cleared" }),
      incident({ id: "over", status: "closed", allowed: [] }),
    ];
    expect(duplicatesOf(others, "OCC-HAL", "PH-0001", START).map(({ id }) => id)).toEqual(["newer", "same"]);
    expect(duplicatesOf(others, "OCC-HAL", "PH-0001", START, "newer").map(({ id }) => id)).toEqual(["same"]);
  });
});
