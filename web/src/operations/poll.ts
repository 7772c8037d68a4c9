/** Asks again and again: at its pace while all is well, more slowly while the server is away or the page hidden. */
import { isAborted } from "../api/failure";

const AWAY_MS = 6_000;
const HIDDEN_MS = 15_000;

export interface Poll {
  /** Asks at once. */
  now(): void;
  stop(): void;
}

/** `ask` must throw when it failed. */
export function poll(everyMs: number, ask: (signal: AbortSignal) => Promise<void>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();
  let stopped = false;

  async function round(): Promise<void> {
    clearTimeout(timer);
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    let wait = everyMs;
    try {
      await ask(signal);
    } catch (error) {
      if (isAborted(error) && signal.aborted) return;
      wait = Math.max(everyMs, AWAY_MS);
    }
    if (stopped || signal.aborted) return;
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
