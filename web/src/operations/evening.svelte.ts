/** How long interventions took this evening. */
import { getKpis } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import type { KpiGroup } from "../api/shapes";
import { eveningStart } from "./day";
import type { Room } from "./room.svelte";

/** Figures of an evening need not follow each step at once. */
const SETTLE_MS = 3_000;

export class Evening {
  group = $state.raw<KpiGroup | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Asks whenever an incident has moved on. Call while a component is being made. */
  start(): void {
    $effect(() => {
      void this.#room.live.incidents;
      const controller = new AbortController();
      const timer = setTimeout(() => void this.#ask(controller.signal), SETTLE_MS);
      return () => {
        clearTimeout(timer);
        controller.abort();
      };
    });
  }

  async #ask(signal: AbortSignal): Promise<void> {
    try {
      const groups = await getKpis(eveningStart(new Date(this.#room.live.now), this.#room.words.timeZone), signal);
      this.group = groups.at(-1) ?? null;
      this.failure = null;
    } catch (error) {
      if (!(isAborted(error) && signal.aborted)) this.failure = asFailure(error, "/api/v1/kpis");
    }
  }
}
