/** News from the server: a stream where there is one, and a question now and then in any case. */
import { toSignIn } from "../api/session";
import { follow, type Following } from "../api/stream";

/** While the stream is open, only to be sure. */
const CALM_MS = 30_000;
const POLL_MS = 10_000;
/** Several events of one commit are one piece of news. */
const GATHER_MS = 150;

/** What a patrol's stream tells about. */
const ABOUT_MISSION = new Set(["hello", "incident", "patrol", "site", "stock", "reset"]);

export interface News {
  /** The mission may have changed. */
  mission(): void;
  /** An alert may have changed. */
  alert(): void;
  streaming(open: boolean): void;
}

export class Live {
  readonly #news: News;
  readonly #stream: Following;
  #open = false;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #gather: ReturnType<typeof setTimeout> | undefined;

  constructor(patrol: string, news: News) {
    this.#news = news;
    const address = `/api/v1/events?role=patrol&patrol=${encodeURIComponent(patrol)}`;
    this.#stream = follow(
      async (lastId, signal) => {
        const headers: Record<string, string> = { Accept: "text/event-stream" };
        if (lastId !== null) headers["Last-Event-ID"] = lastId;
        const response = await fetch(address, { headers, signal, cache: "no-store" });
        if (response.status === 401) toSignIn();
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
        if (!response.ok || !isStream) throw new Error(`no stream: ${response.status}`);
        return response;
      },
      {
        opened: () => this.#streaming(true),
        message: ({ event }) => {
          if (event === "alert") news.alert();
          if (ABOUT_MISSION.has(event)) this.#soon();
        },
        lost: () => this.#streaming(false),
      },
    );
    this.#ask();
  }

  /** The network is said to be back. */
  now(): void {
    this.#stream.now();
    this.#ask();
  }

  stop(): void {
    this.#stream.stop();
    clearTimeout(this.#poll);
    clearTimeout(this.#gather);
  }

  #streaming(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.#news.streaming(open);
    this.#ask();
  }

  #soon(): void {
    clearTimeout(this.#gather);
    this.#gather = setTimeout(() => this.#ask(), GATHER_MS);
  }

  #ask(): void {
    clearTimeout(this.#poll);
    this.#news.mission();
    this.#poll = setTimeout(() => this.#ask(), this.#open ? CALM_MS : POLL_MS);
  }
}
