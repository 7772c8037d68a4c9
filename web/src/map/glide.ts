/** Patrols on the map: differences sent to the source, and markers that glide from one position to the next. */
import type { GeoJSONFeatureDiff, GeoJSONSource } from "maplibre-gl";

import type { Patrol } from "../api/shapes";
import { pointOf } from "./geometry";

/** Longer than the time between two pieces of news, so that a patrol in motion never stops. */
const GLIDE_MS = 2_000;
/** A marker that moves a few metres in two seconds does not need more pictures a second. */
const FRAME_MS = 66;
/** Beyond this a patrol did not drive there: its radio came back. About 2 km of latitude. */
const JUMP_DEGREES = 0.02;

type LonLat = readonly [lon: number, lat: number];
type Properties = { id: string; callsign: string; status: string; rank: number };

interface Shown {
  from: LonLat;
  to: LonLat;
  since: number;
  properties: Properties;
}

export function between(from: LonLat, to: LonLat, share: number): [number, number] {
  const part = Math.min(1, Math.max(0, share));
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

export class PatrolGlide {
  readonly #source: GeoJSONSource;
  readonly #still: () => boolean;
  readonly #shown = new Map<string, Shown>();
  #frame = 0;
  #drawnAt = 0;

  /** `still` says whether the person asked the system for no motion. */
  constructor(source: GeoJSONSource, still: () => boolean) {
    this.#source = source;
    this.#still = still;
  }

  /** Brings the map to `patrols`; `ranks` numbers the nearest ones. */
  set(patrols: readonly Patrol[], ranks: ReadonlyMap<string, number>): void {
    const now = performance.now();
    const add: GeoJSON.Feature[] = [];
    const update: GeoJSONFeatureDiff[] = [];
    const gone = new Set(this.#shown.keys());

    for (const patrol of patrols) {
      const to = pointOf(patrol.geometry);
      if (to === null) continue;
      gone.delete(patrol.id);
      const properties = propertiesOf(patrol, ranks);
      const shown = this.#shown.get(patrol.id);
      if (!shown) {
        this.#shown.set(patrol.id, { from: to, to, since: now, properties });
        add.push({ type: "Feature", id: patrol.id, properties, geometry: { type: "Point", coordinates: [...to] } });
        continue;
      }
      if (shown.to[0] !== to[0] || shown.to[1] !== to[1]) {
        const here = this.#at(shown, now);
        const jumps = this.#still() || Math.hypot(to[0] - here[0], to[1] - here[1]) > JUMP_DEGREES;
        Object.assign(shown, { from: jumps ? to : here, to, since: now });
        if (jumps) update.push({ id: patrol.id, newGeometry: { type: "Point", coordinates: [...to] } });
      }
      const changed = (Object.keys(properties) as (keyof Properties)[]).filter(
        (key) => properties[key] !== shown.properties[key],
      );
      if (changed.length > 0) {
        shown.properties = properties;
        update.push({ id: patrol.id, addOrUpdateProperties: changed.map((key) => ({ key, value: properties[key] })) });
      }
    }
    for (const id of gone) this.#shown.delete(id);
    if (add.length + update.length + gone.size > 0) this.#send({ add, update, remove: [...gone] });
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#step);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  readonly #step = (now: number): void => {
    const moving = [...this.#shown].filter(([, one]) => now - one.since < GLIDE_MS + FRAME_MS && one.from !== one.to);
    if (moving.length === 0) {
      this.#frame = 0;
      return;
    }
    if (now - this.#drawnAt >= FRAME_MS) {
      this.#drawnAt = now;
      this.#send({
        update: moving.map(([id, one]) => ({
          id,
          newGeometry: { type: "Point", coordinates: [...this.#at(one, now)] },
        })),
      });
    }
    this.#frame = requestAnimationFrame(this.#step);
  };

  #at(shown: Shown, now: number): LonLat {
    return between(shown.from, shown.to, (now - shown.since) / GLIDE_MS);
  }

  #send(diff: Parameters<GeoJSONSource["updateData"]>[0]): void {
    // A diff that a closing map drops is of no interest to anybody.
    this.#source.updateData(diff);
  }
}

function propertiesOf(patrol: Patrol, ranks: ReadonlyMap<string, number>): Properties {
  const { callsign, status } = patrol.properties;
  return { id: patrol.id, callsign, status, rank: ranks.get(patrol.id) ?? 0 };
}
