// The analysis by tract on a real `vigie serve`: a small town whose figures are known by heart, and Paris as INSEE tells of it.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { CHROMIUM, dayOfMonthsAgo, drawn, FLAGS, idle, project, Service, shot } from "./support.mjs";

const PASSWORD = "correct horse battery";
const ROLES = ["planner", "dispatcher", "partner", "admin", "dpo"];
const SHARED = new URL("../../../shared/data/", import.meta.url).pathname;
const REAL = {
  tracts: join(SHARED, "contours-iris-paris/CONTOURS-IRIS.shp"),
  indicators: join(SHARED, "BASE_TD_FILO_DISP_IRIS_2018.csv"),
  sites: join(SHARED, "logements-sociaux-finances-paris.csv"),
};
const hasReal = Object.values(REAL).every((path) => existsSync(path));
if (!hasReal) console.error("skipped: the real files of Paris are not in ../shared/data; the small town alone is looked at");

const town = new Service();
const empty = new Service();
const paris = new Service();
const crossed = new Service();
/** @type {import("playwright-core").Browser} */
let browser;

/** @param {Service} service */
async function serve(service) {
  for (const role of ROLES) service.run(["account", "create", role, "--role", role, "--password-stdin"], `${PASSWORD}\n`);
  await service.start();
}

/** Three tracts side by side, of which the last has no figure; five sites in the first two, and incidents last month. */
function makeTown() {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => {
    writeFileSync(join(town.folder, name), text);
    return join(town.folder, name);
  };
  const square = (/** @type {number} */ west) => [[[west, 48.85], [west + 0.01, 48.85], [west + 0.01, 48.86], [west, 48.86], [west, 48.85]]];
  const features = [["751010101", "Halles 1", 2.34], ["751010102", "Halles 2", 2.35], ["751010103", "Seine", 2.36]].map(([code, name, west]) => ({
    type: "Feature",
    properties: { CODE_IRIS: code, NOM_IRIS: name, TYP_IRIS: "H" },
    geometry: { type: "Polygon", coordinates: square(Number(west)) },
  }));
  town.run(["import", "tracts", file("tracts.geojson", JSON.stringify({ type: "FeatureCollection", features })), "--vintage", "2020"]);
  const table = "IRIS;DISP_TP6018;DISP_MED18\n751010101;12.5;30000\n751010102;25;18000\n751010103;ns;ns\n";
  town.run(["import", "indicators", file("BASE_TD_FILO_DISP_IRIS_2018.csv", table), "--source", "Insee, Filosofi"]);
  town.run(["import", "indicators", file("rp-2017.csv", "IRIS;P17_MEN\n751010101;310\n751010102;1200\n751010103;ns\n"), "--source", "Insee, recensement"]);
  const sites = "code;landlord;name;dwellings;lon;lat\nPH-0001;Paris Habitat;Résidence 1;40;2.345;48.855\nPH-0002;Paris Habitat;Résidence 2;40;2.355;48.855\n";
  town.run(["import", "sites", file("sites.csv", sites)]);
  const last = dayOfMonthsAgo(1, 10);
  const row = (/** @type {string} */ site, /** @type {number} */ hour) => `OCC-HAL;call;${last}T${10 + hour}:00:00Z;${site}\n`;
  const incidents = [...Array.from({ length: 8 }, (_, hour) => row("PH-0001", hour)), row("PH-0002", 0), row("PH-0002", 1)];
  town.run(["import", "incidents", file("incidents.csv", `kind;channel;reported_at;site_code\n${incidents.join("")}`)]);
}

