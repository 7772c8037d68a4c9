/** What the crew did and the server has not confirmed yet: the rules of the queue, without a disk or a network.
 *
 * Items go in the order in which they were made. Those of one mission are a chain: where one is refused, what
 * follows it waits for a person, while other chains go on. An item leaves only on the server's own word. */
import type { Fix, Problem, Stage } from "./contract";
import { serverTime } from "./clock";

export type ItemKind = "step" | "report" | "check_in" | "sos" | "reinforcement" | "duty";

/** Calls for help have a lane of their own, so that they wait for nothing. */
export type Lane = "help" | "work";
export const LANES: readonly Lane[] = ["help", "work"];

export interface Refusal {
  status: number;
  /** The server's sentence, in English. */
  detail: string | null;
  /** How far the incident has got instead. */
  incidentStatus: string | null;
}

export interface Item {
  /** The `Idempotency-Key`: however often it is sent, it counts once. */
  key: string;
  kind: ItemKind;
  /** Items of one chain build on each other. */
  chain: string;
  method: "POST" | "PUT";
  path: string;
  body: Record<string, unknown>;
  /** Where the mission got by it. */
  to: Stage | null;
  incident: string | null;
  siteCode: string | null;
  /** When it was done, by the tablet's clock. */
  localMs: number;
  /** How far the server's clock was ahead then, where that was known. */
  offsetMs: number | null;
  /** Where it was done; for calls for help only. */
  fix: Fix | null;
  /** What was first sent, to be repeated to the letter: under the same key another body would be another request. */
  sealed: Record<string, unknown> | null;
  tries: number;
  refusal: Refusal | null;
  /** A person has seen the refusal and keeps it for the room to see. */
  kept: boolean;
}

export interface Answer {
  status: number;
  body: unknown;
  problem: Problem | null;
  retryAfterS: number | null;
}

/** `done`: confirmed. `away`: nobody is there, all wait. `later`: this one waits. `refused`: a person must decide. */
export type Verdict = "done" | "away" | "later" | "refused";

export function laneOf(item: Item): Lane {
  return item.kind === "sos" ? "help" : "work";
}

/** What an answer means for the item that it answers; `null` is no answer at all. */
export function judge(answer: Answer | null): Verdict {
  if (answer === null) return "away";
  const { status } = answer;
  if (status >= 200 && status < 300) return "done";
  if (status === 408 || status === 425 || status === 429) return "away";
  if (status >= 502) return "away";
  if (status >= 500) return "later";
  return status >= 400 ? "refused" : "away";
}

/** The first item of `lane` that may go now. Chains in `waiting`, and those with a refused item, are passed over. */
export function nextToSend(items: readonly Item[], lane: Lane, waiting: ReadonlySet<string>): Item | null {
  const stopped = new Set(waiting);
  for (const item of items) {
    if (laneOf(item) !== lane) continue;
    if (item.refusal !== null) stopped.add(item.chain);
    else if (!stopped.has(item.chain)) return item;
  }
  return null;
}

/** The body of `item`: its time and place by the server's clock. What was sent once stays as it was. */
export function bodyOf(item: Item, offsetMs: number): Record<string, unknown> {
  if (item.sealed !== null) return item.sealed;
  if (item.kind === "duty") return item.body;
  const offset = item.offsetMs ?? offsetMs;
  const at = serverTime(item.localMs, offset);
  if (item.fix === null) return { ...item.body, at };
  const { lon, lat, accuracy_m, localMs } = item.fix;
  const position = { lon, lat, accuracy_m, recorded_at: serverTime(localMs, offset) };
  return { ...item.body, at, position };
}

export function refusalOf(answer: Answer): Refusal {
  const { problem, status } = answer;
  return { status, detail: problem?.detail ?? problem?.title ?? null, incidentStatus: problem?.incident_status ?? null };
}

/** A refused item that nobody has looked at yet, with what waits behind it. */
export interface Conflict {
  refused: Item;
  behind: Item[];
}

export function conflicts(items: readonly Item[]): Conflict[] {
  return items
    .filter((item) => item.refusal !== null)
    .map((refused) => ({ refused, behind: behind(items, refused) }));
}

/** What follows `refused` in its chain. */
export function behind(items: readonly Item[], refused: Item): Item[] {
  const chain = items.filter((item) => item.chain === refused.chain);
  return chain.slice(chain.findIndex((item) => item.key === refused.key) + 1);
}

/** Items that still count as done on this tablet: not refused, nor waiting behind one that was. */
export function standing(items: readonly Item[]): Item[] {
  const stopped = new Set<string>();
  return items.filter((item) => {
    if (item.refusal !== null) stopped.add(item.chain);
    return !stopped.has(item.chain);
  });
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS: Record<Lane, number> = { help: 2_000, work: 20_000 };

/** How long to wait before the next try, after `tries` in vain. */
export function waitMs(lane: Lane, tries: number, retryAfterS: number | null): number {
  const longest = LONGEST_WAIT_MS[lane];
  const grown = Math.min(longest, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
  return retryAfterS === null ? grown : Math.max(grown, Math.min(longest, retryAfterS * 1_000));
}
