/// <reference types="node" />
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { follow, MessageParser, type Following, type Message } from "./stream";

const TEXT =
  "retry: 2000\n\nevent: hello\nid: 41\ndata: {\"seq\":41}\n\n: still here\n\nevent: incident\r\nid: 42\r\ndata: {\r\ndata: }\r\n\r\ndata:plain\r\r";

const MESSAGES: Message[] = [
  { event: "hello", data: '{"seq":41}' },
  { event: "incident", data: "{\n}" },
  { event: "message", data: "plain" },
];

describe("an event stream", () => {
  it("reads the same however it is cut", () => {
    for (let size = 1; size <= TEXT.length; size++) {
      const parser = new MessageParser();
      const read: Message[] = [];
      for (let at = 0; at < TEXT.length; at += size) read.push(...parser.push(TEXT.slice(at, at + size)));
      // A carriage return at the very end may be half of a pair: the next byte tells.
      read.push(...parser.push(": next\n"));
      expect(read, `in pieces of ${size}`).toEqual(MESSAGES);
      expect(parser.retryMs).toBe(2000);
    }
  });

  it("says nothing for a comment, an unknown field or a message without data", () => {
    const parser = new MessageParser();
    expect(parser.push(": beat\n\nfoo: bar\n\nevent: incident\n\n")).toEqual([]);
  });

  it("forgets the mark of byte order", () => {
    expect(new MessageParser().push("\uFEFFdata: x\n\n")).toEqual([{ event: "message", data: "x" }]);
  });

  it("tells where to resume once a message or a heartbeat is whole", () => {
    const parser = new MessageParser();
    parser.push("event: hello\ndata: {}\n\n");
    expect(parser.lastId).toBeNull();
    parser.push("id: 7\nevent: incident\n");
    expect(parser.lastId).toBeNull();
    parser.push("data: {}\n\nevent: positions\ndata: {}\n\n");
    expect(parser.lastId).toBe("7");
    parser.push(": still here\nid: 9\n\n");
    expect(parser.lastId).toBe("9");
  });
});

describe("a link", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  type Heard = { opened: boolean[]; events: string[]; asked: (string | null)[]; lost: number };

  /** A server that answers the n-th connection with `answers[n]`, and what a client hears of it. */
  async function heard(
    answers: ((response: ServerResponse) => void)[],
    until: (heard: Heard) => boolean,
    silenceMs = 10_000,
  ): Promise<Heard> {
    const told: Heard = { opened: [], events: [], asked: [], lost: 0 };
    const server = createServer((request, response) => {
      told.asked.push((request.headers["last-event-id"] as string | undefined) ?? null);
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.flushHeaders();
      answers[told.asked.length - 1]?.(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    let following: Following | null = null;
    closing.push(() => {
      following?.stop();
      server.closeAllConnections();
      server.close();
    });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (until(told)) resolve();
      };
      following = follow(
        (lastId, signal) => fetch(url, { signal, headers: lastId === null ? {} : { "Last-Event-ID": lastId } }),
        {
          opened: (resumed) => told.opened.push(resumed),
          message(message) {
            told.events.push(message.event);
            look();
          },
          lost() {
            told.lost++;
            look();
          },
        },
        { retryMs: 1, retryMostMs: 4, silenceMs },
      );
    });
    return told;
  }

  const say = (text: string, end: boolean) => (response: ServerResponse) => {
    response.write(text);
    if (end) response.end();
  };

  it("is opened again after the last message or heartbeat that was heard", async () => {
    const told = await heard(
      [
        say("event: hello\nid: 5\ndata: {}\n\nevent: incident\nid: 6\ndata: {}\n\n: still here\nid: 8\n\n", true),
        // A greeting without an id: what was missed is still to come.
        say("event: hello\ndata: {}\n\n", true),
        say("event: reset\nid: 3\ndata: {}\n\n", true),
        say("event: patrol\nid: 4\ndata: {}\n\n", false),
      ],
      ({ events }) => events.includes("patrol"),
    );
    expect(told.asked).toEqual([null, "8", "8", "3"]);
    expect(told.opened).toEqual([false, true, true, true]);
    expect(told.events).toEqual(["hello", "incident", "hello", "reset", "patrol"]);
    expect(told.lost).toBe(3);
  });

  it("is given up once it is silent, though nobody closed it", async () => {
    const told = await heard([say("event: hello\nid: 5\ndata: {}\n\n", false)], ({ lost }) => lost > 0, 150);
    expect(told.opened).toEqual([false]);
  });
});
