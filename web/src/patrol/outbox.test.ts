import { expect, test } from "vitest";

import { dutyItem, reportItem, sosItem, stepItem, type Duty } from "./items";
import { behind, bodyOf, conflicts, judge, nextToSend, standing, waitMs, type Answer, type Item } from "./outbox";

const duty: Duty = { patrol: "T1", callsign: "TANGO 1", crew: 2, paused: false, sharing: true, ending: false };
const noon = { localMs: Date.UTC(2026, 10, 24, 12), offsetMs: 60_000 };
const incident = (id: string) =>
  ({ id, kind: "OCC-HAL", priority: "P2", status: "assigned", reported_at: "", site_code: "PH-0754", building_id: null }) as const;
const report = { outcome: "ras", people: "0", with_police: false } as const;
const a = [
  stepItem(noon, duty, incident("a"), "on_site"),
  stepItem(noon, duty, incident("a"), "cleared"),
  reportItem(noon, incident("a"), report),
];
const b = stepItem(noon, duty, incident("b"), "acknowledged");
const help = sosItem(noon, duty, null, { lon: 2.35, lat: 48.85, accuracy_m: 8, localMs: noon.localMs - 4_000 });
const refused = (item: Item): Item => ({ ...item, refusal: { status: 409, detail: null, incidentStatus: "qualified" } });
const answer = (status: number): Answer => ({ status, body: {}, problem: null, retryAfterS: null });

test("items go in their order, and a call for help in a lane of its own", () => {
  const items = [...a, b, help];
  expect(nextToSend(items, "work", new Set())).toBe(a[0]);
  expect(nextToSend(items, "help", new Set())).toBe(help);
  expect(nextToSend([...a, b], "help", new Set())).toBeNull();
});

test("a refused item holds up what builds on it, and nothing else", () => {
  const items = [refused(a[0]!), a[1]!, a[2]!, b];
  expect(nextToSend(items, "work", new Set())).toBe(b);
  expect(nextToSend(items.slice(0, 3), "work", new Set())).toBeNull();
  expect(conflicts(items)).toEqual([{ refused: items[0], behind: [a[1], a[2]] }]);
  expect(behind(items, a[2]!)).toEqual([]);
  expect(standing(items)).toEqual([b]);
});

test("a chain that waits lets the others pass", () => {
  expect(nextToSend([...a, b], "work", new Set([a[0]!.chain]))).toBe(b);
});

test("only the server's own word moves an item", () => {
  const told = { null: "away", 200: "done", 201: "done", 302: "away", 404: "refused", 409: "refused", 422: "refused", 429: "away", 500: "later", 503: "away" };
  expect(judge(null)).toBe(told.null);
  for (const status of [200, 201, 302, 404, 409, 422, 429, 500, 503] as const) expect(judge(answer(status))).toBe(told[status]);
});

test("a step is dated by the server's clock, as far ahead as it was known to be then", () => {
  expect(bodyOf(a[0]!, 0)).toEqual({ to: "on_site", patrol: "T1", actor: "patrol", at: "2026-11-24T12:01:00.000Z" });
  expect(bodyOf({ ...a[0]!, offsetMs: null }, 5_000)["at"]).toBe("2026-11-24T12:00:05.000Z");
  expect(bodyOf(help, 0)["position"]).toEqual({ lon: 2.35, lat: 48.85, accuracy_m: 8, recorded_at: "2026-11-24T12:00:56.000Z" });
});

test("what was sent once is repeated to the letter", () => {
  const sealed = bodyOf({ ...a[0]!, offsetMs: null }, 1_000);
  expect(bodyOf({ ...a[0]!, offsetMs: null, sealed }, 99_000)).toBe(sealed);
});

test("tries come less and less often, but help is tried every two seconds", () => {
  expect([0, 1, 2, 3, 9, 99].map((tries) => waitMs("work", tries, null))).toEqual([1_000, 2_000, 4_000, 8_000, 20_000, 20_000]);
  expect(waitMs("help", 99, null)).toBe(2_000);
  expect(waitMs("work", 0, 7)).toBe(7_000);
  expect(waitMs("help", 0, 3_600)).toBe(2_000);
});

test("a crew that is no longer followed says so to the server, in the words of its duty", () => {
  const off = dutyItem(noon, { ...duty, sharing: false }, "available");
  expect(bodyOf(off, 1_000)).toMatchObject({ callsign: "TANGO 1", crew: 2, status: "available", sharing: false });
});
