/** The one store of the page: of what the portrait is, and what the server says of it. */
import { createContext } from "svelte";

import { drawPortrait, filed, get, getPortrait } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import { session, toSignIn } from "../api/session";
import type { Kind, Portrait, Session, Subject } from "../api/shapes";
import { formatter, type Lang } from "../text/format";
import { fill, type Message, type Values } from "../text/message";
import { en } from "./texts.en";
import { fr } from "./texts.fr";
import { CORNERS_MAX, parseView, pathOf, polygonOf, printView, type View } from "./view";

export type Key = keyof typeof fr;
export type Form = "html" | "pdf" | "csv" | "geojson";

const TEXTS: Record<Lang, Record<Key, Message>> = { fr, en };
const TIME_ZONE = "Europe/Paris";

export const [useSitting, provideSitting] = createContext<Sitting>();

export class Sitting {
  view = $state.raw<View>(parseView(location.pathname, location.hash));
  who = $state.raw<Session | null>(null);
  portrait = $state.raw<Portrait | null>(null);
  subjects = $state.raw<readonly Subject[]>([]);
  kinds = $state.raw<readonly Kind[]>([]);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  opened = $state(false);
  /** Whether somebody is setting corners, and those that are set. */
  drawing = $state(false);
  corners = $state.raw<readonly (readonly [number, number])[]>([]);

  readonly lang = $derived.by((): Lang => this.view.lang ?? (navigator.language.startsWith("fr") ? "fr" : "en"));
  readonly theme = $derived.by((): "dark" | "light" => this.view.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  readonly format = $derived(formatter(this.lang, TIME_ZONE));
  readonly #plural = $derived(new Intl.PluralRules(this.lang));
  readonly #number = $derived(new Intl.NumberFormat(this.lang === "fr" ? "fr-FR" : "en-GB"));
  readonly forbidden = $derived(this.who !== null && !this.may("read_heatmap"));
  readonly subject = $derived.by((): Subject | null => this.subjects.find(({ id }) => id === this.view.subject) ?? null);
  /** A subject of which no kind is in force: nothing is asked. */
  readonly hollow = $derived.by(() => this.subject?.kinds?.length === 0);

  readonly t = (key: Key, values: Values = {}): string => fill(TEXTS[this.lang][key], values, this.#plural, this.#number);

  may(permission: Session["may"][number]): boolean {
    return this.who?.may.includes(permission) ?? false;
  }

  /** What people call a kind of incident or a family of kinds. */
  kindName(code: string): string {
    const kind = this.kinds.find((one) => one.code === code);
    if (kind !== undefined) return this.lang === "fr" ? kind.label_fr : kind.label_en;
    const family = `family_${code}`;
    return family in TEXTS.fr ? this.t(family as Key) : code;
  }

  subjectName(subject: Subject): string {
    return this.lang === "fr" ? subject.label_fr : subject.label_en;
  }

  count(count: number | null): string {
    return count === null ? this.t("few") : this.format.number(count);
  }

  change(change: Partial<View>): void {
    const before = this.view;
    this.view = { ...before, ...change };
    const elsewhere = pathOf(before) !== pathOf(this.view) || before.ring !== this.view.ring;
    history[elsewhere ? "pushState" : "replaceState"](null, "", printView(this.view));
  }

  addCorner(corner: readonly [number, number]): void {
    if (this.corners.length < CORNERS_MAX) this.corners = [...this.corners, corner];
  }

  dropCorner(): void {
    this.corners = this.corners.slice(0, -1);
  }

  /** Reads the address anew, such as after the way back. */
  follow(): void {
    this.view = parseView(location.pathname, location.hash);
  }

  async open(): Promise<void> {
    this.failure = null;
    this.who = await session();
    // Nobody is signed in: whoever has the address of a portrait comes back to it.
    if (this.who?.may.length === 0) return toSignIn();
    if (this.who === null || this.forbidden) return;
    try {
      const [subjects, kinds] = await Promise.all([get("/api/v1/subjects", {}), get("/api/v1/kinds", {})]);
      this.subjects = subjects.subjects;
      this.kinds = kinds.kinds;
      this.opened = true;
    } catch (error) {
      this.failure = asFailure(error, "/api/v1/subjects");
    }
  }

  /** Starts asking for what the view shows. Call while a component is being made. */
  start(): void {
    // As text: equal questions are not asked twice.
    const asked = $derived(this.opened && !this.hollow ? JSON.stringify([pathOf(this.view), this.view.ring]) : null);
    $effect(() => {
      if (asked === null) return;
      const controller = new AbortController();
      void this.#read(controller.signal);
      return () => controller.abort();
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    const path = pathOf(this.view);
    this.loading = true;
    try {
      const { of, subject, ring } = this.view;
      const isDrawn = of === "drawn" && subject === null;
      this.portrait = isDrawn ? await drawPortrait(polygonOf(ring), signal) : await getPortrait(path, signal);
      this.failure = null;
    } catch (error) {
      if (isAborted(error) && signal.aborted) return;
      this.portrait = null;
      this.failure = asFailure(error, path);
    }
    this.loading = false;
  }

  /** The portrait as a file of that form: opened in another tab, or saved. */
  async file(form: Form): Promise<void> {
    const isDrawn = this.view.of === "drawn" && this.view.subject === null;
    try {
      const blob = await filed(pathOf(this.view), form, isDrawn ? polygonOf(this.view.ring) : null);
      const url = URL.createObjectURL(blob);
      const link = document.createElement("a");
      link.href = url;
      link.download = `portrait-${this.view.subject ?? this.view.of}${this.view.code === "" ? "" : `-${this.view.code}`}.${form}`;
      link.click();
      // The browser reads it after the click.
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      this.failure = asFailure(error, pathOf(this.view));
    }
  }

  wordsOf(failure: Failure): string {
    return failure.status === null ? this.t("away") : failure.message;
  }
}