/** Nine tracts with a site each, of which figure and incidents rise along two sides; one without a figure, one without a site; and two squares. */
function makeCrossed() {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => {
    writeFileSync(join(crossed.folder, name), text);
    return join(crossed.folder, name);
  };
  const outline = (/** @type {object} */ properties, /** @type {number} */ west, /** @type {number} */ south, size = 0.01) => ({
    type: "Feature",
    properties,
    geometry: { type: "Polygon", coordinates: [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]] },
  });
  const all = Array.from({ length: 11 }, (_, at) => ({ code: `7510101${String(at + 1).padStart(2, "0")}`, at, west: 2.3 + 0.01 * (at % 3), south: 48.8 + 0.01 * Math.floor(at / 3) }));
  const features = all.map(({ code, at, west, south }) => outline({ CODE_IRIS: code, NOM_IRIS: `Zone ${at}`, TYP_IRIS: "H" }, west, south));
  crossed.run(["import", "tracts", file("tracts.geojson", JSON.stringify({ type: "FeatureCollection", features })), "--vintage", "2020"]);
  const figures = all.map(({ code, at }) => `${code};${at === 9 ? "ns" : 10 * (1 + (at % 3)) + at / 10};${100 + at}\n`);
  crossed.run(["import", "indicators", file("filosofi-2018.csv", `IRIS;TAUX;MENAGES\n${figures.join("")}`), "--source", "Insee, essai"]);
  const housed = all.filter(({ at }) => at !== 10);
  const sites = housed.map(({ at, west, south }) => `S-${at};Paris Habitat;Résidence ${at};40;${west + 0.005};${south + 0.005}\n`);
  crossed.run(["import", "sites", file("sites.csv", `code;landlord;name;dwellings;lon;lat\n${sites.join("")}`)]);
  const last = dayOfMonthsAgo(1, 10);
  const rows = housed.flatMap(({ at }) =>
    Array.from({ length: 10 * (1 + Math.floor(at / 3)) }, (_, n) => `OCC-HAL;call;${last}T10:${String(n).padStart(2, "0")}:00Z;S-${at}\n`),
  );
  crossed.run(["import", "incidents", file("incidents.csv", `kind;channel;reported_at;site_code\n${rows.join("")}`)]);
  const squares = ["CRS3035RES200mN2885000E3755000", "CRS3035RES200mN2885000E3755200"];
  const carved = squares.map((id, at) => outline({ idcar_200m: id }, 2.3 + 0.003 * at, 48.8, 0.003));
  crossed.run(["import", "tracts", file("squares.geojson", JSON.stringify({ type: "FeatureCollection", features: carved })), "--vintage", "2019"]);
  crossed.run(["import", "indicators", file("carreaux_2019.csv", `idcar_200m,Men,Men_pauv\n${squares[0]},140,31\n${squares[1]},80,12\n`), "--source", "Insee, carreaux"]);
}

