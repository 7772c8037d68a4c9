/** The texts of the page in the language of the moment. */
import { en } from "./en";
import { formatter, type Lang } from "./format";
import { fr } from "./fr";
import { fill, type Message, type Values } from "./message";

export type Key = keyof typeof fr;

/** Words of the server that the page has its own for. */
type Prefix = "status" | "state" | "channel" | "family" | "reason" | "override" | "role" | "alert" | "byReason" | "hazard";

const TEXTS: Record<Lang, Record<Key, Message>> = { fr, en };

export class Words {
  lang = $state<Lang>("fr");
  timeZone = $state("Europe/Paris");
  format = $derived(formatter(this.lang, this.timeZone));
  readonly #plural = $derived(new Intl.PluralRules(this.lang));
  readonly #number = $derived(new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB"));

  /** The text of `key`; `values.n` chooses the grammatical number. */
  t(key: Key, values: Values = {}): string {
    return fill(TEXTS[this.lang][key], values, this.#plural, this.#number);
  }

  /** The text of `prefix.name` where there is one, else `name` itself: the server may know more words than the page. */
  named(prefix: Prefix, name: string): string {
    const texts: Record<string, Message> = TEXTS[this.lang];
    const message = texts[`${prefix}.${name}`];
    return typeof message === "string" ? message : name;
  }
}
