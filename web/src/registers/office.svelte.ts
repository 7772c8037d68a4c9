/** The one store of the page: the registers that whoever is signed in may read, and what is being done about them. */
import { createContext } from "svelte";

import {
  checkAccess,
  getAccess,
  getHolds,
  getLandlords,
  getMailboxes,
  getMailings,
  getPurges,
  getSettings,
  liftHold,
  putMailbox,
  putSettings,
  setHold,
} from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import { session } from "../api/session";
import type { AccessCheck, AccessLine, Hold, Landlord, Mailbox, Mailing, NewHold, PurgeRegister, Session, Settings } from "../api/shapes";
import type { Lang } from "../text/format";
import { dayOf } from "./days";
import { TEXTS, type Key } from "./texts";

/** What did not go out, and will not by itself. */
const FAILED: readonly Mailing["state"][] = ["refused", "given_up"];
const TIME_ZONE = "Europe/Paris";
/** Answers that a search reads before it asks whether to go on: each is 16 MiB of the log at most. */
const ANSWERS_MAX = 8;

/** The access log of a day, as far as it was read. */
export type Access = { day: string; lines: AccessLine[]; next: string | null; check: AccessCheck | null };
export type AccessQuestion = { day: string; account: string; route: string };

export const [useOffice, provideOffice] = createContext<Office>();

export class Office {
  lang = $state<Lang>(navigator.language.startsWith("fr") ? "fr" : "en");
  dark = $state(matchMedia("(prefers-color-scheme: dark)").matches);
  who = $state.raw<Session | null>(null);
  opened = $state(false);
  failure = $state.raw<Failure | null>(null);
  purges = $state.raw<PurgeRegister | null>(null);
  holds = $state.raw<Hold[] | null>(null);
  mailings = $state.raw<Mailing[] | null>(null);
  mailboxes = $state.raw<Mailbox[] | null>(null);
  landlords = $state.raw<Landlord[]>([]);
  settings = $state.raw<Settings | null>(null);
  question = $state<AccessQuestion>({ day: dayOf(new Date()), account: "", route: "" });
  access = $state.raw<Access | null>(null);
  accessFailure = $state.raw<Failure | null>(null);
  searching = $state(false);

  readonly #locale = $derived(this.lang === "fr" ? "fr-FR" : "en-GB");
  readonly #day = $derived(new Intl.DateTimeFormat(this.#locale, { dateStyle: "medium", timeZone: TIME_ZONE }));
  readonly #moment = $derived(
    new Intl.DateTimeFormat(this.#locale, { dateStyle: "medium", timeStyle: "short", timeZone: TIME_ZONE }),
  );
  readonly #clock = $derived(new Intl.DateTimeFormat(this.#locale, { timeStyle: "medium", timeZone: TIME_ZONE }));
  readonly #number = $derived(new Intl.NumberFormat(this.#locale));
  readonly forbidden = $derived(this.who !== null && !this.may("read_registers") && !this.may("read_mailings"));
  readonly failed = $derived((this.mailings ?? []).filter(({ state }) => FAILED.includes(state)));
  /** Whether the purge that should have been is not there. */
  readonly late = $derived.by(() => {
    const before = this.purges?.next_expected_before ?? null;
    return before !== null && Date.parse(before) < Date.parse(this.purges?.timeStamp ?? "");
  });

  t = (key: Key, values: Record<string, string> = {}): string =>
    Object.entries(values).reduce<string>((text, [name, value]) => text.replace(`{${name}}`, value), TEXTS[this.lang][key]);

  /** A text of which there is one for a single thing. */
  counted(key: "purges" | "records" | "failed" | "lines" | "faults" | "attempts" | "missed", count: number): string {
    return this.t(count === 1 ? `${key}_one` : `${key}_other`, { n: this.number(count) });
  }

  may(permission: Session["may"][number]): boolean {
    return this.who?.may.includes(permission) ?? false;
  }

  day(time: string): string {
    return this.#day.format(new Date(time));
  }