before(async () => {
  makeTown();
  makeCrossed();
  await Promise.all([serve(town), serve(empty), serve(crossed)]);
  if (hasReal) {
    paris.run(["import", "tracts", REAL.tracts, "--vintage", "2013"]);
    paris.run(["import", "indicators", REAL.indicators, "--source", "Insee, Filosofi"]);
    paris.run(["import", "sites", REAL.sites]);
    await serve(paris);
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  for (const service of [town, empty, paris, crossed]) service.stop();
});

/** Signs in and opens the page. @param {Service} service @param {string} role @param {string} [hash] @param {object} [options] */
async function opened(service, role, hash = "", options = {}) {
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
  await page.goto(`${service.url}/signin?next=/me`);
  await page.getByLabel("Compte").fill(role);
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${service.url}/me`);
  await page.goto(`${service.url}/analysis${hash}`);
  return page;
}

/** Waits until the map shows what the table does. @param {import("playwright-core").Page} page @param {number} tracts */
async function mapped(page, tracts) {
  await page.waitForFunction((wanted) => document.querySelectorAll("[data-tract] th").length === wanted, tracts);
  await page.waitForFunction(
    async (wanted) => {
      const source = /** @type {any} */ (window.vigie?.map.getSource("tracts"));
      return source !== undefined && (await source.getData()).features.length === wanted;
    },
    tracts,
    { polling: 150 },
  );
  await idle(page);
}

/** What is outlined on the map. @param {import("playwright-core").Page} page */
const outlined = (page) => page.evaluate(() => /** @type {any} */ (window.vigie?.map.getFilter("picked"))?.at(-1));

/** The tracts of the table, from above. @param {import("playwright-core").Page} page */
const order = (page) => page.locator("tr[data-tract]").evaluateAll((all) => all.map((one) => one.getAttribute("data-tract")));

/** How many tracts each class of the legend has, from low to high. @param {import("playwright-core").Page} page */
async function legend(page) {
  const counts = await page.getByTestId("band").evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-count"))).reverse());
  return { counts, unknown: Number(await page.getByTestId("unknown").getAttribute("data-count")) };
}

test("a tract that is picked is the same on the map, in the table and among the points", async () => {
  const page = await opened(town, "dispatcher");
  await mapped(page, 3);
  await page.getByTestId("caution").getByText("aucune patrouille et aucune personne").waitFor();
  await page.getByTestId("chosen").getByText("Choisissez un IRIS").waitFor();

  const at = await project(page, [2.355, 48.855]);
  await page.locator("[data-testid=map] canvas").click({ position: at });
  await page.getByTestId("chosen").getByText("Halles 2").waitFor();
  const chosen = (await page.getByTestId("chosen").textContent()) ?? "";
  for (const said of ["25 %", "751010102", "Insee, Filosofi, 2018", "IGN-Insee, 2020"]) assert.ok(chosen.replaceAll("\u00a0", " ").includes(said), `${said}: ${chosen}`);
  assert.equal(await outlined(page), "751010102");
  assert.equal(await page.locator('[data-tract="751010102"] button').getAttribute("aria-pressed"), "true");
  await page.getByTestId("picked-point").waitFor();

  await page.locator('circle[data-tract="751010101"]').click();
  await page.getByTestId("chosen").getByText("Halles 1").waitFor();
  assert.match((await page.getByTestId("chosen").textContent()) ?? "", /Incidents pour 1.000.logements\s*200/);
  assert.equal(await outlined(page), "751010101");
  assert.match(page.url(), /tract=751010101/);

  await page.reload();
  await mapped(page, 3);
  await page.getByTestId("chosen").getByText("Halles 1").waitFor();
  assert.equal(await outlined(page), "751010101");
  await page.context().close();
});

test("the keyboard alone picks an indicator, a tract of the table and one of the map", async () => {
  const page = await opened(town, "dispatcher");
  await mapped(page, 3);
  await page.getByTestId("indicator").focus();
  await page.getByRole("option").first().waitFor();
  assert.deepEqual(await serious(page), [], "with the list open");
  await page.keyboard.type("mediane");
  await page.keyboard.press("Enter");
  await page.getByTestId("legend").getByText(/Médiane/).waitFor();
  await page.waitForURL(/DISP_MED18/);
  await page.getByTestId("legend").getByText(/18.000/).first().waitFor();

  await page.locator('tr[data-tract] button[tabindex="0"]').focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByTestId("chosen").getByText("Halles 2").waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByTestId("chosen").getByText("Seine").waitFor();
  await page.getByTestId("chosen").getByText("inconnu").waitFor();

  await page.locator("[data-testid=map] canvas").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("chosen").getByText("Halles 2").waitFor();
  await page.context().close();
});

test("the unknown is neither small nor large: hatched, counted by itself, and last either way", async () => {
  const page = await opened(town, "dispatcher", "#method=equal");
  await mapped(page, 3);
  const colours = Object.fromEntries((await drawn(page, "tracts")).map(({ properties: { code, colour } }) => [code, colour]));
  assert.equal(colours["751010103"] ?? null, null);
  assert.match(colours["751010101"], /^#/);
  assert.notEqual(colours["751010101"], colours["751010102"]);
  const { counts, unknown } = await legend(page);
  assert.deepEqual([counts.reduce((sum, count) => sum + count, 0), unknown], [2, 1]);
  await page.locator('[data-tract="751010103"]').getByText("inconnu").waitFor();

  assert.deepEqual(await order(page), ["751010102", "751010101", "751010103"]);
  assert.equal(await page.locator("th.value").getAttribute("aria-sort"), "descending");
  await page.locator("[data-sort=value]").click();
  assert.deepEqual(await order(page), ["751010101", "751010102", "751010103"]);
  assert.equal(await page.locator("th.value").getAttribute("aria-sort"), "ascending");
  await page.locator("[data-sort=name]").click();
  assert.deepEqual(await order(page), ["751010101", "751010102", "751010103"]);
  await page.getByTestId("search-tract").fill("seine");
  assert.deepEqual(await order(page), ["751010103"]);
  await page.context().close();
});

/** Waits until the legend says so: the server works the classes out. @param {import("playwright-core").Page} page @param {object} wanted */
async function legendIs(page, wanted) {
  const until = Date.now() + 10_000;
  let told = await legend(page);
  while (!isDeepStrictEqual(told, wanted) && Date.now() < until) {
    await page.waitForTimeout(100);
    told = await legend(page);
  }
  assert.deepEqual(told, wanted);
}

test("bounds that are typed make the classes, and wrong ones are told", async () => {
  const page = await opened(town, "dispatcher");
  await mapped(page, 3);
  await page.getByLabel("À la main").check({ force: true });
  for (const [typed, fault] of [["abc", /séparés par/], ["20 ; 15", /de la plus petite/], ["1 ; 20", /entre 12,5.* et 25/], ["", /au moins une borne/]]) {
    await page.getByLabel("Bornes intérieures").fill(String(typed));
    await page.getByRole("button", { name: "Appliquer" }).click();
    await page.getByTestId("fault").getByText(fault ?? "").waitFor();
  }
  // Scrolled halfway, a control under the bar above is small for a finger, and one that one scrolls to is not.
  await page.getByRole("heading", { level: 1 }).scrollIntoViewIfNeeded();
  assert.deepEqual(await serious(page), []);
  await page.getByLabel("Bornes intérieures").fill("15,5 ; 25");
  await page.getByRole("button", { name: "Appliquer" }).click();
  await page.getByTestId("fault").waitFor();
  await page.getByLabel("Bornes intérieures").fill("15,5 ; 20");
  await page.getByRole("button", { name: "Appliquer" }).click();
  await page.waitForURL(/breaks=15\.5,20/);
  await legendIs(page, { counts: [1, 0, 1], unknown: 1 });
  await page.reload();
  await mapped(page, 3);
  assert.deepEqual(await legend(page), { counts: [1, 0, 1], unknown: 1 });
  await page.context().close();
});

/** What a button has the browser save. @param {import("playwright-core").Page} page @param {string} name */
async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("what is shown is saved with its source and its year", async () => {
  const page = await opened(town, "dispatcher");
  await mapped(page, 3);
  await page.getByTestId("scatter").locator("svg").waitFor();
  const table = await saved(page, "CSV");
  assert.equal(table.name, "vigie-DISP_TP6018-2018.csv");
  assert.ok(table.text.startsWith("\ufeffcode;name;"));
  const [heads = [], ...rows] = table.text.slice(1).trim().split("\r\n").map((line) => line.split(";"));
  const column = (/** @type {string} */ name) => Object.fromEntries(rows.map((row) => [row[0], row[heads.indexOf(name)]]));
  assert.deepEqual(column("value"), { 751010102: "25", 751010101: "12,5", 751010103: "" });
  assert.deepEqual(Object.values(column("source")), Array(3).fill("Insee, Filosofi"));
  assert.deepEqual(Object.values(column("vintage")), Array(3).fill("2018"));
  assert.deepEqual(Object.values(column("tract_vintage")), Array(3).fill("2020"));
  assert.deepEqual(column("households"), { 751010101: "310", 751010102: "1200", 751010103: "" });
  assert.deepEqual(Object.values(column("households_source")), Array(3).fill("Insee, recensement"));
  // The room has the evening itself, and exports nothing of it.
  assert.deepEqual(column("incidents"), { 751010101: "", 751010102: "", 751010103: "" });

  const map = JSON.parse((await saved(page, "GeoJSON")).text);
  assert.deepEqual([map.source, map.vintage, map.features.length], ["Insee, Filosofi", 2018, 3]);
  assert.ok(map.features.every((/** @type {any} */ one) => one.geometry.type.endsWith("Polygon")));
  await page.context().close();
});

test("a planner reads published numbers, and none that is small", async () => {
  const page = await opened(town, "planner");
  await mapped(page, 3);
  await page.getByTestId("published").getByText("arrondis à 5 près").waitFor();
  await page.locator('[data-tract="751010102"]').getByText("<5").waitFor();
  await page.locator('[data-tract="751010102"] button').click();
  await page.getByTestId("chosen").getByText("moins de 5 incidents").waitFor();
  const { text } = await saved(page, "CSV");
  const small = text.split("\r\n").find((line) => line.startsWith("751010102")) ?? "";
  assert.match(small, /;40;<5;;.*;published$/);
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("how many households a figure is about stands with the tract, in the table and under each class", async () => {
  const page = await opened(town, "planner", "#tract=751010102&method=equal");
  await mapped(page, 3);
  const plain = (/** @type {string | null} */ text) => (text ?? "").replaceAll(/[\u00a0\u202f]/g, " ");
  assert.equal(plain(await page.getByTestId("chosen-households").textContent()), "1 200");
  assert.ok(plain(await page.getByTestId("chosen").textContent()).includes("Insee, recensement, 2017"));
  assert.equal(plain(await page.locator('[data-tract="751010101"] td.households').textContent()), "310");
  assert.equal(await page.locator('[data-tract="751010103"] td.households').textContent(), "–");
  assert.deepEqual((await page.getByTestId("households").allTextContents()).map(plain), ["1 200 ménages", "310 ménages"]);
  assert.match(plain(await page.getByTestId("households-source").textContent()), /Ménages : Insee, recensement, 2017\./);
  await page.locator("[data-sort=households]").click();
  assert.deepEqual(await order(page), ["751010102", "751010101", "751010103"]);
  await page.context().close();
});

test("the server writes what is chosen in the formats of other programs", async () => {
  for (const [role, counts] of /** @type {const} */ ([["planner", true], ["partner", true], ["dispatcher", false]])) {
    const page = await opened(town, role);
    await mapped(page, 3);
    for (const [name, ending, begins] of [["GeoPackage", "gpkg", "SQLite format 3"], ["FlatGeobuf", "fgb", "fgb"], ["GeoParquet", "parquet", "PAR1"], ["GeoJSONSeq", "geojsons", "\x1e{"]]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
      assert.equal(download.suggestedFilename(), `vigie-tracts.${ending}`);
      const text = readFileSync(await download.path(), "latin1");
      assert.ok(text.startsWith(String(begins)), `${name}: ${text.slice(0, 20)}`);
      assert.equal(text.includes("incidents_per_1000"), counts, `${role} ${name}`);
    }
    await page.context().close();
  }
});

/** Where the two maps of the curtain look. @param {import("playwright-core").Page} page */
const looks = (page) =>
  page.evaluate(() =>
    [window.vigie?.map, /** @type {any} */ (window.vigie)?.beside].map((/** @type {any} */ map) => {
      const { lng, lat } = map.getCenter();
      return [lng, lat, map.getZoom()].map((number) => number.toFixed(6)).join();
    }),
  );

test("a curtain is drawn by the keyboard and by a pointer, and both maps look at the same ground", async () => {
  const page = await opened(crossed, "planner");
  await mapped(page, 11);
  await page.getByLabel("Rideau", { exact: true }).check({ force: true });
  await page.waitForURL(/mode=swipe/);
  await page.getByTestId("beside-band").first().waitFor();
  await page.waitForFunction(async () => {
    const source = /** @type {any} */ (window.vigie)?.beside?.getSource("tracts");
    return source !== undefined && (await source.getData()).features.length > 0;
  });
  const curtain = page.getByTestId("curtain");
  const cut = async () => (await page.locator(".behind").evaluate((element) => getComputedStyle(element).clipPath)).replaceAll(" ", "");
  const before = await cut();
  await curtain.focus();
  for (let step = 0; step < 10; step++) await page.keyboard.press("ArrowRight");
  assert.equal(await curtain.inputValue(), "60");
  assert.match((await curtain.getAttribute("aria-valuetext")) ?? "", /60.% de .*40.% de Incidents/);
  assert.notEqual(await cut(), before);
  await page.keyboard.press("Home");
  assert.equal(await curtain.inputValue(), "0");

  const box = await curtain.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 22, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.75 * box.width, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  assert.ok(Number(await curtain.inputValue()) > 65, await curtain.inputValue());

  let [first, second] = await looks(page);
  assert.equal(first, second);
  await page.evaluate(() => /** @type {any} */ (window.vigie)?.beside.jumpTo({ center: [2.31, 48.82], zoom: 13 }));
  [first, second] = await looks(page);
  assert.equal(first, second);
  assert.match(first ?? "", /^2\.310000,48\.820000,13/);

  await page.getByTestId("beside").selectOption({ label: "MENAGES (2018)" });
  await page.getByTestId("beside-legend").getByText("MENAGES").first().waitFor();
  await page.waitForURL(/beside=filosofi-2018:MENAGES/);
  await page.waitForFunction(async () => (await /** @type {any} */ (window.vigie)?.beside.getSource("tracts").getData()).features.length === 11);
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("crossed with the incidents, each zone is in one of nine colours, and hatched where one of the two is not known", async () => {
  const page = await opened(crossed, "partner", "#mode=cross");
  await mapped(page, 11);
  await page.getByTestId("crossed").first().waitFor();
  const counts = await page.getByTestId("crossed").evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-count"))));
  assert.deepEqual(counts, Array(9).fill(1));
  assert.equal(await page.getByTestId("cross-unknown").getAttribute("data-count"), "2");
  await idle(page);
  const colours = Object.fromEntries((await drawn(page, "tracts")).map(({ properties: { code, colour } }) => [code, colour ?? null]));
  assert.equal(new Set(Object.values(colours)).size, 10);
  assert.deepEqual([colours["751010110"], colours["751010111"]], [null, null]);
  const cell = (/** @type {number} */ value, /** @type {number} */ rate) =>
    page.locator(`[data-testid=crossed][data-value="${value}"][data-rate="${rate}"] i`).evaluate((element) => getComputedStyle(element).backgroundColor);
  const rgb = (/** @type {string} */ hex) => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
  assert.equal(rgb(colours["751010101"]), await cell(0, 0));
  assert.equal(rgb(colours["751010103"]), await cell(2, 0));
  assert.equal(rgb(colours["751010107"]), await cell(0, 2));
  await page.locator('[data-tract="751010109"] button').click();
  await page.getByTestId("chosen").getByText("indicateur haut, incidents haut").waitFor();
  await page.getByTestId("cross").getByText("arrondis à 5 près").waitFor();
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("squares stand in the picker where they were imported, with classes and households of their own", async () => {
  const page = await opened(crossed, "planner");
  await mapped(page, 11);
  await page.getByTestId("indicator").focus();
  await page.keyboard.type("pauvres");
  await page.keyboard.press("Enter");
  await page.waitForURL(/carreaux-2019:Men_pauv/);
  await mapped(page, 2);
  const { counts, unknown } = await legend(page);
  assert.deepEqual([counts.reduce((sum, count) => sum + count, 0), unknown], [2, 0]);
  await page.getByTestId("legend").getByText("1 carreau").first().waitFor();
  assert.deepEqual(await page.locator("td.households").allTextContents(), ["140", "80"]);
  await page.context().close();
});

test("where there is nothing yet, the page says which commands bring it", async () => {
  const page = await opened(empty, "planner");
  const nothing = page.getByTestId("nothing");
  await nothing.getByText("vigie import tracts").waitFor();
  await nothing.getByText("vigie import indicators").waitFor();
  assert.deepEqual(await serious(page), []);
  assert.equal(await page.getByTestId("map").count(), 0);
  await page.context().close();
});

test("whoever may read tracts is led to the page, and nobody else", async () => {
  for (const [role, leads] of /** @type {const} */ ([["planner", true], ["admin", true], ["partner", true], ["dpo", false]])) {
    const page = await opened(town, role);
    await (leads ? page.getByTestId("legend") : page.getByTestId("forbidden")).waitFor();
    await page.goto(`${town.url}/`);
    await page.getByTestId("sign-out").first().waitFor();
    const link = page.locator('a[href="/analysis"]');
    if (leads) await link.click();
    else assert.equal(await link.count(), 0, role);
    if (leads) await page.getByTestId("legend").waitFor();
    // Whoever administers reads no incidents: the figures stand alone.
    assert.equal(await page.getByTestId("scatter").count(), role === "planner" || role === "partner" ? 1 : 0, role);
    await page.context().close();
  }
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${town.url}/analysis#tract=751010101`);
  await page.waitForURL(/\/signin\?next=/);
  await page.getByLabel(/Account/).fill("dispatcher");
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Territorial analysis" }).waitFor();
  await page.getByTestId("chosen").getByText("Halles 1").waitFor();
  await context.close();
});

