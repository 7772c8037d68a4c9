/** The heatmap on the page: asked anew when what it depends on changes, and only then. */
import { get } from "../api/client";
import { asFailure, isAborted, type Failure } from "../api/failure";
import type { Heat, Query } from "../api/shapes";
import { heatClasses } from "../map/classes";
import { addDays, dayAt, monthsBetween, startOfDay, type Day } from "./day";
import { filtersOf, heatQuery } from "./filters";
import type { Room } from "./room.svelte";

/** A hand on a slider moves more often than a heatmap need be drawn. */
const SETTLE_MS = 120;
/** At most the last of these many months are drawn under the slider: one request each. */
const MONTHS = 30;
const MONTHS_AT_ONCE = 3;
const EMPTY_DOMAIN_DAYS = 730;

type HeatQuery = Query<"/api/v1/heatmap">;

export interface Month {
  first: Day;
  total: number | null;
}

export class HeatView {
  answer = $state.raw<Heat | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  months = $state.raw<Month[]>([]);

  readonly #room: Room;
  #again = $state(0);

  constructor(room: Room) {
    this.#room = room;
  }

  /** What is asked, as text: equal texts are not asked twice. */
  readonly asked = $derived.by(() => {
    const { view, zoom, words, today, published } = this.#room;
    return JSON.stringify(heatQuery(view, zoom, today, words.timeZone, published));
  });

  readonly classes = $derived.by(() => {
    const values = (this.answer?.features ?? []).map((cell) => cell.properties.value ?? 0);
    return heatClasses(values, this.#room.palette.ramp);
  });

  /** Cells with incidents but without a value for the measure, such as a rate where nobody lives. */
  readonly withoutValue = $derived(
    (this.answer?.features ?? []).filter(({ properties: { value, count } }) => value === null && count !== null && count > 0).length,
  );

  /** First and last day of what the store holds. */
  readonly domain = $derived.by((): { from: Day; to: Day } => {
    const { words, today } = this.#room;
    const last = dayAt(today, words.timeZone);
    const span = this.answer?.span;
    if (!span?.from) return { from: addDays(last, -EMPTY_DOMAIN_DAYS), to: last };
    const end = span.to ? dayAt(new Date(span.to), words.timeZone) : last;
    return { from: dayAt(new Date(span.from), words.timeZone), to: end > last ? end : last };
  });

  retry(): void {
    this.#again++;
  }

  /** Starts asking. Call while a component is being made. */
  start(): void {
    $effect(() => {
      void this.#again;
      const query = JSON.parse(this.asked) as HeatQuery;
      const controller = new AbortController();
      const timer = setTimeout(() => void this.#load(query, controller.signal), SETTLE_MS);
      return () => {
        clearTimeout(timer);
        controller.abort();
      };
    });
    const asked = $derived(
      JSON.stringify([filtersOf(this.#room.view, this.#room.published), this.answer === null ? null : this.domain]),
    );
    $effect(() => {
      const [filters, domain] = JSON.parse(asked) as [Omit<HeatQuery, "cell">, { from: Day; to: Day } | null];
      if (domain === null) return;
      const controller = new AbortController();
      const timer = setTimeout(() => void this.#count(filters, domain, controller.signal), SETTLE_MS);
      return () => {
        clearTimeout(timer);
        controller.abort();
      };
    });
  }

  async #load(query: HeatQuery, signal: AbortSignal): Promise<void> {
    this.loading = true;
    try {
      this.answer = await get("/api/v1/heatmap", query, signal);
      this.failure = null;
    } catch (error) {
      if (isAborted(error) && signal.aborted) return;
      this.failure = asFailure(error, "/api/v1/heatmap");
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** The incidents of each month, for the bars under the slider. Bars that fail are left out: they only help. */
  async #count(filters: Omit<HeatQuery, "cell">, domain: { from: Day; to: Day }, signal: AbortSignal): Promise<void> {
    const firsts = monthsBetween(domain.from, domain.to).slice(-MONTHS);
    const known = new Map(this.months.map((month) => [month.first, month.total]));
    this.months = firsts.map((first) => ({ first, total: known.get(first) ?? null }));
    const zone = this.#room.words.timeZone;
    const waiting = [...firsts.keys()].reverse();
    const worker = async (): Promise<void> => {
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        const first = firsts[index];
        if (first === undefined) continue;
        const next = firsts[index + 1] ?? addDays(domain.to, 1);
        const query: HeatQuery = { ...filters, cell: "h3:7", from: startOfDay(first, zone), to: startOfDay(next, zone) };
        const { total } = await get("/api/v1/heatmap", query, signal);
        this.months = this.months.map((month) => (month.first === first ? { first, total } : month));
      }
    };
    await Promise.allSettled(Array.from({ length: MONTHS_AT_ONCE }, worker));
  }
}
