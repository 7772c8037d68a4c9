// The pictures of the README: each role's screen, of the demo as `make run` serves it (`make pictures`).
import { execFileSync } from "node:child_process";

import { chromium } from "playwright-core";

import { Desk } from "./desk.mjs";
import { CHROMIUM, FLAGS, Server } from "./support.mjs";
import { Tablet } from "./tablet.mjs";

const IMAGES = new URL("../../docs/images/", import.meta.url).pathname;
/** How long a page draws, and the demo's evening goes on, before it is taken. */
const SETTLED_MS = 12_000;

/** @typedef {{ name: string, role: string, path: string, width: number, height: number, scheme: "dark" | "light" }} Screen */

/** @type {Screen[]} */
const SCREENS = [
  { name: "operations-dark", role: "dispatcher", path: "/", width: 1440, height: 900, scheme: "dark" },
  { name: "operations-phone", role: "operator", path: "/", width: 390, height: 844, scheme: "dark" },
  { name: "landlord", role: "landlord", path: "/api/v1/reports/morning?f=html", width: 900, height: 1180, scheme: "light" },
  { name: "partner", role: "partner", path: "/hotspots", width: 1280, height: 900, scheme: "light" },
  { name: "planner", role: "planner", path: "/analysis", width: 1280, height: 900, scheme: "light" },
  { name: "dpo", role: "dpo", path: "/registers", width: 1280, height: 900, scheme: "light" },
];

/** Eight bits a pixel are enough for a page, and a third of the bytes. @param {string} name */
const slim = (name) => execFileSync("pngquant", ["--force", "--skip-if-larger", "--ext", ".png", "--speed", "1", "256", `${IMAGES}${name}.png`]);

const server = new Server();
await server.start();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** @param {Screen} screen */
async function take({ name, role, path, width, height, scheme }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const taken = await context.request.post(`${server.url}/api/v1/session`, { data: { role } });
  if (!taken.ok()) throw new Error(`${role}: ${taken.status()} ${await taken.text()}`);
  const page = await context.newPage();
  await page.goto(server.url + path);
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: `${IMAGES}${name}.png` });
  slim(name);
  await context.close();
}

/** A patrol on its way to a call of a site with instructions. */
async function takeTablet() {
  const desk = new Desk(server, 0);
  const site = await desk.briefedSite();
  const crew = await desk.crewAt(site);
  const tablet = new Tablet(server, { width: 800, height: 1000, at: site.geometry.coordinates });
  await tablet.switchOn();
  await tablet.find("start").getByRole("button", { name: crew.callsign }).waitFor();
  await tablet.begin(crew);
  const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
  await desk.step(id, "assigned", { patrol: crew.id });
  await tablet.waitForStage("assigned");
  await tablet.step("Accuser réception");
  await tablet.page.waitForTimeout(SETTLED_MS);
  await tablet.page.screenshot({ path: `${IMAGES}patrol.png` });
  slim("patrol");
  await tablet.throwAway();
}

try {
  await takeTablet();
  for (const screen of SCREENS) await take(screen);
} finally {
  await browser.close();
  await server.stop();
}
