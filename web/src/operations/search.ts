/** Looking for sites. What one looks for stands in an address, which others may write down on the way. */
import { get } from "../api/client";
import type { Site } from "../api/shapes";
import type { Rule } from "../privacy/refusal";

/** Longest text that one looks for, as the server takes it. */
export const WORDS_LENGTH_MAX = 120;

/** What was found; or by which rule the words are refused, which were then not sent. */
export type Found = { sites: Site[] } | { refused: Rule };

/** The sites whose code or name holds `q`. */
export async function findSites(q: string, limit: number, signal: AbortSignal): Promise<Found> {
  // The rules are as large as the rest of the page: they come with the first search.
  const { brokenRule } = await import("../privacy/refusal");
  signal.throwIfAborted();
  const refused = brokenRule(q, "place");
  if (refused !== null) return { refused };
  return { sites: (await get("/api/v1/sites", { q, limit }, signal)).features };
}
