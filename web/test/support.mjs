// What every browser test needs: a real server of its own, Chromium, and a few looks at the map.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** WebGL without a graphics card, and no call home. */
export const FLAGS = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
/** A first start makes the demonstration town. */
const START_MS = 120_000;

export const ARTIFACTS = new URL("../test-artifacts/", import.meta.url).pathname;
mkdirSync(ARTIFACTS, { recursive: true });

/** A day of a month that is over, which ends in Paris and not at Greenwich: `2026-10-10`. @param {number} back how many months ago @param {number} day */
export function dayOfMonthsAgo(back, day) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: "Europe/Paris", year: "numeric", month: "numeric" }).formatToParts(new Date());
  const [year, month] = ["year", "month"].map((type) => Number(parts.find((part) => part.type === type)?.value));
  return new Date(Date.UTC(year ?? NaN, (month ?? NaN) - 1 - back, day)).toISOString().slice(0, 10);
}

/** @returns {Promise<number>} a port of the loopback that nobody listens on */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** The real program, on a port and with data of its own. */
export class Server {
  /** @type {import("node:child_process").ChildProcess | null} */
  #child = null;
  #data = mkdtempSync(join(tmpdir(), "vigie-web-"));
  port = 0;

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @param {string[]} [options] */
  async start(options = []) {
    const program = process.env.VIGIE_BIN;
    assert.ok(program, "set VIGIE_BIN to the program to test");
    if (this.port === 0) this.port = await freePort();
    // Only what a test says counts, and the program refuses variables that it does not know.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VIGIE_")));
    const child = spawn(
      program,
      ["demo", "--store", `sqlite:${join(this.#data, "vigie.sqlite")}`, "--listen", `127.0.0.1:${this.port}`, ...options],
      { stdio: ["ignore", "ignore", "pipe"], env },
    );
    let said = "";
    child.stderr?.on("data", (chunk) => (said = (said + String(chunk)).slice(-4_000)));
    this.#child = child;
    const until = Date.now() + START_MS;
    while (Date.now() < until) {
      assert.equal(child.exitCode, null, `the server stopped: ${said}`);
      const answer = await fetch(`${this.url}/api/v1/meta`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    assert.fail(`the server did not start within ${START_MS} ms: ${said}`);
  }

  /** Ends the program as a power cut would. */
  async kill() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /**
   * @param {string} path
   * @returns {Promise<any>}
   */
  async get(path) {
    const answer = await fetch(`${this.url}/api/v1/${path}`);
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  }
}

/** `vigie serve` on a store of its own, as a house runs it: whoever asks must be known. */
export class Service {
  folder = mkdtempSync(join(tmpdir(), "vigie-service-"));
  store = `sqlite:${join(this.folder, "vigie.sqlite")}`;
  program = process.env.VIGIE_BIN ?? "";
  // Only what a test says counts, and the program refuses variables that it does not know.
  env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VIGIE_")));
  url = "";
  /** The link by which the first administrator signs in, where there is none yet. */
  link = "";
  /** @type {import("node:child_process").ChildProcess | null} */
  #child = null;

  /** Carries out another command on the store. @param {string[]} args @param {string} [input] */
  run(args, input = "") {
    return execFileSync(this.program, [...args, "--store", this.store], { input, env: this.env, stdio: ["pipe", "pipe", "ignore"] });
  }

  /** @param {string} [listen] @param {string[]} [options] */
  async start(listen = "127.0.0.1:0", options = []) {
    const args = ["serve", "--store", this.store, "--listen", listen, ...options];
    const child = spawn(this.program, args, { stdio: ["ignore", "pipe", "ignore"], env: this.env });
    this.#child = child;
    let said = "";
    await new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error(`the server stopped: ${said}`)));
      child.stdout?.on("data", (chunk) => {
        said += String(chunk);
        if (said.includes("stop ")) resolve(null);
      });
    });
    this.url = /listens on (\S+)/.exec(said)?.[1] ?? "";
    this.link = /first\s+(\S+)/.exec(said)?.[1] ?? "";
  }

  stop() {
    this.#child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/**
 * @typedef {object} Options
 * @property {number} [width]
 * @property {number} [height]
 * @property {"reduce" | "no-preference"} [motion]
 * @property {"dark" | "light"} [scheme]
 * @property {number} [deviceScaleFactor]
 */

/**
 * A page of a person who never came here before. `faults` fills with what a console would show.
 * @param {import("playwright-core").Browser} browser
 * @param {Options} [options]
 */
export async function newPage(browser, options = {}) {
  const { width = 1200, height = 640, motion = "reduce", scheme = "dark", deviceScaleFactor = 0.5 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor, // a processor that plays graphics card draws a quarter of the pixels at 0.5
    reducedMotion: motion,
    colorScheme: scheme,
    locale: "fr-FR",
    timezoneId: "America/New_York",
    hasTouch: width < 1000,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  /** @type {string[]} */
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  return { page, faults, close: () => context.close() };
}

/**
 * Opens the room and waits until it is drawn.
 * @param {import("playwright-core").Page} page
 * @param {Server} server
 * @param {string} [hash]
 */
export async function open(page, server, hash = "") {
  await page.goto(`${server.url}/#${hash}`);
  await page.locator("[data-testid=map] canvas").waitFor();
  await page.waitForFunction(
    () => window.vigie?.map.getLayer("patrols") && window.vigie.map.querySourceFeatures("sites").length > 0,
    null,
    { polling: 150 },
  );
  await idle(page);
}

/**
 * Waits until the map has nothing left to draw. Patrols that move keep it busy, so it waits for three seconds at most.
 * @param {import("playwright-core").Page} page
 */
export async function idle(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        // The event holds the whole map, and what a page answers is copied out of it: it answers with nothing.
        window.vigie?.map.once("idle", () => resolve(undefined));
        window.vigie?.map.triggerRepaint();
        setTimeout(resolve, 3_000);
      }),
  );
}

