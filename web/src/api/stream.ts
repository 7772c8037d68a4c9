/** Server-sent events over a `fetch`: unlike `EventSource` it hears the heartbeats, so that a link which has gone
 * silent is known to be lost; and its messages can be read in a test, chunk by chunk. */

/** One message of a stream, as the server wrote it. */
export interface Message {
  event: string;
  data: string;
}

/** Reads `text/event-stream` as it comes, however it was cut (WHATWG HTML, "Parsing an event stream"). */
export class MessageParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;
  #started = false;
  /** Where to resume: the id of the last message, or of a heartbeat since. */
  lastId: string | null = null;
  /** How long the server asks to wait before a new connection, in milliseconds. */
  retryMs: number | null = null;

  /** The messages that `chunk` completes. */
  push(chunk: string): Message[] {
    if (!this.#started && chunk !== "") {
      this.#started = true;
      if (chunk.startsWith("\uFEFF")) chunk = chunk.slice(1);
    }
    const messages: Message[] = [];
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = line === "" ? this.#complete() : this.#field(line);
      if (message) messages.push(message);
    }
    return messages;
  }

  #field(line: string): null {
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #complete(): Message | null {
    const message = { event: this.#event || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.lastId = this.#id;
    this.#event = "";
    this.#data = [];
    return empty ? null : message;
  }
}

export interface Listener {
  /** The server answers; what follows is live. `resumed` says that nothing was missed since the last message. */
  opened(resumed: boolean): void;
  message(message: Message): void;
  /** The link is gone, and will be tried again. */
  lost(error: unknown): void;
}

export interface Pace {
  /** First wait before a new connection; the server's own `retry` replaces it. */
  retryMs: number;
  /** The wait doubles up to this. */
  retryMostMs: number;
  /** Heartbeats come every 15 s: after this much silence nobody is there. */
  silenceMs: number;
}

const PACE: Pace = { retryMs: 2_000, retryMostMs: 15_000, silenceMs: 40_000 };

export interface Following {
  /** Tries at once where the link is lost. */
  now(): void;
  stop(): void;
}

/** Opens the stream after the message `lastId`, or from now on where that is null. */
export type Open = (lastId: string | null, signal: AbortSignal) => Promise<Response>;

/** Listens for good: what breaks is opened again after the last message that was heard. */
export function follow(open: Open, listener: Listener, pace: Pace = PACE): Following {
  let lastId: string | null = null;
  let tries = 0;
  let retryMs = pace.retryMs;
  let stopped = false;
  let connected = false;
  let wake: (() => void) | null = null;
  let controller = new AbortController();

  async function connect(): Promise<void> {
    controller = new AbortController();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(new Error("the stream has gone silent")), pace.silenceMs);
    };
    try {
      heard();
      const response = await open(lastId, controller.signal);
      if (!response.body) throw new Error("the stream has no body");
      connected = true;
      tries = 0;
      listener.opened(lastId !== null);
      const parser = new MessageParser();
      for await (const chunk of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
        heard();
        for (const message of parser.push(chunk)) listener.message(message);
        lastId = parser.lastId ?? lastId;
        retryMs = parser.retryMs ?? retryMs;
      }
      throw new Error("the server ended the stream");
    } finally {
      connected = false;
      clearTimeout(silence);
      controller.abort();
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        await connect();
      } catch (error) {
        if (stopped) return;
        listener.lost(error);
      }
      // Half of the wait is chance, so that a server which comes back is not met by every desk at once.
      const wait = Math.min(pace.retryMostMs, retryMs * 2 ** tries++) * (0.5 + Math.random() / 2);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
    }
  }

  void run();
  return {
    now() {
      tries = 0;
      if (!connected) wake?.();
    },
    stop() {
      stopped = true;
      controller.abort();
      wake?.();
    },
  };
}

/** Not `for await` over the stream itself, which some browsers still lack. */
async function* chunks(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
