/** Where the tablet is: the last fix alone is ever kept, and sent every ten seconds while the crew is on duty. */
import type { Fix } from "./contract";

const BEAT_MS = 10_000;

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
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => this.#take({
        lon: coords.longitude,
        lat: coords.latitude,
        accuracy_m: Number.isFinite(coords.accuracy) ? Math.round(coords.accuracy) : null,
        // Some receivers give their own time, which the tablet's clock does not know.
        localMs: Math.abs(timestamp - Date.now()) < BEAT_MS * 6 ? Math.min(timestamp, Date.now()) : Date.now(),
      }),
      (error) => this.#told(error.code === error.PERMISSION_DENIED ? "denied" : "waiting", this.#last),
      { enableHighAccuracy: true, maximumAge: 5_000 },
    );
    this.#beat = setInterval(() => void this.flush(), BEAT_MS);
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

  #take(fix: Fix): void {
    const first = this.#last === null;
    this.#last = fix;
    this.#told("on", fix);
    if (first) void this.flush();
  }
}
