import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { reportItem, sosItem, stepItem, type Duty } from "./items";
import type { Answer, Item, Lane } from "./outbox";
import { Sender, type Link } from "./sender";
import { Outbox, type Disk } from "./shelf";

const duty: Duty = { patrol: "T1", callsign: "TANGO 1", crew: 2, paused: false, sharing: true, ending: false };
const moment = { localMs: 1_000, offsetMs: null };
const incident = { id: "1", kind: "OCC-HAL", priority: "P2", status: "assigned", reported_at: "", site_code: "PH-1", building_id: null } as const;
const steps = (): Item[] => [
  stepItem(moment, duty, incident, "on_site"),
  stepItem(moment, duty, incident, "cleared"),
  reportItem(moment, incident, { outcome: "ras", people: "1-3", with_police: false }),
];
const answer = (status: number): Answer => ({ status, body: {}, problem: null, retryAfterS: null });

/** A disk that can be full. */
class FakeDisk implements Disk {
  rows: Item[] = [];
  full = false;
  async items(): Promise<Item[]> {
    return [...this.rows];
  }
  async append(item: Item): Promise<void> {
    this.#sure();
    this.rows.push(item);
  }
  async replace(item: Item): Promise<void> {
    this.#sure();
    this.rows = this.rows.map((one) => (one.key === item.key ? item : one));
  }
  async drop(key: string): Promise<void> {
    this.#sure();
    this.rows = this.rows.filter((one) => one.key !== key);
  }
  #sure(): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
  }
}

/** A server that counts each key once, and a network that can be cut before or after it. */
class FakeServer implements Link {
  taken = new Map<string, Record<string, unknown>>();
  asked: string[] = [];
  cut: "no" | "before" | "after" = "no";
  refuse: (item: Item) => number | null = () => null;
  async offsetMs(): Promise<number | null> {
    return this.cut === "before" ? null : 2_000;
  }
  async post(item: Item, body: Record<string, unknown>): Promise<Answer | null> {
    if (this.cut === "before") return null;
    this.asked.push(item.key);
    const status = this.refuse(item);
    if (status !== null) return answer(status);
    const before = this.taken.get(item.key);
    if (before) expect(body).toEqual(before);
    this.taken.set(item.key, body);
    return this.cut === "after" ? null : answer(200);
  }
}

/** One lock for each lane, as `navigator.locks` has. */
function locks() {
  const ends = new Map<Lane, Promise<void>>();
  return (lane: Lane, work: () => Promise<void>): Promise<void> => {
    const end = (ends.get(lane) ?? Promise.resolve()).then(work);
    ends.set(lane, end.catch(() => undefined));
    return end;
  };
}

const confirmed: string[] = [];
function tab(disk: Disk, server: FakeServer, alone = locks()): { outbox: Outbox; sender: Sender } {
  const outbox = new Outbox(disk);
  const hooks = { alone, confirmed: async (item: Item) => void confirmed.push(item.key), changed: () => undefined };
  return { outbox, sender: new Sender(outbox, server, hooks) };
}

beforeEach(() => {
  vi.useFakeTimers();
  confirmed.length = 0;
});
afterEach(() => vi.useRealTimers());

test("everything goes in its order and leaves on the server's word", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  for (const item of items) await outbox.add(item);
  await sender.kick();
  expect([...server.taken.keys()]).toEqual(items.map(({ key }) => key));
  expect([disk.rows, confirmed]).toEqual([[], items.map(({ key }) => key)]);
});

test("without a network everything waits, and goes once it is back", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  server.cut = "before";
  for (const item of items) await outbox.add(item);
  await sender.kick();
  expect([disk.rows.length, server.taken.size]).toEqual([3, 0]);
  server.cut = "no";
  await vi.advanceTimersByTimeAsync(1_500);
  expect([disk.rows.length, server.taken.size]).toEqual([0, 3]);
});

test("an answer that is lost doubles nothing: the same request goes again, to the letter", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const first = tab(disk, server);
  for (const item of items) await first.outbox.add(item);
  server.cut = "after";
  await first.sender.kick();
  first.sender.stop();
  // The page is killed; another one starts from the disk alone.
  server.cut = "no";
  await tab(disk, server).sender.kick();
  expect(server.asked[0]).toBe(server.asked[1]);
  expect([server.taken.size, disk.rows]).toEqual([3, []]);
});

test("a refusal stops its mission, keeps every item, and lets a call for help pass", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  server.refuse = (item) => (item.to === "cleared" ? 409 : null);
  for (const item of items) await outbox.add(item);
  await outbox.add(sosItem(moment, duty, null, null));
  await sender.kick();
  expect(disk.rows.map((item) => [item.to, item.refusal?.status])).toEqual([["cleared", 409], ["reported", undefined]]);
  expect(server.taken.size).toBe(2);
  // A refused item is not sent again by itself.
  const asked = server.asked.length;
  await sender.kick();
  expect(server.asked.length).toBe(asked);
});

test("an error of the server keeps the item, and it is tried again", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  let broken = true;
  server.refuse = () => (broken ? 500 : null);
  for (const item of items) await outbox.add(item);
  await sender.kick();
  expect([disk.rows.length, server.asked.length]).toEqual([3, 1]);
  broken = false;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(disk.rows).toEqual([]);
});

test("of two tabs one sends", async () => {
  const [disk, server, items, alone] = [new FakeDisk(), new FakeServer(), steps(), locks()];
  const [one, other] = [tab(disk, server, alone), tab(disk, server, alone)];
  for (const item of items) await one.outbox.add(item);
  await Promise.all([one.sender.kick(), other.sender.kick()]);
  expect(server.asked.length).toBe(3);
});

test("what a full disk does not take is sent all the same, in its order", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  await outbox.add(items[0]!);
  disk.full = true;
  await outbox.add(items[1]!);
  expect(outbox.unsaved).toBe(1);
  disk.full = false;
  await outbox.add(items[2]!);
  expect(outbox.unsaved).toBe(0);
  disk.full = true;
  await sender.kick();
  expect([...server.taken.keys()]).toEqual(items.map(({ key }) => key));
  expect(await outbox.items()).toEqual([]);
});

test("a refusal that a full disk cannot write down is not sent over and over", async () => {
  const [disk, server, items] = [new FakeDisk(), new FakeServer(), steps()];
  const { outbox, sender } = tab(disk, server);
  server.refuse = () => 422;
  await outbox.add(items[0]!);
  disk.full = true;
  await sender.kick();
  expect(server.asked.length).toBe(1);
  expect((await outbox.items())[0]?.refusal?.status).toBe(422);
});
