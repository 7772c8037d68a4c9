/** For how long a tablet may hold a shift: PRIVACY.md, "end of shift and acknowledged, or 24 h". */

/** A shift that nobody ends is over after this, unless the crew says that it goes on. */
export const SHIFT_MS = 12 * 3_600_000;
/** No copy lives longer, whatever is still waiting in it. */
export const COPY_MS = 24 * 3_600_000;
/** How long before the end of a shift the crew is asked. */
export const ASKED_BEFORE_MS = 30 * 60_000;

export interface Lifetime {
  startedMs: number;
  /** Until when the shift goes on if nobody says anything. */
  untilMs: number;
}

/** `on`: goes on. `ask`: soon over, the crew is asked. `over`: ends as soon as everything was sent. `dead`: ends now. */
export type Fate = "on" | "ask" | "over" | "dead";

/** What becomes of a shift at `nowMs`. A clock that was set back does not make it live longer. */
export function fate({ startedMs, untilMs }: Lifetime, nowMs: number): Fate {
  if (nowMs >= startedMs + COPY_MS || nowMs < startedMs - COPY_MS) return "dead";
  if (nowMs >= untilMs) return "over";
  return nowMs >= untilMs - ASKED_BEFORE_MS ? "ask" : "on";
}

export function begun(nowMs: number): Lifetime {
  return { startedMs: nowMs, untilMs: nowMs + SHIFT_MS };
}

/** Goes on for as long as a copy may live at all. */
export function prolonged(lifetime: Lifetime): Lifetime {
  return { ...lifetime, untilMs: lifetime.startedMs + COPY_MS };
}
