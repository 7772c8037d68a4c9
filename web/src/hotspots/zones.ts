/** Zones as the page and its files have them: made from what the server answered. */
import type { HotSpots, HotZone } from "../api/shapes";
import type { Lang } from "../text/format";

export const STANDINGS = ["hot", "cold", "not_apart", "not_told", "no_dwellings", "alone", "too_few_zones"] as const;
export type Standing = (typeof STANDINGS)[number];

/** The standing of a zone. One that a later server may add is unknown here. */
export function standingOf(zone: HotZone): Standing {
  return STANDINGS.find((standing) => standing === zone.properties.standing) ?? "not_told";
}

/** Those that stand out, the farthest from chance first. */
export function thatStandOut(zones: readonly HotZone[]): HotZone[] {
  const far = ({ properties: { z } }: HotZone): number => Math.abs(z ?? 0);
  return zones.filter((zone) => ["hot", "cold"].includes(standingOf(zone))).sort((a, b) => far(b) - far(a));
}

const BYTE_ORDER_MARK = "\ufeff";
const HEADS = [
  "zone", "standing", "incidents", "dwellings", "rate_per_1000", "rate_low", "rate_high", "smoothed_per_1000", "gi_star_z", "p", "p_adjusted",
  "quadrant", "local_p_adjusted", "from", "to", "channel", "family", "counts", "false_discovery_rate", "seed",
];

/** `;` between fields and a byte-order mark, decimals as the language writes them. What is unknown is empty, never zero. */
export function csvOf(answer: HotSpots, lang: Lang): string {
  const number = (value: number | null): string => (value === null ? "" : lang === "fr" ? String(value).replace(".", ",") : String(value));
  const { filters, counts, tests } = answer;
  const lines = answer.features.map(({ id, properties: p }) => [
    id,
    p.standing,
    p.count === null ? "<5" : number(p.count),
    number(p.dwellings),
    ...[p.ratePer1000, p.rateLow, p.rateHigh, p.smoothedPer1000, p.z, p.p, p.pAdjusted].map(number),
    p.quadrant ?? "",
    number(p.localPAdjusted),
    filters.from ?? "",
    filters.to ?? "",
    filters.channel.join(" "),
    filters.family.join(" "),
    counts,
    number(tests.falseDiscoveryRate),
    number(tests.seed),
  ]);
  return BYTE_ORDER_MARK + [HEADS, ...lines].map((fields) => `${fields.join(";")}\r\n`).join("");
}
