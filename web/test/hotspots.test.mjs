// The hot spots on a real `vigie serve`: a town of hexagons where residents call in one corner and patrols go to another.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { CHROMIUM, dayOfMonthsAgo, drawn, FLAGS, idle, Service, shot } from "./support.mjs";

const PASSWORD = "correct horse battery";
const ROLES = ["planner", "dispatcher", "partner", "admin"];
const SIDE = 9;

const town = new Service();
/** @type {import("playwright-core").Browser} */
let browser;

/** Sites in rows, one tract each; in the north-west residents call more often, in the south-east patrols find more. */
function makeTown() {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => {
    writeFileSync(join(town.folder, name), text);
    return join(town.folder, name);
  };
  const step = { lon: 0.004, lat: 0.003 };
  const places = Array.from({ length: SIDE * SIDE }, (_, n) => ({ row: Math.floor(n / SIDE), column: n % SIDE, n }));
  const features = places.map(({ row, column, n }) => {
    const [west, south] = [2.33 + column * step.lon, 48.84 + row * step.lat];
    const [east, north] = [west + step.lon, south + step.lat];
    const code = `7510101${String(n + 10)}`;
    return {
      type: "Feature",
      properties: { CODE_IRIS: code, NOM_IRIS: `Quartier ${n}`, TYP_IRIS: "H" },
      geometry: { type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] },
    };
  });
  town.run(["import", "tracts", file("tracts.geojson", JSON.stringify({ type: "FeatureCollection", features })), "--vintage", "2020"]);
  const sites = places.map(({ row, column, n }) => `PH-${1000 + n};Paris Habitat;Résidence ${n};60;${2.332 + column * step.lon};${48.8415 + row * step.lat}\n`);
  town.run(["import", "sites", file("sites.csv", `code;landlord;name;dwellings;lon;lat\n${sites.join("")}`)]);
  const day = (/** @type {number} */ n) => dayOfMonthsAgo(1 + (n % 3), 2 + (n % 26));
  const incidents = places.flatMap(({ row, column, n }) => {
    const [calls, found] = [5 + (n % 3) + (row > 5 && column < 3 ? 16 : 0), (n % 2) + (row < 3 && column > 5 ? 16 : 0)];
    const rows = (/** @type {string} */ channel, /** @type {number} */ count) =>
      Array.from({ length: count }, (_, at) => `OCC-HAL;${channel};${day(at * 7 + n)}T${10 + (at % 10)}:${String(n % 60).padStart(2, "0")}:00Z;PH-${1000 + n}\n`);
    return [...rows("call", calls), ...rows("patrol", found)];
  });
  town.run(["import", "incidents", file("incidents.csv", `kind;channel;reported_at;site_code\n${incidents.join("")}`)]);
}

before(async () => {
  makeTown();
  for (const role of ROLES) town.run(["account", "create", role, "--role", role, "--password-stdin"], `${PASSWORD}\n`);
  await town.start();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  town.stop();
});

