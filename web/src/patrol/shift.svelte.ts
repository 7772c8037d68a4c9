/** The one store of the tablet: a shift from its start to the destruction of its copy. */
import { getContext, setContext } from "svelte";

import { Copy, type Draft, type Help } from "./copy.svelte";
import type { Alert, Crew, Fix, Incident, MissionAnswer, Report, Stage } from "./contract";
import { Follower } from "./follower";
import { fetchGround, keepStreets } from "./ground";
import { checkInItem, dutyItem, reinforcementItem, reportItem, sosItem, stepItem, withoutRemark, type Duty, type Moment } from "./items";
import { begun, COPY_MS, fate, prolonged, type Fate } from "./lifetime";
import { Live } from "./live";
import { adopt, afterConfirmation, afterDiscard, afterReport, afterStep, checkInDueMs, nextStep, stageOf, type News } from "./mission";
import { behind, conflicts, type Answer, type Item } from "./outbox";
import type { PositionState } from "./position";
import { loadPrefs, savePrefs, themeOf, type Prefs } from "./prefs";
import { Sender } from "./sender";
import { allowSound, signal } from "./signal";
import { PatrolWords } from "./text/words.svelte";
import { stayAwake } from "./wake";
import { Wire } from "./wire";
import { renewWorker } from "./worker/register";

/** `unfit`: this browser cannot keep a shift safely. */
export type Phase = "opening" | "unfit" | "off" | "on";

/** A second touch within this time is the same touch, of a wet or gloved hand. */
const SAME_TOUCH_MS = 900;
const HELP_POLL_MS = 4_000;
const PATROLS_MAX = 1_000;

export class Shift {
  phase = $state<Phase>("opening");
  news = $state.raw<News>(null);
  /** The server has answered the last request. */
  reached = $state(true);
  streaming = $state(false);
  online = $state(navigator.onLine);
  position = $state<PositionState>("off");
  fix = $state.raw<Fix | null>(null);
  /** How many items had not been sent when a copy was destroyed for its age. */
  lost = $state(0);
  /** The incident for which the server has sent colleagues, as this page asked. */
  reinforced = $state<string | null>(null);
  /** By the tablet's clock. */
  nowMs = $state(Date.now());
  prefs = $state.raw<Prefs>(loadPrefs());
  readonly words = new PatrolWords(() => this.prefs.lang);

