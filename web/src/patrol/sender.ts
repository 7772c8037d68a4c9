/** Sends what the outbox holds: one tab at a time, one item at a time, until the server has confirmed each. */
import { bodyOf, judge, LANES, laneOf, nextToSend, refusalOf, waitMs, type Answer, type Item, type Lane } from "./outbox";

/** Where items are kept. Every tab of this tablet has the same. */
export interface Shelf {
  items(): Promise<Item[]>;
  replace(item: Item): Promise<void>;
  drop(key: string): Promise<void>;
}

export interface Link {
  /** Sends it; null where nobody answered. */
  post(item: Item, body: Record<string, unknown>): Promise<Answer | null>;
  /** How far the server's clock is ahead, asked for where it is not known; null where nobody answered. */
  offsetMs(): Promise<number | null>;
}

export interface Hooks {
  /** Runs `work` while no other tab does so for the same lane. */
  alone(lane: Lane, work: () => Promise<void>): Promise<void>;
  /** The server has confirmed `item`; it is dropped after this. */
  confirmed(item: Item, answer: Answer): Promise<void>;
  /** Something has changed on the shelf. */
  changed(): void;
}

export class Sender {
  readonly #shelf: Shelf;
  readonly #link: Link;
  readonly #hooks: Hooks;
  readonly #running = new Map<Lane, Promise<void>>();
  readonly #again = new Set<Lane>();
  readonly #timers = new Map<Lane, ReturnType<typeof setTimeout>>();
  readonly #tries = new Map<Lane, number>();
  #stopped = false;

  constructor(shelf: Shelf, link: Link, hooks: Hooks) {
    this.#shelf = shelf;
    this.#link = link;
    this.#hooks = hooks;
  }

  /** Tries now: something was queued, or the network is back. */
  async kick(): Promise<void> {
    await Promise.all(LANES.map((lane) => this.#kick(lane)));
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #kick(lane: Lane): Promise<void> {
    clearTimeout(this.#timers.get(lane));
    const running = this.#running.get(lane);
    if (running) {
      // What was queued meanwhile may have been read past.
      this.#again.add(lane);
      return running;
    }
    const run = this.#run(lane).finally(() => this.#running.delete(lane));
    this.#running.set(lane, run);
    return run;
  }

  async #run(lane: Lane): Promise<void> {
    let left: { retryAfterS: number | null } | null = null;
    do {
      this.#again.delete(lane);
      await this.#hooks.alone(lane, async () => {
        left = await this.#drain(lane);
      });
    } while (this.#again.has(lane) && !this.#stopped);
    if (left === null) {
      this.#tries.delete(lane);
      return;
    }
    const tries = this.#tries.get(lane) ?? 0;
    this.#tries.set(lane, tries + 1);
    const { retryAfterS } = left as { retryAfterS: number | null };
    if (!this.#stopped) this.#timers.set(lane, setTimeout(() => void this.#kick(lane), waitMs(lane, tries, retryAfterS)));
  }

  /** Sends until nothing can go; says whether something must be tried again later. */
  async #drain(lane: Lane): Promise<{ retryAfterS: number | null } | null> {
    const waiting = new Set<string>();
    for (;;) {
      const next = nextToSend(await this.#shelf.items(), lane, waiting);
      if (next === null || this.#stopped) return waiting.size > 0 ? { retryAfterS: null } : null;
      const offsetMs = await this.#link.offsetMs();
      if (offsetMs === null) return { retryAfterS: null };
      const body = bodyOf(next, offsetMs);
      const item: Item = { ...next, sealed: body, tries: next.tries + 1 };
      // Kept before it goes: after a kill the very same request is repeated.
      if (next.sealed === null) await this.#shelf.replace(item);
      const answer = await this.#link.post(item, body);
      switch (judge(answer)) {
        case "away":
          return { retryAfterS: answer?.retryAfterS ?? null };
        case "later":
          waiting.add(item.chain);
          break;
        case "refused":
          if (answer) await this.#shelf.replace({ ...item, refusal: refusalOf(answer) });
          break;
        case "done":
          if (answer) await this.#hooks.confirmed(item, answer);
          await this.#shelf.drop(item.key);
          this.#tries.delete(laneOf(item));
          break;
      }
      this.#hooks.changed();
    }
  }
}
