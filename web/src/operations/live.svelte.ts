/** What happens now, as the server tells it: lists once, then a stream of news on top of them. Where the stream
 * cannot be had the lists are asked for again and again, and the page says so. */
import { untrack } from "svelte";

import { getOpenAlerts, getOpenIncidents, getOpenSituations, getPatrols, openEvents, type Fresh } from "../api/client";
import { asFailure, Failure, isAborted } from "../api/failure";
import type { Alert, Incident, Patrol, SiteDetails, Situation } from "../api/shapes";
import { follow, type Following } from "../api/stream";
import type { Words } from "../text/words.svelte";
import { compareUrgency } from "./urgency";
import { poll, type Poll } from "./poll";
import type { Room } from "./room.svelte";
import { isOver, NOTHING, readNews, withNews, type News, type Picture } from "./picture";

/** Nobody waits longer than this for a stream before the lists are asked for instead. */
const FALLBACK_AFTER_MS = 5_000;
const FALLBACK_MS = 2_000;
/** Alerts are asked for again whatever the stream says: nobody's safety hangs on one connection. The same answer
 * tells whether the server still reaches its store. */
const ALERTS_MS = 10_000;
/** A store that is back sooner is not worth a word. */
const STALE_TOLD_S = 3;

type List = "patrols" | "incidents" | "alerts" | "situations";