/** Signs in and opens the page. @param {string} role @param {string} [hash] @param {object} [options] */
async function opened(role, hash = "", options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 0.5,
    reducedMotion: "reduce",
    locale: "fr-FR",
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`${town.url}/signin?next=/me`);
  await page.getByLabel("Compte").fill(role);
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${town.url}/me`);
  await page.goto(`${town.url}/hotspots${hash}`);
  return page;
}

/** Waits until the map has as many zones. @param {import("playwright-core").Page} page */
async function mapped(page) {
  await page.waitForFunction(
    async (wanted) => {
      const source = /** @type {any} */ (window.vigie?.map.getSource("tracts"));
      return source !== undefined && (await source.getData()).features.length === wanted;
    },
    SIDE * SIDE,
    { polling: 150 },
  );
  await idle(page);
}

/** How many zones the legend says stand so. @param {import("playwright-core").Page} page @param {string} standing */
const told = async (page, standing) => Number(await page.locator(`[data-standing=${standing}]`).getAttribute("data-count"));

/** The ids of the zones that stand out, from above. @param {import("playwright-core").Page} page */
const listed = (page) => page.locator("tr[data-zone]").evaluateAll((all) => all.map((one) => one.getAttribute("data-zone") ?? ""));

const at = (/** @type {number} */ row, /** @type {number} */ column) => `7510101${row * SIDE + column + 10}`;

test("calls and patrol initiatives are two pictures, and each says how sure it is", async () => {
  const page = await opened("dispatcher", "#origin=call");
  await mapped(page);
  await page.getByTestId("caution").getByText("rien de ce qui envoie les patrouilles ne lit cette page").waitFor();
  const verdict = (await page.getByTestId("verdict").innerText()).replaceAll(/\s/g, " ");
  const hot = await told(page, "hot");
  assert.ok(hot >= 3, verdict);
  assert.match(verdict, new RegExp(`sur 81 se distinguent du hasard : ${hot} au-dessus`));
  assert.match(verdict, /Au plus 5 % de fausses alertes attendues/);
  const calls = await listed(page);
  assert.ok(calls.includes(at(7, 1)) && !calls.includes(at(1, 7)), calls.join());
  assert.match(await page.getByTestId("moran").innerText(), /se ressemblent plus que le hasard/);
  // The map has the colours of the legend: as many zones of each.
  const colours = (await drawn(page, "tracts")).filter(({ properties }) => properties.colour === "#c64f00" || properties.colour === "#ff9a3d");
  assert.equal(colours.length, hot);

  await page.getByLabel("Patrouilles", { exact: true }).check({ force: true });
  await page.locator(`tr[data-zone="${at(1, 7)}"]`).waitFor();
  const found = await listed(page);
  assert.ok(!found.includes(at(7, 1)), found.join());
  await page.getByTestId("origin-hint").getByText("dit surtout où elles vont").waitFor();
  assert.match(page.url(), /origin=patrol/);

  await page.locator(`tr[data-zone="${at(1, 7)}"] button`).click();
  await page.getByTestId("chosen-standing").getByText("plus que le hasard").waitFor();
  await page.getByTestId("chosen").getByText(/entre .* et .*, 95 fois sur 100/).waitFor();
  await page.context().close();
});

test("a surface, a series and what comes back stand beside it, each with what it cannot say", async () => {
  const page = await opened("dispatcher", "#picture=density&bandwidth=500");
  await mapped(page);
  await page.waitForFunction(() => window.vigie?.map.getLayer("surface") !== undefined);
  await page.getByTestId("density-legend").getByText("pas si c’est le hasard").waitFor();
  await page.getByTestId("density-legend").getByText("compensé au bord").waitFor();
  await page.getByTestId("changes").locator("li").first().waitFor();
  assert.equal(await page.getByTestId("repeats").locator("tbody td").count(), 16);
  await page.getByTestId("repeats").getByText("Un retour n’est pas une même personne").waitFor();
  await page.getByLabel("Certitude").check({ force: true });
  await page.waitForFunction(() => window.vigie?.map.getLayer("surface") === undefined);
  await page.context().close();
});

test("planners and partners are told of published counts alone, and that calls are not kept apart", async () => {
  for (const role of ["planner", "partner"]) {
    const page = await opened(role);
    const asked = /** @type {string[]} */ ([]);
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await mapped(page);
    await page.getByTestId("origin-published").waitFor();
    await page.getByTestId("sure").getByText("Nombres publiés").waitFor();
    await page.getByTestId("repeats").getByText("réservés à ceux qui lisent les nombres exacts").waitFor();
    assert.ok((await told(page, "not_told")) > 0, "zones that read <5 are unknown, and counted");
    assert.ok(!asked.some((path) => /repeats|density/.test(path)), asked.join());
    await page.context().close();
  }
  const page = await opened("admin");
  await page.getByTestId("forbidden").waitFor();
  await page.context().close();
});

test("the files have what the page shows, with the filters and the seed", async () => {
  const page = await opened("dispatcher", "#origin=call");
  await mapped(page);
  const saved = async (/** @type {string} */ name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  const csv = await saved("CSV");
  assert.equal(csv.name, "vigie-hotspots-tract-call.csv");
  const [heads = "", ...rows] = csv.text.trim().split("\r\n");
  assert.equal(rows.length, SIDE * SIDE);
  const column = heads.split(";").indexOf("standing");
  assert.equal(rows.filter((row) => row.split(";")[column] === "hot").length, await told(page, "hot"));
  const json = JSON.parse((await saved("GeoJSON")).text);
  assert.equal(json.features.length, SIDE * SIDE);
  assert.deepEqual([json.filters.channel, json.tests.seed], [["call"], 1]);
  await page.context().close();
});

test("nothing serious on a phone, a tablet and a desk, by day and by night", async () => {
  for (const colorScheme of ["dark", "light"]) {
    for (const [width, height] of /** @type {const} */ ([[360, 740], [768, 1024], [1280, 800]])) {
      const page = await opened("dispatcher", `#zone=${at(7, 1)}`, { colorScheme, viewport: { width, height }, hasTouch: width < 1000 });
      await mapped(page);
      await page.getByTestId("repeats").locator("td").first().waitFor();
      assert.deepEqual(await serious(page), [], `${colorScheme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, `${width} scrolls sideways`);
      // The page scrolls in its frame: as high as all of it, so that the picture shows all.
      const whole = await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
      await page.setViewportSize({ width, height: Math.min(whole + 70, 4000) });
      await shot(page, `hotspots-${colorScheme}-${width}`);
      await page.context().close();
    }
  }
});
