/** What happens now: patrols every two seconds, incidents every five. */
import { getIfChanged } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import type { Incident, Patrol, Query } from "../api/shapes";
import { gravity } from "./gravity";
import { poll, type Poll } from "./poll";
import type { Room } from "./room.svelte";

const PATROLS_MS = 2_000;
const INCIDENTS_MS = 5_000;
const EVENING_MS = 12 * 3_600_000;
/** The start of the evening moves in these steps, so that the address asked, and with it the ETag, stays the same. */
const STEP_MS = 15 * 60_000;
/** A store that is back sooner is not worth a word. */
const STALE_TOLD_S = 3;
/** An evening has about 130; a far worse one still fits on the map. */
const INCIDENTS_MAX = 500;

/** What has left the room's hands is no longer listed. */
const OVER = new Set(["cleared", "reported", "closed", "cancelled", "handed_over", "no_action"]);

export class Live {
  patrols = $state.raw<Patrol[] | null>(null);
  incidents = $state.raw<Incident[] | null>(null);
  patrolsFailure = $state.raw<Failure | null>(null);
  incidentsFailure = $state.raw<Failure | null>(null);
  /** For how many seconds the server has lost its store, so that what it shows may be old. */
  staleS = $state.raw<number | null>(null);
  /** When the server last answered. */
  heardAt = $state.raw<Date | null>(null);
  /** When each patrol's age was true. */
  patrolsAt = $state.raw<number>(0);
  /** Incidents that came since the page was opened, to be read out. */
  arrived = $state.raw<Incident[]>([]);

  readonly #room: Room;
  readonly #polls: Poll[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  /** Open incidents as the page lists them: the gravest first, among equals the oldest. */
  readonly listed = $derived(
    (this.incidents ?? [])
      .filter(({ properties }) => !OVER.has(properties.status))
      .filter(({ properties }) => !this.#room.view.withoutRounds || properties.channel !== "patrol")
      .sort(
        (a, b) =>
          gravity(a).localeCompare(gravity(b)) ||
          a.properties.reported_at.localeCompare(b.properties.reported_at),
      ),
  );

  readonly lost = $derived(
    this.patrolsFailure !== null && this.patrolsFailure.kind !== "refused"
      ? this.patrolsFailure
      : this.incidentsFailure !== null && this.incidentsFailure.kind !== "refused"
        ? this.incidentsFailure
        : null,
  );

  retry(): void {
    for (const one of this.#polls) one.now();
  }

  /** Starts asking. Call while a component is being made. */
  start(): void {
    $effect(() => {
      let etag: string | null = null;
      const patrols = poll(PATROLS_MS, async (signal) => {
        try {
          const { changed, staleS } = await getIfChanged("/api/v1/patrols", {}, etag, signal);
          if (changed !== null) {
            etag = changed.etag;
            this.patrols = changed.body.features;
            this.patrolsAt = Date.now();
          }
          this.staleS = staleS !== null && staleS >= STALE_TOLD_S ? staleS : null;
          this.patrolsFailure = null;
          this.heardAt = new Date();
        } catch (error) {
          if (!(isAborted(error) && signal.aborted)) this.patrolsFailure = asFailure(error, "/api/v1/patrols");
          throw error;
        }
      });
      this.#polls.push(patrols);
      return () => this.#forget(patrols);
    });

    const filters = $derived(JSON.stringify([this.#room.view.kinds, this.#room.view.landlords]));
    $effect(() => {
      const [kinds, landlords] = JSON.parse(filters) as [string[], string[]];
      let etag: string | null = null;
      let asked = "";
      let first = true;
      const incidents = poll(INCIDENTS_MS, async (signal) => {
        const query: Query<"/api/v1/incidents"> = { from: evening(Date.now()), limit: INCIDENTS_MAX };
        if (kinds.length > 0) query.kind = kinds.join(",");
        if (landlords.length > 0) query.landlord = landlords.join(",");
        if (query.from !== asked) etag = null;
        asked = query.from ?? "";
        try {
          const { changed } = await getIfChanged("/api/v1/incidents", query, etag, signal);
          if (changed !== null) {
            etag = changed.etag;
            this.#take(changed.body.features, first);
          }
          first = false;
          this.incidentsFailure = null;
          this.heardAt = new Date();
        } catch (error) {
          if (!(isAborted(error) && signal.aborted)) this.incidentsFailure = asFailure(error, "/api/v1/incidents");
          throw error;
        }
      });
      this.#polls.push(incidents);
      return () => this.#forget(incidents);
    });
  }

  #take(features: Incident[], first: boolean): void {
    if (!first) {
      const known = new Set((this.incidents ?? []).map((incident) => incident.id));
      const arrived = features.filter((incident) => !known.has(incident.id));
      if (arrived.length > 0) this.arrived = arrived;
    }
    this.incidents = features;
  }

  #forget(one: Poll): void {
    one.stop();
    this.#polls.splice(this.#polls.indexOf(one), 1);
  }
}

function evening(now: number): string {
  return new Date(Math.floor((now - EVENING_MS) / STEP_MS) * STEP_MS).toISOString().replace(".000Z", "Z");
}
