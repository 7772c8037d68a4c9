/** From what the page shows to what the API is asked. */
import type { Query } from "../api/shapes";
import { addDays, dayAt, startOfDay, type Day } from "./day";
import { printHours } from "./hours";
import type { View, Window } from "./view";

/** Cells that are finer than the eye at a zoom only cost time; these keep one at about 30 pixels. */
export function resolutionAt(zoom: number): 7 | 8 | 9 | 10 {
  if (zoom < 10.6) return 7;
  if (zoom < 12) return 8;
  if (zoom < 14) return 9;
  return 10;
}

/** The `cell` parameter of the heatmap. */
export function cellOf(view: View, zoom: number): string {
  switch (view.cell) {
    case "hex":
      return `h3:${view.resolution === "auto" ? resolutionAt(zoom) : view.resolution}`;
    case "grid":
      return "grid:200";
    default:
      return view.cell;
  }
}

/** First and last day of the window, both included; null where it has no bound. */
export function daysOf(window: Window, today: Day): { from: Day; to: Day } | null {
  if (window === "all") return null;
  if ("last" in window) return { from: addDays(today, 1 - window.last), to: today };
  return window;
}

type HeatQuery = Query<"/api/v1/heatmap">;

/** What restricts the incidents, apart from the window. Published counts are not divided by hours, days and channels: an
 * address that names some, from somebody in the house, is answered without them. */
export function filtersOf(view: View, published = false): Omit<HeatQuery, "cell"> {
  const query: Omit<HeatQuery, "cell"> = {};
  if (view.kinds.length > 0) query.kind = view.kinds.join(",");
  if (view.landlords.length > 0) query.landlord = view.landlords.join(",");
  if (published) return query;
  if (view.hours !== null) query.hours = printHours(view.hours);
  if (view.days.length > 0) query.days = view.days.join(",");
  if (view.withoutRounds) query.channel = "call,caretaker,partner,sensor";
  return query;
}

export function heatQuery(view: View, zoom: number, now: Date, timeZone: string, published = false): HeatQuery {
  const query: HeatQuery = { cell: cellOf(view, zoom), metric: view.metric, ...filtersOf(view, published) };
  const days = daysOf(view.window, dayAt(now, timeZone));
  if (days !== null) {
    query.from = startOfDay(days.from, timeZone);
    query.to = startOfDay(addDays(days.to, 1), timeZone);
  }
  return query;
}

/** How many filters are set, as the page counts them. */
export function countFilters(view: View): number {
  return (
    view.kinds.length +
    view.landlords.length +
    (view.hours === null ? 0 : 1) +
    (view.days.length === 0 ? 0 : 1) +
    (view.withoutRounds ? 1 : 0)
  );
}