test("Paris as INSEE tells of it: each tract once, in the class that the server says", { skip: !hasReal }, async () => {
  const page = await opened(paris, "dispatcher");
  await mapped(page, 992);
  for (const [method, label] of [["quantile", "Effectifs égaux"], ["jenks", "Seuils naturels"], ["equal", "Écarts égaux"]]) {
    const answered = page.waitForResponse((answer) => answer.url().includes("/tracts/classes") && answer.url().includes(`method=${method}`) && answer.url().includes("classes=7"));
    await page.getByLabel(String(label)).check({ force: true });
    await page.getByLabel("7", { exact: true }).check({ force: true });
    const answer = await (await answered).json();
    await page.waitForFunction((wanted) => document.querySelectorAll("[data-testid=band]").length === wanted, answer.counts.length);
    const told = await legend(page);
    assert.deepEqual(told, { counts: answer.counts, unknown: answer.unknown });
    assert.equal(told.counts.reduce((sum, count) => sum + count, 0) + told.unknown, 992);
    await idle(page);
    const colours = new Map();
    for (const { properties: { colour } } of await drawn(page, "tracts")) colours.set(colour ?? null, (colours.get(colour ?? null) ?? 0) + 1);
    const shades = await page.getByTestId("band").locator(".mark i").evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor).reverse());
    const rgb = (/** @type {string} */ hex) => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
    const byShade = Object.fromEntries([...colours].map(([colour, count]) => [colour === null ? "unknown" : rgb(colour), count]));
    assert.deepEqual(byShade, Object.fromEntries([["unknown", told.unknown], ...shades.map((shade, at) => [shade, told.counts[at] ?? 0])].filter(([, count]) => Number(count) > 0)), method);
    await page.getByLabel("5", { exact: true }).check({ force: true });
  }
  await page.context().close();
});

