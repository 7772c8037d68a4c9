/** A call that is being taken: where, what, and whom to send; recorded and assigned in one go. */
import { getNearest, newKey, postIncident, postTransition } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import type { Channel, Incident, Kind, Nearest, NearestPatrol, NewIncident } from "../api/shapes";
import type { Room } from "./room.svelte";
import { duplicatesOf } from "./urgency";

/** The first is proposed, the others are its alternatives. */
const PROPOSED = 3;

/** Where it is: a site that was searched for, or a point of the map and the site that it was found to lie on. */
export type CallPlace =
  | { type: "site"; code: string; name: string }
  | { type: "point"; lon: number; lat: number; code: string | null };

export type Outcome =
  /** Recorded, and a patrol is on it. */
  | { type: "sent"; site: string; callsign: string; eta_s: number | null }
  /** Recorded, and nobody was to be sent, or nobody is there to be. */
  | { type: "recorded"; site: string; nobody: boolean }
  /** Recorded as a second call about another incident. */
  | { type: "merged"; site: string };

interface Recorded {
  id: string;
  site: string;
}

export type Intent = "send" | "record" | "merge";

export class Intake {
  open = $state(false);
  place = $state.raw<CallPlace | null>(null);
  kind = $state.raw<Kind | null>(null);
  channel = $state<Channel>("call");
  building = $state.raw<string | null>(null);
  ranking = $state.raw<Nearest | null>(null);
  rankingFailure = $state.raw<Failure | null>(null);
  /** The patrol that somebody chose before the proposed one. */
  chosen = $state.raw<string | null>(null);
  sending = $state.raw<Intent | null>(null);
  /** The call was recorded, the next step was not taken: that alone is tried again. */
  half = $state.raw<(Recorded & { failure: Failure }) | null>(null);
  failure = $state.raw<Failure | null>(null);
  outcome = $state.raw<Outcome | null>(null);

  readonly #room: Room;
  #recorded = $state.raw<string | null>(null);
  #ranked: Promise<void> = Promise.resolve();
  /** The keys of what is being sent: the same call keeps them until it is answered. */
  #sent: { text: string; call: string; step: string } | null = null;

  constructor(room: Room) {
    this.#room = room;
  }

  readonly siteCode = $derived(this.place?.code ?? null);

  readonly proposed = $derived.by((): NearestPatrol | null => {
    const ranked = this.ranking?.features ?? [];
    return ranked.find(({ id }) => id === this.chosen) ?? ranked[0] ?? null;
  });

  /** What the caller may be calling about for a second time. */
  readonly duplicates = $derived.by((): Incident[] => {
    const { incidents, now } = this.#room.live;
    if (this.kind === null || this.siteCode === null || incidents === null) return [];
    // The call itself is told back as soon as it is recorded.
    return duplicatesOf(incidents, this.kind.code, this.siteCode, now, this.#recorded);
  });

  begin(place: CallPlace | null): void {
    this.place = place;
    this.kind = null;
    this.channel = "call";
    this.building = null;
    this.failure = null;
    this.half = null;
    this.outcome = null;
    this.chosen = null;
    this.#sent = null;
    this.#recorded = null;
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.ranking = null;
  }

  /** Asks for a ranking whenever where or what changes. Call while a component is being made. */
  start(): void {
    const asked = $derived.by(() => {
      const { place, kind, open } = this;
      if (!open || place === null) return null;
      const where = place.type === "site" ? { site: place.code } : { lon: place.lon.toFixed(6), lat: place.lat.toFixed(6) };
      return JSON.stringify({ ...where, ...(kind && { kind: kind.code }) });
    });
    $effect(() => {
      const text = asked;
      this.ranking = null;
      this.rankingFailure = null;
      this.chosen = null;
      if (text === null) return;
      const controller = new AbortController();
      this.#ranked = this.#rank(JSON.parse(text) as Record<string, string | number>, controller.signal);
      return () => controller.abort();
    });
  }

  /** Records the call, and sends the proposed patrol or merges it, as `intent` says. */
  async submit(intent: Intent): Promise<void> {
    const { place, kind } = this;
    if (place === null || kind === null || this.sending !== null) return;
    this.sending = intent;
    try {
      // Whoever is quicker than the ranking sends the patrol that it then names.
      if (intent === "send") await this.#ranked;
      await this.#send(place, kind, intent);
    } finally {
      this.sending = null;
    }
  }

  async #send(place: CallPlace, kind: Kind, intent: Intent): Promise<void> {
    const call: NewIncident = { kind: kind.code, channel: this.channel, location: locationOf(place) };
    if (this.building !== null) call.building_id = this.building;
    const text = JSON.stringify(call);
    if (this.#sent?.text !== text) this.#sent = { text, call: newKey(), step: newKey() };
    this.failure = null;
    const [original] = this.duplicates;
    let half: Recorded | null = this.half;
    if (half === null) {
      try {
        const { id, site_code: site } = await postIncident(call, this.#sent.call);
        half = { id, site };
        this.#recorded = id;
      } catch (error) {
        this.failure = asFailure(error, "/api/v1/incidents");
        return;
      }
    }
    await this.#follow(half, intent, original ?? null);
  }

  async #follow({ id, site }: Recorded, intent: Intent, original: Incident | null): Promise<void> {
    const patrol = this.proposed;
    if (intent === "record" || (intent === "send" && patrol === null)) {
      this.#done({ type: "recorded", site, nobody: intent === "send" }, id);
      return;
    }
    try {
      if (intent === "merge" && original) {
        const asked = { to: "cancelled", reason: "duplicate", duplicate_of: original.id } as const;
        await postTransition(id, asked, this.#sent?.step ?? newKey());
        this.#done({ type: "merged", site }, original.id);
      } else if (patrol) {
        await postTransition(id, { to: "assigned", patrol: patrol.id }, `${this.#sent?.step}-${patrol.id}`);
        const { callsign, eta_s } = patrol.properties;
        this.#done({ type: "sent", site, callsign, eta_s }, id);
      }
    } catch (error) {
      const failure = asFailure(error, "/api/v1/incidents");
      this.half = { id, site, failure };
      // Another desk has taken the patrol: the next one is proposed.
      if (failure.status === 409) await this.#rank({ incident: id, ...(this.kind && { kind: this.kind.code }) });
    }
  }

  #done(outcome: Outcome, incident: string): void {
    this.outcome = outcome;
    this.close();
    this.#room.select({ type: "incident", id: incident });
  }

  async #rank(where: Record<string, string | number>, signal?: AbortSignal): Promise<void> {
    try {
      this.ranking = await getNearest({ ...where, k: PROPOSED, route: true }, signal);
      this.rankingFailure = null;
    } catch (error) {
      if (!(isAborted(error) && signal?.aborted)) this.rankingFailure = asFailure(error, "/api/v1/patrols/nearest");
    }
  }
}

function locationOf(place: CallPlace): NewIncident["location"] {
  return place.type === "site" ? { site_code: place.code } : { lon: place.lon, lat: place.lat };
}
