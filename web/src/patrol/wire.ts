/** The only place of the tablet that calls `fetch`. An answer that is not the server's own is no answer. */
import { ours, toSignIn } from "../api/session";
import { measured, surer, type Offset } from "./clock";
import type { Problem } from "./contract";
import type { Answer } from "./outbox";

/** A radio link may be slow, but a crew must know soon that nobody answers. */
const TIMEOUT_MS = 10_000;
/** A `Date` header is cut to whole seconds. */
const DATE_STEP_MS = 1_000;

export class Wire {
  /** How far the server's clock is ahead; null until it has answered once. */
  offset: Offset | null = null;
  readonly #heard: (answered: boolean) => void;

  /** `heard` is told after each request whether the server has answered. */
  constructor(heard: (answered: boolean) => void) {
    this.#heard = heard;
  }

  /** What the server answers; null where nobody did, or somebody else: a portal of a wireless network, a broken proxy. */
  async call(method: "GET" | "POST" | "PUT", path: string, body?: unknown, key?: string): Promise<Answer | null> {
    const headers: Record<string, string> = method === "GET" ? {} : await ours();
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    const sentMs = Date.now();
    try {
      const response = await fetch(path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      // What was to be said is kept until somebody has signed in again.
      if (response.status === 401) {
        toSignIn();
        this.#heard(true);
        return null;
      }
      const answer = await read(response);
      if (answer !== null) this.#learn(response, answer.body, sentMs, Date.now());
      this.#heard(answer !== null);
      return answer;
    } catch {
      this.#heard(false);
      return null;
    }
  }

  /** `GET path`: the body, or null where nobody answered or the server refused. */
  async get<T>(path: string): Promise<T | null> {
    const answer = await this.call("GET", path);
    return answer !== null && answer.status === 200 ? (answer.body as T) : null;
  }

  /** How far the server's clock is ahead, asked for where it is not known yet. */
  async offsetMs(): Promise<number | null> {
    if (this.offset === null) await this.call("GET", "/api/v1/meta");
    return this.offset?.offsetMs ?? null;
  }

  #learn(response: Response, body: unknown, sentMs: number, receivedMs: number): void {
    const exact = serverTimeIn(body);
    const date = Date.parse(response.headers.get("date") ?? "");
    if (exact !== null) this.offset = surer(this.offset, measured(exact, sentMs, receivedMs, 1));
    else if (!Number.isNaN(date)) this.offset = surer(this.offset, measured(date, sentMs, receivedMs, DATE_STEP_MS));
  }
}

/** The answer in `response`, where it is one of the server's: JSON, whatever its status. */
export async function read(response: Response): Promise<Answer | null> {
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\b/.test(type)) return null;
  const body: unknown = await response.json();
  const seconds = Number(response.headers.get("retry-after") ?? "none");
  return {
    status: response.status,
    body,
    problem: response.ok ? null : (body as Problem),
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
  };
}

function serverTimeIn(body: unknown): number | null {
  if (typeof body !== "object" || body === null || !("server_time" in body)) return null;
  const time = Date.parse(String(body.server_time));
  return Number.isNaN(time) ? null : time;
}
