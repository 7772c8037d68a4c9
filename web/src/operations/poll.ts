/** Asks again and again: at its pace while all is well, more slowly while the server is away or the page hidden. */
import { isAborted } from "../api/failure";

const AWAY_MS = 6_000;
const HIDDEN_MS = 15_000;

export interface Poll {
  /** Asks at once. */
  now(): void;
  stop(): void;
}

/** `pace` tells how many milliseconds to wait, or null to wait for `now`; `ask` must throw when it failed. */
export function poll(pace: () => number | null, ask: (signal: AbortSignal) => Promise<void>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();
  let stopped = false;

  async function round(): Promise<void> {
    clearTimeout(timer);
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    let failed = false;
    try {
      await ask(signal);
    } catch (error) {
      if (isAborted(error) && signal.aborted) return;
      failed = true;
    }
    if (stopped || signal.aborted) return;
    // What failed is asked again, also where only news would have led to it.
    const wait = failed ? Math.max(pace() ?? 0, AWAY_MS) : pace();
    if (wait === null) return;
    timer = setTimeout(() => void round(), document.hidden ? Math.max(wait, HIDDEN_MS) : wait);
  }

  const woken = (): void => {
    if (!document.hidden && !stopped) void round();
  };
  document.addEventListener("visibilitychange", woken);
  window.addEventListener("online", woken);
  void round();

  return {
    now: () => void round(),
    stop() {
      stopped = true;
      clearTimeout(timer);
      controller.abort();
      document.removeEventListener("visibilitychange", woken);
      window.removeEventListener("online", woken);
    },
  };
}
