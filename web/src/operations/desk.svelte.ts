/** What a dispatcher does to an incident: asks for a step, and is told by the server whether it was taken. */
import { newKey, postIncident, postTransition } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import type { Alert, Incident, NewIncident, Transitioned, TransitionBody } from "../api/shapes";
import type { Room } from "./room.svelte";

export type Asked = Omit<TransitionBody, "actor">;

/** An agent who calls for help without a mission becomes an incident of this kind. */
const AGENT_IN_DANGER = "PER-AGT";

export class Desk {
  /** The step that is being asked for. */
  pending = $state.raw<{ incident: string; asked: Asked } | null>(null);
  /** The step that was not taken last, and why. */
  refused = $state.raw<{ incident: string; asked: Asked; failure: Failure } | null>(null);
  /** The patrol whose way is shown on the map. */
  shown = $state.raw<string | null>(null);

  readonly #room: Room;
  /** What was sent last and never answered keeps its key, so that it cannot be done twice. */
  #unanswered: { text: string; key: string } | null = null;

  constructor(room: Room) {
    this.#room = room;
  }

  isPending(incident: string): boolean {
    return this.pending?.incident === incident;
  }

  /** Asks for a step. True once the server has taken it; else `refused` says why. */
  async act(incident: string, asked: Asked): Promise<boolean> {
    if (this.pending !== null) return false;
    this.pending = { incident, asked };
    const body: TransitionBody = asked;
    try {
      const answer = await postTransition(incident, body, this.#keyOf(incident, body));
      this.#unanswered = null;
      this.refused = null;
      // Of a step that was taken before, the stream has told how things are since.
      if (!answer.replayed) this.#tell(answer);
      return true;
    } catch (error) {
      const failure = asFailure(error, "/api/v1/incidents");
      if (failure.kind === "refused") this.#unanswered = null;
      this.refused = { incident, asked, failure };
      // Whatever another desk did meanwhile shows at once.
      if (failure.status === 409) this.#room.place.refresh();
      return false;
    } finally {
      this.pending = null;
    }
  }

  /** Sends a second crew to an alert: to the mission of the crew, or to where it is. */
  async reinforce(alert: Alert, patrol: string): Promise<boolean> {
    if (alert.incident !== null) return this.act(alert.incident, { to: "reinforced", patrol });
    const location = placeOf(alert);
    if (location === null || this.pending !== null) return false;
    const body: NewIncident = { kind: AGENT_IN_DANGER, channel: "patrol", location };
    const asked: Asked = { to: "assigned", patrol };
    try {
      // The alert is one thing that happened: however often it is pressed, one incident comes of it.
      const { id } = await postIncident(body, `alert-${alert.id}`);
      return await this.act(id, asked);
    } catch (error) {
      this.refused = { incident: alert.id, asked, failure: asFailure(error, "/api/v1/incidents") };
      return false;
    }
  }

  dismiss(): void {
    this.refused = null;
  }

  #keyOf(incident: string, body: TransitionBody): string {
    const text = JSON.stringify([incident, body]);
    if (this.#unanswered?.text !== text) this.#unanswered = { text, key: newKey() };
    return this.#unanswered.key;
  }

  #tell({ id, status, allowed, patrols }: Transitioned): void {
    const known: Incident | null = this.#room.live.incident(id);
    if (known === null) return;
    const properties = { ...known.properties, status, allowed, patrols };
    this.#room.live.tell({ type: "incident", incident: { ...known, properties } });
  }
}

function placeOf({ site_code, lon, lat }: Alert): NewIncident["location"] | null {
  if (site_code !== null) return { site_code };
  return lon === null || lat === null ? null : { lon, lat };
}