/**
 * Looks at a place at once. Like every order to the map it answers with nothing: the map itself would be copied.
 * @param {import("playwright-core").Page} page
 * @param {number[]} at longitude first
 * @param {number} zoom
 */
export async function jump(page, at, zoom) {
  await page.evaluate(
    ([lon = 0, lat = 0, zoom = 0]) => {
      window.vigie?.map.jumpTo({ center: [lon, lat], zoom });
    },
    [...at, zoom],
  );
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function shot(page, name) {
  await idle(page);
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
}

/**
 * What a source of the map holds, as the engine got it.
 * @param {import("playwright-core").Page} page
 * @param {string} source
 * @returns {Promise<{ id: string, geometry: any, properties: any }[]>}
 */
export function drawn(page, source) {
  return page.evaluate(async (name) => {
    const data = await /** @type {any} */ (window.vigie?.map.getSource(name)).getData();
    return data.features;
  }, source);
}

/**
 * Where a position is on the page.
 * @param {import("playwright-core").Page} page
 * @param {number[]} position
 */
export function project(page, position) {
  return page.evaluate((at) => {
    const { x, y } = /** @type {any} */ (window.vigie?.map).project(at);
    return { x, y };
  }, position);
}

/**
 * The parameters of the next heatmap that the page draws, and the answer to it. Month bars are asked at `h3:7`
 * without a measure; they are not meant.
 * @param {import("playwright-core").Page} page
 * @param {(params: URLSearchParams) => boolean} wanted
 */
export async function nextHeat(page, wanted) {
  const response = await page.waitForResponse((answer) => {
    const url = new URL(answer.url());
    return url.pathname === "/api/v1/heatmap" && url.searchParams.has("metric") && wanted(url.searchParams);
  });
  return { params: new URL(response.url()).searchParams, body: await response.json() };
}
