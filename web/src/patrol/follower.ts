/** Follows the tablet while its crew is on duty and lets itself be followed; of several tabs, one does. */
import type { Fix } from "./contract";
import { Positions, type PositionState } from "./position";
import type { Wire } from "./wire";

const LOCK = "vigie-patrol-positions";

export class Follower {
  readonly #wire: Wire;
  readonly #positions: Positions;
  #patrol: string | null = null;
  #ended: AbortController | null = null;

  constructor(wire: Wire, tell: (state: PositionState, fix: Fix | null) => void) {
    this.#wire = wire;
    this.#positions = new Positions((fix) => this.#send(fix), tell);
  }

  /** Follows `patrol` from now on; nobody where it is null. */
  follow(patrol: string | null): void {
    if (patrol === this.#patrol) return;
    this.#ended?.abort();
    this.#ended = null;
    this.#patrol = patrol;
    this.#positions.stop();
    if (patrol === null) return;
    const ended = new AbortController();
    this.#ended = ended;
    const end = new Promise<void>((resolve) => ended.signal.addEventListener("abort", () => resolve()));
    const watch = async (): Promise<void> => {
      this.#positions.start();
      await end;
    };
    navigator.locks.request(LOCK, { signal: ended.signal }, watch).catch(() => undefined);
  }

  /** Sends the last position now. */
  flush(): Promise<void> {
    return this.#positions.flush();
  }

  async #send({ lon, lat, accuracy_m, localMs }: Fix): Promise<boolean> {
    const offsetMs = await this.#wire.offsetMs();
    // A break may have begun while the clock was asked for.
    const patrol = this.#patrol;
    if (offsetMs === null || patrol === null) return false;
    const recorded_at = new Date(localMs + offsetMs).toISOString();
    const answer = await this.#wire.call("POST", "/api/v1/positions", [{ patrol, lon, lat, accuracy_m, recorded_at }]);
    return answer?.status === 200;
  }
}
