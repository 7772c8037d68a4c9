/** The mission as the crew sees it: what the server last said, and what the crew has done since. */
import { STAGES, type Incident, type Mission, type MissionAnswer, type Stage } from "./contract";
import { standing, type Item } from "./outbox";

/** A mission on this tablet. */
export interface Held {
  mission: Mission;
  /** When each stage was reached, by the tablet's clock, where it was reached here. */
  taken: Partial<Record<Stage, number>>;
  /** When the crew last said that all is well, by the tablet's clock. */
  checkedMs?: number;
}

/** What the tablet holds of the crew's work. */
export interface Desk {
  held: Held | null;
  /** Incidents that the crew has left and not reported on. */
  owed: Incident[];
  /** Incidents that were reported on or put away in this shift: late news of them is old news. */
  done: string[];
}

/** What the crew must be told. */
export type News = { what: "new" | "withdrawn" | "replaced"; siteCode: string | null } | null;

const DONE_KEPT = 50;

export function rank(stage: Stage): number {
  return STAGES.indexOf(stage);
}

/** The one step that may follow `stage`; after the last the report is due. */
export function nextStep(stage: Stage): Stage | null {
  return stage === "reported" || stage === "cleared" ? null : (STAGES[rank(stage) + 1] ?? null);
}

/** How far the crew has got, whether or not the server knows. */
export function stageOf(mission: Mission, items: readonly Item[]): Stage {
  return standing(items)
    .filter((item) => item.incident === mission.incident.id && item.to !== null)
    .reduce<Stage>((stage, { to }) => (to !== null && rank(to) > rank(stage) ? to : stage), mission.stage);
}

/** Where the server has not said how often: in a copy from before it did. */
const CHECK_IN_S = 900;

/** When a crew on site must say again that all is well, by the tablet's clock, which is `offsetMs` behind the server's. */
export function checkInDueMs({ mission, taken, checkedMs }: Held, offsetMs: number): number | null {
  const everyMs = (mission.check_in?.every_s ?? mission.check_in_every_s ?? CHECK_IN_S) * 1_000;
  const here = [checkedMs, taken.on_site].filter((ms) => ms !== undefined).map((ms) => ms + everyMs);
  const said = mission.check_in ? [Date.parse(mission.check_in.due_at) - offsetMs] : [];
  const due = [...here, ...said];
  return due.length > 0 ? Math.max(...due) : null;
}

/** The desk after a step was taken here. A crew that leads owes a report once it has left. */
export function afterStep(desk: Desk, to: Stage, localMs: number): Desk {
  if (desk.held === null) return desk;
  const held: Held = { ...desk.held, taken: { ...desk.held.taken, [to]: localMs } };
  if (to !== "cleared") return { ...desk, held };
  return left(desk, held);
}

/** The desk after the report on `incident` was queued. */
export function afterReport(desk: Desk, incident: string): Desk {
  return {
    held: desk.held?.mission.incident.id === incident ? null : desk.held,
    owed: desk.owed.filter(({ id }) => id !== incident),
    done: [...desk.done, incident].slice(-DONE_KEPT),
  };
}

/** The desk after what was queued for `incident` was thrown away: what the server says of it counts again. */
export function afterDiscard(desk: Desk, incident: string): Desk {
  return {
    held: desk.held,
    owed: desk.owed.filter(({ id }) => id !== incident),
    done: desk.done.filter((id) => id !== incident),
  };
}

/** The desk after the server has confirmed a step. */
export function afterConfirmation(desk: Desk, item: Item): Desk {
  const { held } = desk;
  if (held === null || item.to === null || held.mission.incident.id !== item.incident) return desk;
  if (rank(item.to) <= rank(held.mission.stage)) return desk;
  return { ...desk, held: { ...held, mission: { ...held.mission, stage: item.to } } };
}

/** The desk after the server has said what the patrol is on, and what the crew must be told of it. */
export function adopt(before: Desk, answer: MissionAnswer, items: readonly Item[]): { desk: Desk; news: News } {
  const desk = answer.reports_due ? { ...before, owed: owed(before, answer.reports_due, items) } : before;
  const { held } = desk;
  const said = answer.mission;
  const known = new Set([...desk.done, ...desk.owed.map(({ id }) => id)]);
  const mission = said !== null && !known.has(said.incident.id) ? said : null;

  if (held !== null && mission?.incident.id === held.mission.incident.id) {
    return { desk: { ...desk, held: { ...held, mission } }, news: null };
  }
  if (mission === null) {
    if (held === null) return { desk, news: null };
    // The server does not know yet what was done without a network: its answer to that decides.
    if (waits(held.mission.incident.id, items)) return { desk, news: null };
    if (isLeft(held, items)) return { desk: left(desk, held), news: null };
    return { desk: { ...desk, held: null }, news: { what: "withdrawn", siteCode: held.mission.incident.site_code } };
  }
  const free = held !== null && isLeft(held, items) ? left(desk, held) : desk;
  const what = held !== null && free === desk ? "replaced" : "new";
  return {
    desk: { ...free, held: { mission, taken: {} } },
    news: { what, siteCode: mission.incident.site_code },
  };
}

/** The reports that are due: those of the server, and those of missions whose end it does not know yet. */
function owed(desk: Desk, due: readonly Incident[], items: readonly Item[]): Incident[] {
  const still = desk.owed.filter(({ id }) => due.some((one) => one.id === id) || waits(id, items));
  const known = new Set([...desk.done, ...still.map(({ id }) => id), desk.held?.mission.incident.id]);
  return [...still, ...due.filter(({ id }) => !known.has(id))];
}

function waits(incident: string, items: readonly Item[]): boolean {
  return standing(items).some((item) => item.incident === incident);
}

function isLeft(held: Held, items: readonly Item[]): boolean {
  return rank(stageOf(held.mission, items)) >= rank("cleared");
}

/** The crew has left: the mission makes room for the next one, and its report is owed. */
function left(desk: Desk, held: Held): Desk {
  const { incident, lead } = held.mission;
  const done = lead ? desk.done : [...desk.done, incident.id].slice(-DONE_KEPT);
  return { held: null, owed: lead ? [...desk.owed, incident] : desk.owed, done };
}
