/** Alerts of patrols on the screen and in the ear, until a person has said that they were seen. */
import { acknowledgeAlert, getNearest, resolveAlert } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import type { Alert, NearestPatrol, Resolution } from "../api/shapes";
import type { Room } from "./room.svelte";
import { Speaker } from "./sound";

/** An alarm goes on until it is answered. */
const SOS_EVERY_MS = 2_000;
const ALERT_EVERY_MS = 8_000;
const CLOSE_ZOOM = 15;

export class Alarm {
  /** Silenced by somebody; said loudly, and forgotten when the page is opened again. */
  muted = $state(false);
  /** The browser lets the page sound. */
  audible = $state(false);
  pending = $state.raw<string | null>(null);
  failure = $state.raw<{ alert: string; failure: Failure } | null>(null);
  /** The second crew that could be sent, by alert. */
  helpers = $state.raw<ReadonlyMap<string, NearestPatrol | null>>(new Map());

  readonly #room: Room;
  readonly #speaker = new Speaker();

  constructor(room: Room) {
    this.#room = room;
  }

  /** Those that nobody has acknowledged yet. */
  readonly unseen = $derived.by(() => this.#room.live.alerts.filter(({ state }) => state === "raised"));
  readonly sos = $derived(this.unseen.find(({ kind }) => kind === "sos") ?? null);

  toggleMuted(): void {
    this.muted = !this.muted;
  }

  show({ lon, lat }: Alert): void {
    if (lon !== null && lat !== null) this.#room.map?.fly(lon, lat, CLOSE_ZOOM);
  }

  acknowledge(alert: Alert): Promise<void> {
    return this.#ask(alert, () => acknowledgeAlert(alert.id));
  }

  resolve(alert: Alert, resolution: Resolution): Promise<void> {
    return this.#ask(alert, () => resolveAlert(alert.id, resolution));
  }

  async #ask(alert: Alert, ask: () => Promise<Alert>): Promise<void> {
    if (this.pending !== null) return;
    this.pending = alert.id;
    try {
      this.#room.live.tell({ type: "alert", alert: await ask() });
      this.failure = null;
    } catch (error) {
      this.failure = { alert: alert.id, failure: asFailure(error, "/api/v1/alerts") };
    } finally {
      this.pending = null;
    }
  }

  /** Starts sounding. Call while a component is being made. */
  start(): void {
    $effect(() => {
      const wake = (): void => void this.#speaker.wake().then((ready) => (this.audible = ready));
      for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, wake);
      return () => {
        for (const gesture of ["pointerdown", "keydown"]) window.removeEventListener(gesture, wake);
      };
    });
    const sound = $derived(this.sos ? "sos" : this.unseen.length > 0 ? "alert" : null);
    $effect(() => {
      if (sound === null || this.muted || !this.audible) return;
      const play = (): void => this.#speaker.play(sound);
      play();
      const timer = setInterval(play, sound === "sos" ? SOS_EVERY_MS : ALERT_EVERY_MS);
      return () => clearInterval(timer);
    });
    // A call for help is shown where it is, whatever was being looked at: the rest can wait.
    const callId = $derived(this.sos?.id ?? null);
    $effect(() => {
      if (callId !== null && this.sos) this.show(this.sos);
    });
    const open = $derived(this.#room.live.alerts.map(({ id }) => id).join());
    $effect(() => {
      if (open !== "") void this.#findHelpers();
    });
  }

  /** Who could be sent to each open alert: the nearest other crew. */
  async #findHelpers(): Promise<void> {
    for (const alert of this.#room.live.alerts) {
      if (this.helpers.has(alert.id)) continue;
      const where = alert.lon !== null && alert.lat !== null ? { lon: alert.lon, lat: alert.lat } : alert.site_code !== null ? { site: alert.site_code } : null;
      if (where === null) continue;
      try {
        const { features } = await getNearest({ ...where, k: 2 });
        const helper = features.find(({ id }) => id !== alert.patrol) ?? null;
        this.helpers = new Map(this.helpers).set(alert.id, helper);
      } catch {
        // The alert itself matters more; the crews nearby are listed on the map and in the board.
      }
    }
  }
}