  /** A night of the calendar, such as `2026-11-23`. */
  night(date: string): string {
    return this.#day.format(new Date(`${date}T12:00:00Z`));
  }

  moment(time: string): string {
    return this.#moment.format(new Date(time));
  }

  clock(time: string): string {
    return this.#clock.format(new Date(time));
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  landlord(id: string): string {
    return this.landlords.find((one) => one.id === id)?.properties.name ?? id;
  }

  async open(): Promise<void> {
    this.failure = null;
    this.who = await session();
    if (this.who === null || this.forbidden) return;
    try {
      const registers = this.may("read_registers") ? [this.#readRegisters()] : [];
      const mail = this.may("read_mailings") ? [this.#readMail()] : [];
      const settings = this.may("manage_settings") ? [getSettings().then((read) => void (this.settings = read))] : [];
      await Promise.all([...registers, ...mail, ...settings]);
      this.opened = true;
    } catch (error) {
      this.failure = asFailure(error, "/api/v1/purges");
    }
    if (this.opened && this.may("read_registers")) await this.search();
  }

  async #readRegisters(): Promise<void> {
    [this.purges, this.holds] = await Promise.all([getPurges(), getHolds()]);
  }

  async #readMail(): Promise<void> {
    const mailings = getMailings();
    if (this.may("manage_mailboxes")) [this.mailboxes, this.landlords] = await Promise.all([getMailboxes(), getLandlords()]);
    this.mailings = (await mailings).toReversed();
  }

  async setHold(hold: NewHold): Promise<void> {
    await setHold(hold);
    this.holds = await getHolds();
  }

  async liftHold({ id }: Hold): Promise<void> {
    await liftHold(id);
    this.holds = await getHolds();
  }

  async setMailbox(landlord: string, address: string | null): Promise<void> {
    await putMailbox(landlord, address);
    this.mailboxes = await getMailboxes();
  }

  async turnRemarks(on: boolean): Promise<void> {
    this.settings = await putSettings({ remarks: on });
  }

  /** Reads the newest lines that are wanted, and whether the day is as it was written. */
  async search(): Promise<void> {
    const { day, account, route } = this.question;
    this.access = null;
    this.accessFailure = null;
    this.searching = true;
    try {
      const read = this.#lines({ day, account, route }, null);
      const [{ lines, next }, check] = await Promise.all([read, checkAccess(day)]);
      this.access = { day, lines, next, check };
    } catch (error) {
      this.accessFailure = asFailure(error, "/api/v1/access-log");
    } finally {
      this.searching = false;
    }
  }

  async further(): Promise<void> {
    const known = this.access;
    if (known === null || known.next === null) return;
    this.searching = true;
    try {
      const { lines, next } = await this.#lines({ ...this.question, day: known.day }, known.next);
      this.access = { ...known, lines: [...known.lines, ...lines], next };
    } catch (error) {
      this.accessFailure = asFailure(error, "/api/v1/access-log");
    } finally {
      this.searching = false;
    }
  }

  /** Goes on through answers that have none of the lines, up to a bound. */
  async #lines(question: AccessQuestion, after: string | null): Promise<{ lines: AccessLine[]; next: string | null }> {
    let answer = await getAccess(question, after);
    for (let read = 1; answer.lines.length === 0 && answer.next !== null && read < ANSWERS_MAX; read++) {
      answer = await getAccess(question, answer.next);
    }
    return answer;
  }

  /** What went wrong, in the words of the page where it has some. */
  wordsOf(failure: Failure): string {
    const field = failure.problem?.errors?.[0]?.field;
    if (failure.status === null) return this.t("away");
    if (field === "address") return this.t("badAddress");
    if (field === "site") return this.t("noSite");
    if (field === "incident") return this.t("noIncident");
    if (field === "until") return this.t("badUntil");
    if (field === "reported_to") return this.t("badTime");
    if (field === "account") return this.t("noAccount");
    if (field === "route") return this.t("badRoute");
    return failure.message;
  }
}
