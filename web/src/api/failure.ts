/** What went wrong with a request, in a form that the page can show. */
import type { Problem } from "./shapes";

export type FailureKind = "unreachable" | "refused" | "unavailable";

/** A request that failed: the server's problem document, or no answer at all. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly problem: Problem | null;
  /** For how many seconds to wait, where the server says so. */
  readonly retryAfterS: number | null;
  /** The path that was asked, without its parameters: they may hold a position. */
  readonly path: string;

  constructor(path: string, status: number | null, problem: Problem | null, retryAfterS: number | null = null) {
    super(problem?.detail ?? problem?.title ?? (status === null ? "unreachable" : `HTTP ${status}`));
    this.name = "Failure";
    this.path = path;
    this.status = status;
    this.problem = problem;
    this.retryAfterS = retryAfterS;
    this.kind = status === null ? "unreachable" : status >= 500 ? "unavailable" : "refused";
  }
}

/** True for the error of a request that this page itself gave up. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function asFailure(error: unknown, path: string): Failure {
  return error instanceof Failure ? error : new Failure(path, null, null);
}
