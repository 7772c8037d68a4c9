/** Where the tablet is: the last fix alone is ever kept, and sent every ten seconds while the crew is on duty. */
import type { Fix } from "./contract";

const BEAT_MS = 10_000;
/** No older fix is taken. */
const AGE_MS_MAX = 5_000;
/** A receiver that says another time than this goes by another clock, or repeats itself: the fix is of now. */
const CLOCK_APART_MS = AGE_MS_MAX + 1_000;
const HOW: PositionOptions = { enableHighAccuracy: true, maximumAge: AGE_MS_MAX, timeout: 20_000 };

/** `off`: not asked for. `waiting`: no fix yet. `denied`: the person or the tablet does not allow it. */
export type PositionState = "off" | "waiting" | "on" | "denied";

export class Positions {
  readonly #sent: (fix: Fix) => Promise<boolean>;
  readonly #told: (state: PositionState, fix: Fix | null) => void;
  #last: Fix | null = null;
  #sentMs = 0;
  #watch: number | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;

  /** `send` says whether the server has taken the fix; `tell` hears of each change. */
  constructor(send: (fix: Fix) => Promise<boolean>, tell: (state: PositionState, fix: Fix | null) => void) {
    this.#sent = send;
    this.#told = tell;
  }

  start(): void {
    if (this.#watch !== null) return;
    if (!("geolocation" in navigator)) {
      this.#told("denied", null);
      return;
    }
    this.#told("waiting", null);
    this.#watch = navigator.geolocation.watchPosition(this.#take, this.#missed, HOW);
    this.#beat = setInterval(() => this.#again(), BEAT_MS);
  }

  /** Stops, and forgets where the tablet was. */
  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    clearInterval(this.#beat);
    this.#watch = null;
    this.#last = null;
    this.#told("off", null);
  }

  /** Sends the last fix, unless it was sent: what was passed without a network is nobody's business. */
  async flush(): Promise<void> {
    const fix = this.#last;
    if (this.#watch === null || fix === null || fix.localMs <= this.#sentMs) return;
    if (await this.#sent(fix)) this.#sentMs = Math.max(this.#sentMs, fix.localMs);
  }

  /** A tablet that stands still hears nothing from its receiver, and would look lost: it is asked anew. A browser
   * that watches already would wait for a move, so the watch is begun again. */
  #again(): void {
    if (this.#watch !== null && (this.#last === null || Date.now() - this.#last.localMs >= BEAT_MS / 2)) {
      navigator.geolocation.clearWatch(this.#watch);
      this.#watch = navigator.geolocation.watchPosition(this.#take, this.#missed, HOW);
    }
    void this.flush();
  }

  readonly #take = ({ coords, timestamp }: GeolocationPosition): void => {
    if (this.#watch === null) return;
    const first = this.#last === null;
    const now = Date.now();
    this.#last = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: Number.isFinite(coords.accuracy) ? Math.round(coords.accuracy) : null,
      localMs: Math.abs(timestamp - now) < CLOCK_APART_MS ? Math.min(timestamp, now) : now,
    };
    this.#told("on", this.#last);
    if (first || now - this.#sentMs >= BEAT_MS) void this.flush();
  };

  readonly #missed = (error: GeolocationPositionError): void => {
    if (this.#watch === null) return;
    if (error.code === error.PERMISSION_DENIED) this.#told("denied", null);
    else if (this.#last === null) this.#told("waiting", null);
  };
}
