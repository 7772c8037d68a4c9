/** The one store of the page: who has an account, and what is being done about it. */
import { createContext } from "svelte";

import { getAccounts, getLandlords, getTokens, giveAccount, giveToken, resetPassword, revokeToken, setAccount } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import { session } from "../api/session";
import type { Account, Landlord, NewAccount, NewToken, Session } from "../api/shapes";
import type { Lang } from "../text/format";
import { ROLES, type GivenRole } from "../text/roles";
import { TEXTS, type Key } from "./texts";

export type Sort = "accounts" | "tokens";
/** What is done about one account. */
export type Deed = "password" | "clear-second-factor" | "disable" | "enable" | "revoke";
/** A password or a token, for as long as it is shown. */
export type Secret = { of: Sort; name: string; text: string };
export type Group = { role: GivenRole; rows: Account[] };

const TIME_ZONE = "Europe/Paris";

export const [useBook, provideBook] = createContext<Book>();

export class Book {
  lang = $state<Lang>(navigator.language.startsWith("fr") ? "fr" : "en");
  dark = $state(matchMedia("(prefers-color-scheme: dark)").matches);
  sort = $state<Sort>("accounts");
  who = $state.raw<Session | null>(null);
  lists = $state.raw<Record<Sort, Account[]> | null>(null);
  landlords = $state.raw<Landlord[]>([]);
  failure = $state.raw<Failure | null>(null);
  secret = $state.raw<Secret | null>(null);

  readonly #date = $derived(
    new Intl.DateTimeFormat(this.lang === "fr" ? "fr-FR" : "en-GB", { dateStyle: "medium", timeZone: TIME_ZONE }),
  );
  /** The accounts of the sort that is shown, role by role; those that are good first. */
  readonly groups = $derived.by((): Group[] => {
    const rows = this.lists?.[this.sort] ?? [];
    const order = (a: Account, b: Account): number => Number(b.in_force) - Number(a.in_force) || a.name.localeCompare(b.name);
    const groups = ROLES.map((role) => ({ role, rows: rows.filter((row) => row.role === role).sort(order) }));
    return groups.filter(({ rows }) => rows.length > 0);
  });
  readonly forbidden = $derived(this.who !== null && !this.who.may.includes("manage_accounts"));

  t = (key: Key, values: Record<string, string> = {}): string =>
    Object.entries(values).reduce<string>((text, [name, value]) => text.replace(`{${name}}`, value), TEXTS[this.lang][key]);

  date(time: string): string {
    return this.#date.format(new Date(time));
  }

  /** Whom an account is for: the name of its landlord, or its patrol. */
  whom(account: Account): string | null {
    const landlord = this.landlords.find(({ id }) => id === account.landlord);
    return landlord?.properties.name ?? account.landlord ?? account.patrol;
  }

  async open(): Promise<void> {
    this.failure = null;
    this.who = await session();
    if (this.forbidden) return;
    try {
      const [accounts, tokens, landlords] = await Promise.all([getAccounts(), getTokens(), getLandlords()]);
      this.lists = { accounts, tokens };
      this.landlords = landlords;
    } catch (error) {
      this.failure = asFailure(error, "/api/v1/accounts");
    }
  }

  async #read(): Promise<void> {
    const [accounts, tokens] = await Promise.all([getAccounts(), getTokens()]);
    this.lists = { accounts, tokens };
  }

  async giveAccount(body: NewAccount): Promise<void> {
    const { account, password } = await giveAccount(body);
    this.secret = { of: "accounts", name: account.name, text: password };
    await this.#read();
  }

  async giveToken(body: NewToken): Promise<void> {
    const { account, token } = await giveToken(body);
    this.secret = { of: "tokens", name: account.name, text: token };
    await this.#read();
  }

  async carryOut(deed: Deed, { id, name }: Account): Promise<void> {
    if (deed === "password") this.secret = { of: "accounts", name, text: (await resetPassword(id)).password };
    else if (deed === "revoke") await revokeToken(id);
    else await setAccount(id, deed);
    await this.#read();
  }

  /** What went wrong, in the words of the page where it has some. */
  wordsOf(failure: Failure): string {
    const field = failure.problem?.errors?.[0]?.field;
    if (failure.status === null) return this.t("away");
    if (failure.status === 409 && field === "name") return this.t("taken");
    if (failure.status === 409 && field === "id") return this.t("last");
    if (field === "name" || field === "label") return this.t("badName");
    if (field === "patrol") return this.t("noPatrol");
    return failure.message;
  }
}