export class Live {
  /** `null` until the list was heard for the first time. */
  patrols = $derived.by((): Patrol[] | null => (this.#heard.patrols ? [...this.#patrolsById.values()] : null));
  incidents = $derived.by((): Incident[] | null => (this.#heard.incidents ? [...this.#incidentsById.values()] : null));
  /** Those that are not resolved, the gravest and newest first. */
  alerts = $derived.by((): Alert[] =>
    [...this.#alertsById.values()]
      .filter(({ state }) => state !== "resolved")
      .sort((a, b) => rankOf(a) - rankOf(b) || b.raised_at.localeCompare(a.raised_at)),
  );
  /** What rules have found and is not over, the newest first; `null` as above. */
  situations = $derived.by((): Situation[] | null =>
    this.#heard.situations ? [...this.#situationsById.values()].sort((a, b) => b.opened_at.localeCompare(a.opened_at) || b.id.localeCompare(a.id)) : null,
  );
  patrolsFailure = $state.raw<Failure | null>(null);
  incidentsFailure = $state.raw<Failure | null>(null);
  alertsFailure = $state.raw<Failure | null>(null);
  situationsFailure = $state.raw<Failure | null>(null);
  /** For how many seconds the server has lost its store, so that what it shows may be old. */
  staleS = $state.raw<number | null>(null);
  /** When the server last said anything. */
  heardAt = $state.raw<Date | null>(null);
  /** True while the stream is there. */
  streaming = $state.raw(false);
  /** True while the lists are asked for in its place. */
  polling = $state.raw(false);
  /** How far the server's clock is ahead of this computer's, in milliseconds. */
  skewMs = $state.raw(0);
  /** Incidents that came since the page was opened, to be read out. */
  arrived = $state.raw<Incident[]>([]);
  /** Situations that rules have found since then, likewise. */
  found = $state.raw<Situation[]>([]);
  /** Counts up when the stock has changed. */
  stockChanges = $state.raw(0);
  /** The site of which something else is told now. */
  briefed = $state.raw<SiteDetails | null>(null);
  /** Counts up when news of sites may have been missed. */
  gaps = $state.raw(0);

  #picture = $state.raw<Picture>(NOTHING);
  #heard = $state.raw<Record<List, boolean>>({ patrols: false, incidents: false, alerts: false, situations: false });
  // A part that the news did not touch is the same object, and what hangs on it is not worked out again.
  readonly #incidentsById = $derived(this.#picture.incidents);
  readonly #patrolsById = $derived(this.#picture.patrols);
  readonly #alertsById = $derived(this.#picture.alerts);
  readonly #situationsById = $derived(this.#picture.situations);
  readonly #room: Room;
  #following: Following | null = null;
  #polls: Partial<Record<List, Poll>> = {};
  /** The list that is asked for whatever the stream says: alerts, or incidents for whoever reads no alerts. */
  #steady: List = "alerts";
  /** News that came while a list was being asked for, to be put on top of it. */
  readonly #since = new Map<List, News[]>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** The time at the server. */
  readonly now = $derived.by(() => this.#room.now.getTime() + this.skewMs);

  /** Open incidents that the filters of the page let through: the gravest first, among equals the most pressing. */
  readonly listed = $derived.by(() => {
    const { kinds, landlords, withoutRounds } = this.#room.view;
    return (this.incidents ?? [])
      .filter((incident) => !isOver(incident))
      .filter(({ properties: { kind, landlord, channel } }) =>
        (kinds.length === 0 || kinds.includes(kind)) &&
        (landlords.length === 0 || landlords.includes(landlord)) &&
        (!withoutRounds || channel !== "patrol"),
      )
      .sort(compareUrgency);
  });

  readonly lost = $derived.by(() =>
    [this.alertsFailure, this.patrolsFailure, this.incidentsFailure].find((one) => one !== null && one.kind !== "refused") ?? null,
  );

  incident(id: string): Incident | null {
    return this.#incidentsById.get(id) ?? null;
  }

  patrol(id: string): Patrol | null {
    return this.#patrolsById.get(id) ?? null;
  }

  /** How old a patrol's position is, in seconds; null where there is none. */
  positionAge(patrol: Patrol): number | null {
    const { recorded_at } = patrol.properties;
    return recorded_at === null || patrol.geometry === null ? null : Math.max(0, (this.now - Date.parse(recorded_at)) / 1000);
  }

  /** In words: how old a patrol's position is, since when it is switched off, or that there is none. */
  positionWords(patrol: Patrol, words: Words): string {
    const { position_off_at: off } = patrol.properties;
    if (off !== null) return words.t("patrols.positionOff", { time: words.format.minute(new Date(off)) });
    const seconds = this.positionAge(patrol);
    return seconds === null ? words.t("patrols.noPosition") : words.t("patrols.position", { age: words.format.age(seconds) });
  }

  /** What this page itself was just told, before the stream repeats it. */
  tell(news: News): void {
    this.#picture = withNews(this.#picture, news);
    for (const waiting of this.#since.values()) waiting.push(news);
  }

  retry(): void {
    this.#following?.now();
    for (const one of Object.values(this.#polls)) one.now();
  }

  /** Starts listening. Call while a component is being made. */
  start(): void {
    $effect(() => untrack(() => this.#listen()));
  }

  #listen(): () => void {
    const pace = (): number | null => (this.polling ? FALLBACK_MS : null);
    const steadyPace = (): number => (this.polling ? FALLBACK_MS : ALERTS_MS);
    const readsAlerts = this.#room.may("read_alerts");
    this.#steady = readsAlerts ? "alerts" : "incidents";
    const incidentsPace = readsAlerts ? pace : steadyPace;
    this.#polls = {
      incidents: this.#list("incidents", incidentsPace, getOpenIncidents, (features) => this.#takeIncidents(features)),
    };
    // What may not be read is not asked for: a landlord is told of no crew.
    if (this.#room.may("read_patrols")) {
      this.#polls.patrols = this.#list("patrols", pace, getPatrols, (features) => this.#takePatrols(features));
    }
    if (readsAlerts) {
      this.#polls.alerts = this.#list("alerts", steadyPace, getOpenAlerts, (alerts) => this.#takeAlerts(alerts));
    }
    if (this.#room.may("read_situations")) {
      this.#polls.situations = this.#list("situations", pace, getOpenSituations, (body) => this.#takeSituations(body));
    }
    let fallback: ReturnType<typeof setTimeout> | undefined;
    const waitNoLonger = (): void => {
      fallback ??= setTimeout(() => {
        this.polling = true;
        this.#again();
      }, FALLBACK_AFTER_MS);
    };
    waitNoLonger();
    const following = follow(openEvents, {
      opened: (resumed) => {
        clearTimeout(fallback);
        fallback = undefined;
        // What happened between the lists and the stream, or while lists were asked for, is in neither.
        const missed = this.polling || !resumed;
        this.streaming = true;
        this.polling = false;
        if (missed) this.#again();
        else this.#polls[this.#steady]?.now();
      },
      message: (message) => {
        this.heardAt = new Date();
        const news = readNews(message);
        if (news) this.#hear(news);
      },
      lost: () => {
        if (this.streaming) this.#polls[this.#steady]?.now();
        this.streaming = false;
        waitNoLonger();
      },
    });
    this.#following = following;
    return () => {
      clearTimeout(fallback);
      following.stop();
      for (const one of Object.values(this.#polls)) one.stop();
    };
  }

  #again(): void {
    this.gaps++;
    for (const one of Object.values(this.#polls)) one.now();
  }

  #hear(news: News): void {
    if (news.type === "hello") this.#setClock(news.serverTime);
    if (news.type === "reset") this.#again();
    if (news.type === "site") this.briefed = news.site;
    if (news.type === "stock") this.stockChanges++;
    if (news.type === "incident" && this.#heard.incidents && this.incident(news.incident.id) === null && !isOver(news.incident)) {
      this.arrived = [news.incident];
    }
    if (news.type === "situation" && this.#heard.situations && news.situation.closed_at === null && !this.#situationsById.has(news.situation.id)) {
      this.found = [news.situation];
    }
    this.tell(news);
  }

  #setClock(serverTime: string | null): void {
    const server = serverTime === null ? NaN : Date.parse(serverTime);
    if (Number.isFinite(server)) this.skewMs = server - Date.now();
  }

  /** One of the lists: asked at once, then when `now` is called or at its pace. */
  #list<T, B extends { timeStamp: string }>(
    name: List,
    pace: () => number | null,
    ask: (etag: string | null, signal: AbortSignal) => Promise<Fresh<B>>,
    take: (body: B) => T,
  ): Poll {
    let etag: string | null = null;
    return poll(pace, async (signal) => {
      const path = `/api/v1/${name}`;
      this.#since.set(name, []);
      try {
        // What the stream has added since, the tag knows nothing of.
        const { changed, staleS } = await ask(this.polling ? etag : null, signal);
        if (changed !== null) {
          etag = changed.etag;
          this.#setClock(changed.body.timeStamp);
          take(changed.body);
          this.#heard = { ...this.#heard, [name]: true };
          for (const news of this.#since.get(name) ?? []) this.#picture = withNews(this.#picture, news);
        }
        if (name === this.#steady) this.staleS = staleS !== null && staleS >= STALE_TOLD_S ? staleS : null;
        this[`${name}Failure`] = null;
        this.heardAt = new Date();
      } catch (error) {
        if (!(isAborted(error) && signal.aborted)) this[`${name}Failure`] = asFailure(error, path);
        throw error;
      } finally {
        if (!signal.aborted) this.#since.delete(name);
      }
    });
  }

  #takePatrols({ features }: { features: Patrol[] }): void {
    this.#picture = { ...this.#picture, patrols: byId(features) };
  }

  #takeIncidents({ features }: { features: Incident[] }): void {
    if (this.#heard.incidents) {
      const arrived = features.filter(({ id }) => !this.#picture.incidents.has(id));
      if (arrived.length > 0) this.arrived = arrived;
    }
    // What was open and no longer is stays known to whoever is reading it.
    const chosen = untrack(() => this.#room.view.selection);
    const read = chosen?.type === "incident" ? this.incident(chosen.id) : null;
    const incidents = byId(features);
    if (read !== null && !incidents.has(read.id) && isOver(read)) incidents.set(read.id, read);
    this.#picture = { ...this.#picture, incidents };
  }

  #takeAlerts({ alerts }: { alerts: Alert[] }): void {
    this.#picture = { ...this.#picture, alerts: byId(alerts) };
  }

  #takeSituations({ situations }: { situations: Situation[] }): void {
    if (this.#heard.situations) {
      const found = situations.filter(({ id }) => !this.#situationsById.has(id));
      if (found.length > 0) this.found = found;
    }
    this.#picture = { ...this.#picture, situations: byId(situations) };
  }
}

function byId<T extends { id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

/** A call for help before all else, and what nobody has seen before what somebody has. */
function rankOf(alert: Alert): number {
  return (alert.state === "raised" ? 0 : 2) + (alert.kind === "sos" ? 0 : 1);
}
