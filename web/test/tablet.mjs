// The tablet of a crew in a browser with a disk of its own, so that it can be switched off and on again.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { ARTIFACTS, CHROMIUM, FLAGS } from "./support.mjs";

/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

/** What a glove hits, and what it hits without a look, in CSS pixels. */
const TARGET_PX = 48;
const MAIN_TARGET_PX = 64;

/**
 * @typedef {object} Options
 * @property {number} [width]
 * @property {number} [height]
 * @property {"dark" | "light"} [scheme]
 * @property {number[]} [at] where the tablet is, longitude first
 * @property {number} [aheadMs] how far its clock is ahead
 */

export class Tablet {
  #server;
  #options;
  #profile = mkdtempSync(join(tmpdir(), "vigie-tablet-"));
  /** @type {BrowserContext | null} */
  #context = null;
  /** @type {Page | null} */
  #page = null;
  /** What broke in the page. @type {string[]} */
  faults = [];
  taps = 0;

  /**
   * @param {import("./support.mjs").Server} server
   * @param {Options} [options]
   */
  constructor(server, options = {}) {
    this.#server = server;
    this.#options = options;
  }

  get page() {
    assert.ok(this.#page, "the tablet is off");
    return this.#page;
  }

  /** Switches it on and opens the page, with a network or without one. */
  async switchOn({ offline = false } = {}) {
    const { width = 360, height = 640, scheme = "dark", at = [6.18, 48.69], aheadMs = 0 } = this.#options;
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: CHROMIUM,
      args: FLAGS,
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: "reduce",
      locale: "fr-FR",
      timezoneId: "Europe/Paris",
      hasTouch: true,
      permissions: ["geolocation"],
      geolocation: { longitude: at[0] ?? 0, latitude: at[1] ?? 0, accuracy: 8 },
      offline,
    });
    await this.#context.addInitScript((ms) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + ms;
    }, aheadMs);
    await this.openPage();
  }

  async openPage() {
    assert.ok(this.#context, "the tablet is off");
    const page = await this.#context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => this.faults.push(String(error)));
    this.#page = page;
    await page.goto(`${this.#server.url}/patrol`);
    await page.locator("[data-testid=sos], [data-testid=start]").first().waitFor();
  }

  /** Kills the page, as a system does that is short of memory. */
  async killPage() {
    await this.page.close({ runBeforeUnload: false });
    this.#page = null;
  }

  async switchOff() {
    await this.#context?.close();
    this.#context = null;
    this.#page = null;
  }

  async throwAway() {
    await this.switchOff();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  /** @param {boolean} offline */
  async setOffline(offline) {
    assert.ok(this.#context, "the tablet is off");
    await this.#context.setOffline(offline);
  }

  /** @param {Locator} target */
  async tap(target) {
    this.taps++;
    await target.tap();
  }

  /** @param {string} id */
  find(id) {
    return this.page.getByTestId(id);
  }

  /** Begins a shift. @param {{ callsign: string }} crew */
  async begin(crew) {
    const { page } = this;
    await this.find("start").getByRole("button", { name: crew.callsign }).tap();
    await page.getByRole("button", { name: `Prendre le service · ${crew.callsign}` }).tap();
    await this.find("standby").waitFor();
    // From here on it opens without a network.
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
  }

  /** Takes the next step, which reads `label`. @param {string} label */
  async step(label) {
    await this.tap(this.find("step").and(this.page.getByRole("button", { name: label, exact: true })));
    // A second touch that comes at once counts as the same.
    await this.page.waitForTimeout(1_000);
  }

  /** @param {string} stage */
  async waitForStage(stage) {
    await this.page.locator(`[data-testid=mission][data-stage=${stage}]`).waitFor();
  }

  /** Answers the three questions and sends; the tablet asks for the report by itself. */
  async report() {
    const report = this.find("report");
    for (const choice of ["dispersed", "4-9", "no"]) await this.tap(report.locator(`[data-choice="${choice}"]`));
    await this.tap(this.find("send"));
    await report.waitFor({ state: "detached" });
  }

  /** Nothing scrolls sideways, and nothing to touch is too small for a glove. @param {string} where */
  async fits(where) {
    const found = await this.page.evaluate(() => ({
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      wide: [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().width > 0 && !one.closest(".maplibregl-map, .hidden"))
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 || one.getBoundingClientRect().left < -0.5)
        .map((one) => `${one.tagName} ${one.className} ${Math.round(one.getBoundingClientRect().right)}`),
      targets: [...document.querySelectorAll("button, a[href]")]
        .map((one) => ({ one: /** @type {HTMLElement} */ (one), box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0)
        // A key that is still pressed is drawn smaller than it is.
        .map(({ one, box }) => ({
          text: one.textContent?.trim().slice(0, 30) ?? "",
          main: one.matches(".key"),
          width: Math.max(one.offsetWidth, box.width),
          height: Math.max(one.offsetHeight, box.height),
        })),
    }));
    assert.equal(found.sideways, 0, where);
    assert.deepEqual(found.wide, [], where);
    const small = found.targets.filter(({ main, width, height }) => Math.min(width, height) < (main ? MAIN_TARGET_PX : TARGET_PX) - 0.5);
    assert.deepEqual(small, [], where);
  }

  /** @param {string} name */
  async shot(name) {
    await this.page.screenshot({ path: join(ARTIFACTS, `tablet-${name}.png`) });
  }

  /** Everything that the page has on disk, as text: its records, its caches and its storage. */
  async records() {
    return this.page.evaluate(async () => {
      /** @param {unknown} value @returns {string} */
      const text = (value) => {
        if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
        if (ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
        if (value instanceof CryptoKey) return `key, extractable: ${value.extractable}`;
        if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, one]) => `${name}=${text(one)}`).join(";");
        return String(value);
      };
      /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
      const settled = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      /** @type {Record<string, string[]>} */
      const records = { storage: [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })] };
      for (const { name } of await indexedDB.databases()) {
        const db = await settled(indexedDB.open(name ?? ""));
        for (const store of db.objectStoreNames) {
          records[store] = (await settled(db.transaction(store).objectStore(store).getAll())).map(text);
        }
        db.close();
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        records[`cache ${name}`] = (await cache.keys()).map(({ url }) => url);
      }
      return records;
    });
  }

  /** Waits until nothing of a shift is on disk: the page says that it is over while its copy is being swept. */
  async waitUntilSwept() {
    const left = async () => {
      const { keys = [], records = [], outbox = [] } = await this.records();
      return [keys, records, outbox].flat();
    };
    for (let tries = 0; tries < 20 && (await left()).length > 0; tries++) await this.page.waitForTimeout(250);
    assert.deepEqual(await left(), []);
  }

  /** Files of the browser's whole disk in which `word` stands in clear; the tablet must be off. @param {string} word */
  filesWith(word) {
    const forms = [Buffer.from(word, "latin1"), Buffer.from(word, "utf16le")];
    return readdirSync(this.#profile, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => forms.some((form) => readFileSync(path).includes(form)));
  }
}
