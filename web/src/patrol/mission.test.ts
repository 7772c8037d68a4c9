import { expect, test } from "vitest";

import type { Mission, Stage } from "./contract";
import { reportItem, stepItem, type Duty } from "./items";
import { adopt, afterConfirmation, afterDiscard, afterReport, afterStep, checkInDueMs, nextStep, stageOf, type Desk } from "./mission";
import type { Item } from "./outbox";

const duty: Duty = { patrol: "T1", callsign: "TANGO 1", crew: 2, paused: false, sharing: true, ending: false };
const moment = { localMs: 1_000, offsetMs: 0 };
const report = { outcome: "ras", people: "0", with_police: false } as const;

function mission(id: string, stage: Stage = "assigned", lead = true): Mission {
  return {
    incident: { id, kind: "OCC-HAL", priority: "P2", status: stage, reported_at: "", site_code: `PH-${id}`, building_id: null },
    lead,
    stage,
    allowed: [],
    site: null,
    recent: [],
    check_in: null,
  };
}
const says = (said: Mission | null) => ({ patrol: { id: "T1", callsign: "TANGO 1", status: "busy", crew: 2 }, server_time: "", mission: said });
const empty: Desk = { held: null, owed: [], done: [] };
const on = (said: Mission): Desk => ({ ...empty, held: { mission: said, taken: {} } });
const step = (id: string, to: Stage): Item => stepItem(moment, duty, mission(id).incident, to);
const refused = (item: Item): Item => ({ ...item, refusal: { status: 409, detail: null, incidentStatus: "qualified" } });

test("steps follow each other, and after the last the report is due", () => {
  expect(["assigned", "acknowledged", "en_route", "on_site", "cleared"].map((stage) => nextStep(stage as Stage))).toEqual([
    "acknowledged",
    "en_route",
    "on_site",
    "cleared",
    null,
  ]);
});

test("the crew is as far as it says, also before the server knows", () => {
  const items = [step("1", "acknowledged"), step("1", "en_route"), step("2", "on_site")];
  expect(stageOf(mission("1"), items)).toBe("en_route");
  expect(stageOf(mission("1", "on_site"), items)).toBe("on_site");
});

test("what stands behind a refusal does not count as done", () => {
  expect(stageOf(mission("1"), [step("1", "acknowledged"), refused(step("1", "en_route")), step("1", "on_site")])).toBe("acknowledged");
});

test("a new mission is told, and the same one again is not", () => {
  const first = adopt(empty, says(mission("1")), []);
  expect(first.news).toEqual({ what: "new", siteCode: "PH-1" });
  expect(adopt(first.desk, says(mission("1", "acknowledged")), []).news).toBeNull();
});

test("a mission that the room takes back is told", () => {
  const { desk, news } = adopt(on(mission("1", "en_route")), says(null), []);
  expect([desk.held, news?.what]).toEqual([null, "withdrawn"]);
});

test("what was done without a network is not dropped before the server has judged it", () => {
  const desk = on(mission("1", "acknowledged"));
  expect(adopt(desk, says(null), [step("1", "en_route")])).toEqual({ desk, news: null });
});

test("a crew that has left owes a report and can take the next mission", () => {
  let desk = afterStep(on(mission("1", "on_site")), "cleared", 5_000);
  expect(desk.held).toBeNull();
  expect(desk.owed.map(({ id }) => id)).toEqual(["1"]);
  // The server does not know yet.
  expect(adopt(desk, says(mission("1", "on_site")), [step("1", "cleared")]).desk).toEqual(desk);
  desk = adopt(desk, says(mission("2")), []).desk;
  desk = afterReport(desk, "1");
  expect([desk.held?.mission.incident.id, desk.owed, desk.done]).toEqual(["2", [], ["1"]]);
});

test("the server knows of reports that are due, and of those that somebody else has written", () => {
  const due = { ...says(null), reports_due: [mission("7").incident] };
  const desk = adopt(empty, due, []).desk;
  expect(desk.owed.map(({ id }) => id)).toEqual(["7"]);
  expect(adopt(desk, due, []).desk).toEqual(desk);
  expect(adopt(desk, { ...says(null), reports_due: [] }, []).desk.owed).toEqual([]);
  // The end of the mission is not sent yet: the server cannot know that its report is due.
  const ended = afterStep(on(mission("1", "on_site")), "cleared", 1);
  expect(adopt(ended, { ...says(mission("1", "on_site")), reports_due: [] }, [step("1", "cleared")]).desk).toEqual(ended);
  // The report is on its way.
  expect(adopt(afterReport(desk, "7"), due, []).desk.owed).toEqual([]);
});

test("a second crew owes no report", () => {
  const desk = afterStep(on(mission("1", "on_site", false)), "cleared", 5_000);
  expect([desk.held, desk.owed, desk.done]).toEqual([null, [], ["1"]]);
});

test("late news of a mission that was reported on does not bring it back", () => {
  const desk = afterReport(afterStep(on(mission("1", "on_site")), "cleared", 1), "1");
  expect(adopt(desk, says(mission("1", "on_site")), [reportItem(moment, mission("1").incident, report)])).toEqual({ desk, news: null });
});

test("after a conflict was thrown away the server's word on the mission counts again", () => {
  const desk = afterDiscard(afterReport(afterStep(on(mission("1", "on_site")), "cleared", 1), "1"), "1");
  expect(adopt(desk, says(mission("1", "on_site")), []).desk.held?.mission.incident.id).toBe("1");
});

test("a mission that takes the place of another one is told as such", () => {
  expect(adopt(on(mission("1", "en_route")), says(mission("2")), []).news).toEqual({ what: "replaced", siteCode: "PH-2" });
});

test("a confirmed step stays when it leaves the outbox", () => {
  const desk = afterConfirmation(on(mission("1")), step("1", "acknowledged"));
  expect(stageOf(desk.held!.mission, [])).toBe("acknowledged");
  expect(afterConfirmation(on(mission("1", "on_site")), step("1", "acknowledged")).held!.mission.stage).toBe("on_site");
});

test("a check-in is due after the latest of what the server says and what the crew did here", () => {
  const held = on(mission("1", "on_site")).held!;
  expect(checkInDueMs(held, 0)).toBeNull();
  expect(checkInDueMs({ ...held, taken: { on_site: 10_000 } }, 0)).toBe(910_000);
  const risky = { ...held.mission, check_in_every_s: 480 };
  expect(checkInDueMs({ mission: risky, taken: { on_site: 10_000 } }, 0), "also before the server knows").toBe(490_000);
  const check_in = { due_at: new Date(2_000_000).toISOString(), every_s: 600, prompted_at: null };
  const told = { ...held, mission: { ...held.mission, check_in }, taken: { on_site: 10_000 } };
  expect(checkInDueMs(told, 300_000)).toBe(1_700_000);
  expect(checkInDueMs({ ...told, checkedMs: 1_500_000 }, 300_000)).toBe(2_100_000);
});
