/** The texts of the tablet in the language of the moment. */
import { formatter, type Lang } from "../../text/format";
import { fill, type Message, type Values } from "../../text/message";
import { en } from "./en";
import { fr } from "./fr";

export type Key = keyof typeof fr;

const TEXTS: Record<Lang, Record<Key, Message>> = { fr, en };
const TIME_ZONE = "Europe/Paris";
const HALF_DAY_MS = 12 * 3_600_000;

export class PatrolWords {
  readonly #lang: () => Lang;
  readonly lang = $derived.by(() => this.#lang());
  readonly format = $derived(formatter(this.lang, TIME_ZONE));
  readonly #plural = $derived(new Intl.PluralRules(this.lang));
  readonly #number = $derived(new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB"));
  readonly #minute = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: TIME_ZONE });

  constructor(lang: () => Lang) {
    this.#lang = lang;
  }

  t = (key: Key, values: Values = {}): string => fill(TEXTS[this.lang][key], values, this.#plural, this.#number);

  /** The text of `prefix.name` where there is one, else `name` itself: the server may know more words than the page. */
  named(prefix: "outcome" | "hazard" | "state", name: string): string {
    const texts: Record<string, Message> = TEXTS[this.lang];
    const message = texts[`${prefix}.${name}`];
    return typeof message === "string" ? message : name.replaceAll("_", " ");
  }

  /** `02:14`. */
  minute(ms: number): string {
    return this.#minute.format(ms);
  }

  /** `02:14`, or `mar. 1 déc. 02:14` where that is more than half a day from `nowMs`. */
  moment(ms: number, nowMs: number): string {
    return ms - nowMs < HALF_DAY_MS ? this.minute(ms) : this.format.moment(new Date(ms));
  }

  /** `4:05`, of seconds that are left. */
  countdown(seconds: number): string {
    const left = Math.max(0, Math.ceil(seconds));
    return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}
