/** The server's clock as the tablet knows it: tablets run minutes off, and a step counts by when it was taken. */

/** How far the server's clock is ahead of the tablet's, and how sure that is. */
export interface Offset {
  offsetMs: number;
  /** The true offset is no farther from `offsetMs` than this. */
  errorMs: number;
}

/** What an answer tells: the server wrote `serverMs` some time between `sentMs` and `receivedMs` of the tablet.
 *
 * `stepMs` is how coarse the server's figure is: 1,000 for a `Date` header, which is cut to whole seconds. */
export function measured(serverMs: number, sentMs: number, receivedMs: number, stepMs: number): Offset {
  const wayMs = Math.max(0, receivedMs - sentMs);
  return {
    offsetMs: Math.round(serverMs + stepMs / 2 - (sentMs + receivedMs) / 2),
    errorMs: Math.ceil((wayMs + stepMs) / 2),
  };
}

/** The offset to go by after another measurement.
 *
 * The surer one is kept while both can be true; where they cannot, somebody has set the tablet's clock, and the
 * newer one counts. */
export function surer(known: Offset | null, latest: Offset): Offset {
  if (known === null) return latest;
  const apartMs = Math.abs(known.offsetMs - latest.offsetMs);
  if (apartMs > known.errorMs + latest.errorMs) return latest;
  return latest.errorMs <= known.errorMs ? latest : known;
}

/** RFC 3339 in UTC, by the server's clock. */
export function serverTime(localMs: number, offsetMs: number): string {
  return new Date(localMs + offsetMs).toISOString();
}