  #copy = $state.raw<Copy | null>(null);
  readonly duty = $derived(this.#copy?.records.duty ?? null);
  readonly held = $derived(this.#copy?.records.desk.held ?? null);
  /** Incidents that the crew has left and not reported on. */
  readonly owed = $derived(this.#copy?.records.desk.owed ?? []);
  readonly draft = $derived(this.#copy?.records.draft ?? null);
  readonly ground = $derived(this.#copy?.records.ground ?? null);
  /** Whether a report may carry a remark. */
  readonly remarks = $derived(this.#copy?.records.remarks ?? false);
  readonly help = $derived(this.#copy?.records.help ?? null);
  readonly items = $derived(this.#copy?.items ?? []);
  readonly full = $derived(this.#copy?.full ?? false);
  readonly stage = $derived(this.held ? stageOf(this.held.mission, this.items) : null);
  readonly next = $derived(this.stage ? nextStep(this.stage) : null);
  readonly conflicts = $derived(conflicts(this.items));
  /** Refused items that nobody has decided on. */
  readonly undecided = $derived(this.conflicts.filter(({ refused }) => !refused.kept));
  readonly connected = $derived(this.online && this.reached);
  readonly fate = $derived<Fate>(this.#copy?.lifetime ? fate(this.#copy.lifetime, this.nowMs) : "on");
  /** The server has asked the crew whether all is well, after the crew last said so. */
  readonly prompted = $derived.by(() => {
    const at = this.held?.mission.check_in?.prompted_at;
    return at != null && Date.parse(at) - this.#offsetMs > (this.held?.checkedMs ?? 0);
  });
  /** When the shift ends by itself, and when its copy dies at the latest. */
  readonly endsMs = $derived(this.#copy?.lifetime?.untilMs ?? 0);
  readonly diesMs = $derived((this.#copy?.lifetime?.startedMs ?? 0) + COPY_MS);
  /** A call for help that the server has not confirmed. */
  readonly calling = $derived(this.items.find((item) => item.kind === "sos") ?? null);
  /** When the crew must say again that all is well, by the tablet's clock. */
  readonly checkInMs = $derived(this.held && this.stage === "on_site" ? checkInDueMs(this.held, this.#offsetMs) : null);

  #sender: Sender | null = null;
  #live: Live | null = null;
  readonly #touchedMs = new Map<string, number>();
  #asking = false;
  #askAgain = false;
  #helpTimer: ReturnType<typeof setTimeout> | undefined;
  /** The kind for which the kinds were last asked for anew: what the server does not know is not asked for again and again. */
  #kindLookedFor = "";
  readonly #wire = new Wire((answered) => (this.reached = answered));
  readonly #follower = new Follower(this.#wire, (state, fix) => {
    this.position = state;
    this.fix = fix;
  });

  /** Opens what an earlier page left. */
  async open(): Promise<void> {
    const able = isSecureContext && "subtle" in crypto && "indexedDB" in globalThis && "locks" in navigator;
    this.#copy = able ? await Copy.open(() => void this.#load()).catch(() => null) : null;
    if (this.#copy === null) {
      this.phase = "unfit";
      return;
    }
    addEventListener("online", () => {
      this.online = true;
      this.#retry();
    });
    addEventListener("offline", () => (this.online = false));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible" || !this.duty) return;
      stayAwake(!this.duty.paused);
      this.#retry();
    });
    setInterval(() => this.#tick(), 1_000);
    await this.#load();
  }

  /** The patrols that a crew can take up; null where the server does not answer. */
  async crews(): Promise<Crew[] | null> {
    const list = await this.#wire.get<{ features: { properties: Crew }[] }>(`/api/v1/patrols?limit=${PATROLS_MAX}`);
    const crews = list?.features.map(({ properties }) => properties) ?? null;
    // TANGO 2 stands before TANGO 10.
    return crews?.sort((a, b) => a.callsign.localeCompare(b.callsign, "fr", { numeric: true })) ?? null;
  }

  /** Begins a shift: the only thing that needs a network. Says whether the server has taken it. */
  async start(crew: Crew, agents: number): Promise<boolean> {
    allowSound();
    const duty: Duty = { patrol: crew.id, callsign: crew.callsign, crew: agents, paused: false, sharing: true, ending: false };
    const { path, method, body } = dutyItem(this.#moment(), duty, "available");
    const answer = await this.#wire.call(method, path, body);
    if (answer?.status !== 200) return false;
    await this.#sure().begin(begun(Date.now()), duty);
    void navigator.storage?.persist?.().catch(() => false);
    this.lost = 0;
    await this.#load();
    return true;
  }

  async pause(): Promise<void> {
    if (this.duty && !this.held) await this.#setDuty({ ...this.duty, paused: true }, "off_duty");
  }

  async resume(): Promise<void> {
    allowSound();
    if (this.duty) await this.#setDuty({ ...this.duty, paused: false }, "available");
  }

  /** Lets the room follow the patrol, or not; the server is told, once it can be. */
  async share(sharing: boolean): Promise<void> {
    if (this.duty) await this.#setDuty({ ...this.duty, sharing }, this.duty.paused ? "off_duty" : "available");
  }

  /** Ends the shift: the copy dies once everything was sent. */
  async end(): Promise<void> {
    if (!this.duty) return;
    await this.#setDuty({ ...this.duty, paused: true, ending: true }, "off_duty");
    await this.#endIfSent();
  }

  /** Destroys the copy at once, whatever waits in it. */
  async destroy(): Promise<void> {
    this.phase = "off";
    this.#disband();
    await this.#sure().destroy();
    void renewWorker();
  }

  async prolong(): Promise<void> {
    const lifetime = this.#copy?.lifetime;
    if (lifetime) await this.#sure().prolong(prolonged(lifetime));
  }

  /** The crew has done the next thing. */
  async step(to: Stage): Promise<void> {
    if (!this.held || !this.duty || this.#sameTouch("step")) return;
    const moment = this.#moment();
    await this.#sure().queue(stepItem(moment, this.duty, this.held.mission.incident, to), (desk, items) => {
      // Another tab may have taken it.
      const isNext = desk.held !== null && nextStep(stageOf(desk.held.mission, items)) === to;
      return isNext ? afterStep(desk, to, moment.localMs) : null;
    });
    void this.#sender?.kick();
  }

  async setDraft(draft: Draft | null): Promise<void> {
    await this.#sure().set("draft", draft);
  }

  async report(incident: Incident, report: Report): Promise<void> {
    await this.#sure().queue(reportItem(this.#moment(), incident, report), (desk) =>
      desk.done.includes(incident.id) ? null : afterReport(desk, incident.id),
    );
    await this.setDraft(null);
    void this.#sender?.kick();
  }

  /** The crew says that all is well. */
  async checkIn(): Promise<void> {
    if (!this.held || !this.duty || this.#sameTouch("check-in")) return;
    const moment = this.#moment();
    await this.#sure().queue(checkInItem(moment, this.duty, this.held.mission.incident), (desk) => {
      return { ...desk, held: desk.held && { ...desk.held, checkedMs: moment.localMs } };
    });
    void this.#sender?.kick();
  }

  async reinforce(): Promise<void> {
    if (!this.held || this.#sameTouch("reinforcement")) return;
    await this.#sure().queue(reinforcementItem(this.#moment(), this.held.mission.incident), (desk) => desk);
    void this.#sender?.kick();
  }

  /** Calls for help. */
  async sos(): Promise<void> {
    if (!this.duty || this.calling) return;
    signal("help", this.prefs.sound);
    const item = sosItem(this.#moment(), this.duty, this.held?.mission.incident ?? null, this.fix);
    await this.#sure().queue(item, (desk, items) => (items.some(({ kind }) => kind === "sos") ? null : desk));
    void this.#sender?.kick();
  }

  /** The crew has read how its call for help ended. */
  async closeHelp(): Promise<void> {
    await this.#sure().set("help", null);
  }

  /** Takes a refused item away, alone or with what waits behind it. */
  async discard(refused: Item, withRest: boolean): Promise<void> {
    const gone = withRest ? [refused, ...behind(this.items, refused)] : [refused];
    for (const { key } of gone) await this.#sure().outbox.drop(key);
    const { incident } = refused;
    if (withRest && incident !== null) await this.#sure().change((desk) => afterDiscard(desk, incident));
    await this.#itemsChanged();
    this.#retry();
  }

  /** Sends a refused report again without its remark. */
  async sendWithoutRemark(refused: Item): Promise<void> {
    const { outbox } = this.#sure();
    await outbox.drop(refused.key);
    await outbox.add(withoutRemark(refused));
    await this.#itemsChanged();
    this.#retry();
  }

  /** Keeps a refused item on the tablet, for the room to see. */
  async keep(refused: Item): Promise<void> {
    await this.#sure().outbox.replace({ ...refused, kept: true });
    await this.#itemsChanged();
  }

  kindLabel(code: string): string {
    const kind = this.#copy?.records.kinds.find((one) => one.code === code);
    if (!kind) return code;
    return this.prefs.lang === "fr" ? kind.label_fr : kind.label_en;
  }

  setPrefs(change: Partial<Prefs>): void {
    this.prefs = { ...this.prefs, ...change };
    savePrefs(this.prefs);
    this.paint();
    if (change.sound) allowSound();
  }

  paint(): void {
    document.documentElement.dataset["theme"] = themeOf(this.prefs.theme);
    document.documentElement.lang = this.prefs.lang;
  }

  /** The time by the server's clock, as far as the tablet knows it. */
  get serverMs(): number {
    return this.nowMs + this.#offsetMs;
  }

  /** How long ago a time of the server is, in seconds. */
  ageS(serverTime: string): number {
    return Math.max(0, (this.serverMs - Date.parse(serverTime)) / 1_000);
  }

  dismissNews(): void {
    this.news = null;
  }

  /** Fetches the ground of the mission, and the way from where the patrol now is. */
  async findWay(): Promise<void> {
    const { held, duty } = this;
    if (!held || !duty) return;
    await this.#follower.flush();
    await this.#sure().set("ground", await fetchGround(this.#wire, duty.patrol, held.mission, this.ground));
  }

  /** Asks the server what the patrol is on. */
  async refresh(): Promise<void> {
    this.#askAgain = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#askAgain && this.duty && !this.duty.ending) {
      this.#askAgain = false;
      const copy = this.#sure();
      const { changes } = copy;
      const answer = await this.#wire.get<MissionAnswer>(`/api/v1/patrols/${encodeURIComponent(this.duty.patrol)}/mission`);
      if (answer === null) break;
      // What was done while the answer was on its way is newer than the answer.
      if (changes !== copy.changes) this.#askAgain = true;
      else await this.#adopt(answer);
    }
    this.#asking = false;
    if (this.duty && this.#lacksKinds()) await this.#learnKinds();
  }

  get #offsetMs(): number {
    return this.#wire.offset?.offsetMs ?? 0;
  }

  async #load(): Promise<void> {
    const copy = this.#sure();
    if (!(await copy.load())) {
      this.#disband();
      this.phase = "off";
      return;
    }
    this.#wire.offset ??= copy.records.offset;
    this.phase = "on";
    this.#tick();
    if (this.phase === "on" && this.duty) this.#muster(this.duty);
  }

  /** Starts what runs while a shift is on; what runs already goes on. */
  #muster(duty: Duty): void {
    const copy = this.#sure();
    const link = { post: (item: Item, body: Record<string, unknown>) => this.#wire.call(item.method, item.path, body, item.key), offsetMs: () => this.#wire.offsetMs() };
    this.#sender ??= new Sender(copy.outbox, link, {
      alone: async (lane, work) => void (await navigator.locks.request(`vigie-patrol-${lane}`, work)),
      confirmed: (item, answer) => this.#confirmed(item, answer),
      changed: () => void this.#itemsChanged(),
    });
    this.#live ??= new Live(duty.patrol, {
      mission: () => void this.refresh(),
      alert: () => void this.#askHelp(),
      streaming: (open) => (this.streaming = open),
    });
    void this.#sender.kick();
    if (this.help) void this.#askHelp();
    this.#follower.follow(duty.paused || !duty.sharing ? null : duty.patrol);
    stayAwake(!duty.paused);
  }

  #disband(): void {
    this.#sender?.stop();
    this.#live?.stop();
    this.#sender = null;
    this.#live = null;
    this.streaming = false;
    this.news = null;
    clearTimeout(this.#helpTimer);
    this.#follower.follow(null);
    stayAwake(false);
  }

  #retry(): void {
    this.#live?.now();
    void this.#sender?.kick();
  }

  async #confirmed(item: Item, answer: Answer): Promise<void> {
    if (item.kind === "sos") {
      const { id, state, raised_at } = answer.body as Alert;
      await this.#sure().set("help", { id, state, raised_at });
      this.#helpTimer = setTimeout(() => void this.#askHelp(), HELP_POLL_MS);
    }
    if (item.kind === "reinforcement") this.reinforced = item.incident;
    await this.#sure().change((desk) => afterConfirmation(desk, item));
  }

  async #adopt(answer: MissionAnswer): Promise<void> {
    const copy = this.#sure();
    let news: News = null;
    await copy.change((desk) => {
      const adopted = adopt(desk, answer, copy.items);
      news = adopted.news;
      return adopted.desk;
    });
    const { offset } = this.#wire;
    if (offset?.offsetMs !== copy.records.offset?.offsetMs) await copy.set("offset", offset);
    const remarks = answer.remarks === true;
    if (remarks !== copy.records.remarks) await copy.set("remarks", remarks);
    if (news === null) return;
    this.news = news;
    signal("mission", this.prefs.sound);
    await this.findWay();
    await keepStreets();
  }

  /** There are none yet, or the mission is of a kind that is newer than they are. */
  #lacksKinds(): boolean {
    const { kinds } = this.#sure().records;
    if (kinds.length === 0) return true;
    const code = this.held?.mission.incident.kind;
    if (code === undefined || code === this.#kindLookedFor || kinds.some((one) => one.code === code)) return false;
    this.#kindLookedFor = code;
    return true;
  }

  async #learnKinds(): Promise<void> {
    const answer = await this.#wire.get<{ kinds: { code: string; label_fr: string; label_en: string }[] }>("/api/v1/kinds");
    const kinds = answer?.kinds.map(({ code, label_fr, label_en }) => ({ code, label_fr, label_en }));
    if (kinds) await this.#sure().set("kinds", kinds);
  }

  /** Asks what has become of the own call for help, until it is over. */
  async #askHelp(): Promise<void> {
    clearTimeout(this.#helpTimer);
    const before = this.help;
    if (!before || before.state === "resolved") return;
    const list = await this.#wire.get<{ alerts: Alert[] }>("/api/v1/alerts?state=open");
    if (list !== null) {
      const state = list.alerts.find(({ id }) => id === before.id)?.state ?? "resolved";
      const after: Help = { ...before, state };
      if (state !== before.state && this.help?.id === before.id) {
        signal("prompt", this.prefs.sound);
        await this.#sure().set("help", after);
      }
      if (state === "resolved") return;
    }
    this.#helpTimer = setTimeout(() => void this.#askHelp(), HELP_POLL_MS);
  }

  async #setDuty(duty: Duty, status: "available" | "off_duty"): Promise<void> {
    // First of all the tablet is no longer followed, or is again.
    this.#follower.follow(duty.paused || !duty.sharing ? null : duty.patrol);
    stayAwake(!duty.paused);
    // What the room must hear is kept before it is shown: a page that is killed between the two has lost nothing.
    await this.#sure().queue(dutyItem(this.#moment(), duty, status), (desk) => desk);
    await this.#sure().set("duty", duty);
    void this.#sender?.kick();
  }

  async #itemsChanged(): Promise<void> {
    await this.#sure().itemsChanged();
    await this.#endIfSent();
  }

  async #endIfSent(): Promise<void> {
    if (this.duty?.ending && this.items.length === 0) await this.destroy();
  }

  #tick(): void {
    this.nowMs = Date.now();
    if (this.phase !== "on") return;
    if (this.fate === "dead") {
      this.lost = this.items.length;
      void this.destroy();
    } else if (this.fate === "over" && this.duty && !this.duty.ending) {
      void this.end();
    }
  }

  #moment(): Moment {
    return { localMs: Date.now(), offsetMs: this.#wire.offset?.offsetMs ?? null };
  }

  #sameTouch(key: string): boolean {
    const now = performance.now();
    if (now - (this.#touchedMs.get(key) ?? -SAME_TOUCH_MS) < SAME_TOUCH_MS) return true;
    this.#touchedMs.set(key, now);
    signal("tap", false);
    return false;
  }

  #sure(): Copy {
    if (!this.#copy) throw new Error("the tablet is not open");
    return this.#copy;
  }
}

const CONTEXT = Symbol("shift");

export function provideShift(shift: Shift): Shift {
  return setContext(CONTEXT, shift);
}

export function useShift(): Shift {
  return getContext<Shift>(CONTEXT);
}