test("nothing serious on a phone, a tablet and a desk, by day and by night", async () => {
  const [service, tracts, tract] = hasReal ? /** @type {const} */ ([paris, 992, "751114302"]) : /** @type {const} */ ([town, 3, "751010101"]);
  for (const colorScheme of ["dark", "light"]) {
    for (const [width, height] of /** @type {const} */ ([[360, 740], [768, 1024], [1280, 800]])) {
      const page = await opened(service, "planner", `#tract=${tract}`, { colorScheme, viewport: { width, height }, hasTouch: width < 1000 });
      await mapped(page, tracts);
      await page.getByTestId("scatter").locator("p").first().waitFor();
      assert.deepEqual(await serious(page), [], `${colorScheme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, `${width} scrolls sideways`);
      // The page scrolls in its frame: as high as all of it, so that the picture shows all.
      const whole = await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
      await page.setViewportSize({ width, height: Math.min(whole + 70, 4000) });
      await shot(page, `analysis-${colorScheme}-${width}`);
      await page.context().close();
      for (const mode of ["swipe", "cross"]) {
        const page = await opened(crossed, "planner", `#mode=${mode}`, { colorScheme, viewport: { width, height }, hasTouch: width < 1000 });
        await mapped(page, 11);
        await page.getByTestId(mode === "swipe" ? "beside-band" : "crossed").first().waitFor();
        assert.deepEqual(await serious(page), [], `${mode} ${colorScheme} ${width}`);
        assert.ok(!(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)), `${mode} ${width} scrolls sideways`);
        await shot(page, `analysis-${mode}-${colorScheme}-${width}`);
        await page.context().close();
      }
    }
  }
});
