// Portraits and subjects on a real `vigie serve`: a small town whose figures are known by heart.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { ARTIFACTS, CHROMIUM, dayOfMonthsAgo, FLAGS, Service } from "./support.mjs";

const PASSWORD = "correct horse battery";
const ROLES = ["planner", "dispatcher", "partner", "admin"];
const MONTHS = 28;

const town = new Service();
const replaced = new Service();
/** @type {import("playwright-core").Browser} */
let browser;

/** Two tracts with figures, three sites, and reports of more than two years. @param {Service} service */
function makeTown(service) {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => {
    writeFileSync(join(service.folder, name), text);
    return join(service.folder, name);
  };
  const square = (/** @type {number} */ west) => [[[west, 48.85], [west + 0.01, 48.85], [west + 0.01, 48.86], [west, 48.86], [west, 48.85]]];
  const features = [["751010101", "Halles 1", 2.34], ["751010102", "Halles 2", 2.35]].map(([code, name, west]) => ({
    type: "Feature",
    properties: { CODE_IRIS: code, NOM_IRIS: name, TYP_IRIS: "H" },
    geometry: { type: "Polygon", coordinates: square(Number(west)) },
  }));
  service.run(["import", "tracts", file("tracts.geojson", JSON.stringify({ type: "FeatureCollection", features })), "--vintage", "2020"]);
  const table = "IRIS;P20_POP;P20_MEN;DISP_MED20\n751010101;2000;1000;30000\n751010102;4000;2000;18000\n";
  service.run(["import", "indicators", file("base-ic-2020.csv", table), "--source", "Insee"]);
  const sites = "code;landlord;name;dwellings;lon;lat\nPH-0001;Paris Habitat;Résidence 1;40;2.345;48.855\nPH-0002;Paris Habitat;Résidence 2;400;2.355;48.855\nRI-0001;RIVP;Résidence 3;80;2.356;48.856\n";
  service.run(["import", "sites", file("sites.csv", sites)]);
  /** @type {string[]} */
  const rows = [];
  for (let back = 1; back <= MONTHS + 1; back++) {
    const day = dayOfMonthsAgo(back, 10);
    const row = (/** @type {string} */ site, /** @type {string} */ kind, /** @type {number} */ hour) => rows.push(`${kind};call;${day}T${10 + hour}:00:00Z;${site}\n`);
    for (let hour = 0; hour < 8; hour++) row("PH-0001", hour % 2 ? "NUI-MUS" : "OCC-HAL", hour);
    row("PH-0002", "OCC-HAL", 0);
    row("RI-0001", "NUI-VOI", 1);
  }
  service.run(["import", "incidents", file("incidents.csv", `kind;channel;reported_at;site_code\n${rows.join("")}`)]);
}

before(async () => {
  makeTown(town);
  for (const role of ROLES) town.run(["account", "create", role, "--role", role, "--password-stdin"], `${PASSWORD}\n`);
  town.run(["account", "create", "bailleur", "--role", "landlord", "--landlord", "paris-habitat", "--password-stdin"], `${PASSWORD}\n`);
  replaced.run(["import", "sites", (() => { const path = join(replaced.folder, "s.csv"); writeFileSync(path, "code;landlord;name;dwellings;lon;lat\nPH-0001;Paris Habitat;R;40;2.345;48.855\n"); return path; })()]);
  replaced.run(["account", "create", "dispatcher", "--role", "dispatcher", "--password-stdin"], `${PASSWORD}\n`);
  const kinds = join(replaced.folder, "kinds.csv");
  writeFileSync(kinds, "code;priority;label_fr;label_en;crew_min;crew_min_night;partner\nNUI-MUS;P3;Musique;Music;2;2;\n");
  await town.start();
  await replaced.start("127.0.0.1:0", ["--kinds", kinds]);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  town.stop();
  replaced.stop();
});

/** Signs in and opens an address. @param {string} role @param {string} address @param {object} [options] @param {Service} [service] */
async function opened(role, address, options = {}, service = town) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", locale: "fr-FR", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`${service.url}/signin?next=/me`);
  await page.getByLabel("Compte").fill(role);
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${service.url}/me`);
  await page.goto(`${service.url}${address}`);
  return page;
}

/** The words of a part, with plain spaces. @param {import("playwright-core").Page} page @param {string} part */
async function words(page, part) {
  const text = (await page.getByTestId(part).textContent()) ?? "";
  return text.replace(/[\u00a0\u202f]/g, " ").replace(/\s+/g, " ");
}

test("a portrait says what is reported, how sure that is, and that it ranks nobody", async () => {
  const page = await opened("dispatcher", "/portrait#of=site&code=PH-0001");
  await page.locator('[data-testid=portrait][data-code="PH-0001"]').waitFor();
  await page.getByTestId("caution").getByText("ne classe aucune patrouille").waitFor();
  assert.match(await words(page, "tiles"), new RegExp(`Logements 40 1 résidence Signalements ${8 * MONTHS} ${MONTHS} mois`));
  assert.match(await words(page, "what"), new RegExp(`Occupation de hall ?${4 * MONTHS} ?1 .*de .* à`));
  assert.match(await words(page, "around"), /Reste du parc.*plus/);
  assert.equal(await page.locator("[data-testid=hours] tbody tr").count(), 7);
  await page.getByTestId("course").getByText("sans ce qui revient chaque année").waitFor();
  assert.match(await words(page, "insee"), /2 000 dans ces IRIS/);
  assert.match(await words(page, "insee"), /Médiane.*30 000 € ?d’un seul IRIS ?Insee, 2020, 1 000 ménages/);
  // The room takes nothing out of the house.
  assert.equal(await page.getByRole("button", { name: "PDF" }).count(), 0);
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("a place is chosen by its code, and what is not there is said", async () => {
  const page = await opened("dispatcher", "/portrait");
  await page.locator("[data-testid=portrait][data-of=town]").waitFor();
  await page.getByTestId("of").selectOption("commune");
  await page.getByTestId("code").fill("75101");
  await page.getByTestId("show").click();
  await page.locator('[data-testid=portrait][data-code="75101"]').waitFor();
  await page.waitForURL(/of=commune&code=75101/);
  await page.getByTestId("of").selectOption("site");
  await page.getByTestId("code").fill("ZZ-9");
  await page.getByTestId("show").click();
  await page.getByRole("alert").getByText("ZZ-9").waitFor();
  await page.goBack();
  await page.locator('[data-testid=portrait][data-code="75101"]').waitFor();
  await page.locator('[data-site="PH-0001"] button').click();
  await page.locator('[data-testid=portrait][data-code="PH-0001"]').waitFor();
  await page.context().close();
});

test("a polygon is drawn by clicks or written, and a bad one is told", async () => {
  const page = await opened("dispatcher", "/portrait");
  await page.locator("[data-testid=portrait][data-of=town]").waitFor();
  await page.getByTestId("draw").click();
  await page.getByTestId("close").click();
  await page.getByTestId("ring-fault").waitFor();
  await page.getByTestId("corners").fill("2.34,48.85;2.355,48.85;2.355,48.86;2.34,48.86");
  await page.getByTestId("close").click();
  await page.locator("[data-testid=portrait][data-of=drawn]").waitFor();
  // All of one tract and a half of the other.
  assert.match(await words(page, "insee"), /≈ 4 000 ?entre 2 000 et 6 000/);
  await page.waitForURL(/of=drawn&ring=2\.34,48\.85;/);
  await page.reload();
  await page.locator("[data-testid=portrait][data-of=drawn]").waitFor();

  await page.getByTestId("draw").click();
  const box = await page.getByTestId("where-map").boundingBox();
  assert.ok(box);
  for (const [x, y] of [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]) await page.getByTestId("where-map").click({ position: { x: box.width * (x ?? 0), y: box.height * (y ?? 0) } });
  assert.equal((await page.getByTestId("corners").inputValue()).split(";").length, 3);
  assert.deepEqual(await serious(page), []);
  await page.getByTestId("close").click();
  await page.waitForFunction(() => location.hash.split(";").length === 3);
  await page.locator("[data-testid=portrait][data-of=drawn]").waitFor();
  await page.getByTestId("draw").click();
  await page.getByTestId("corners").fill("2.34,48.85;2.36,48.86;2.36,48.85;2.34,48.86");
  await page.getByTestId("close").click();
  await page.getByRole("alert").getByText("coordinates").waitFor();
  await page.context().close();
});

test("planners and partners read published numbers, and may take files", async () => {
  for (const role of ["planner", "partner"]) {
    const page = await opened(role, "/portrait#of=tract&code=751010101");
    await page.locator('[data-testid=portrait][data-code="751010101"]').waitFor();
    await page.getByTestId("published").getByText("arrondis à 5 près").waitFor();
    await page.getByTestId("hours").getByText("ne sont pas publiées").waitFor();
    assert.match(await words(page, "top"), /PH-0001/);
    assert.doesNotMatch(await words(page, "top"), /Résidence 1/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "PDF" }).click()]);
    assert.equal(download.suggestedFilename(), "portrait-tract-751010101.pdf");
    assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), "%PDF-");
    assert.deepEqual(await serious(page), []);
    await page.context().close();
  }
});

test("a landlord reads of its own sites alone", async () => {
  const page = await opened("bailleur", "/subjects/noise");
  await page.getByTestId("portrait").waitFor();
  await page.getByRole("heading", { name: "Bruit" }).waitFor();
  const text = (await page.getByTestId("portrait").textContent()) ?? "";
  assert.match(text, /Résidence 1/);
  assert.doesNotMatch(text, /Résidence 3|RI-0001|RIVP/);
  await page.goto(`${town.url}/portrait#of=site&code=RI-0001`);
  await page.getByRole("alert").getByText("RI-0001").waitFor();
  await page.context().close();
});

test("each subject has its page, and one without kinds says so", async () => {
  const page = await opened("dispatcher", "/subjects/halls");
  await page.getByRole("heading", { name: "Occupation de halls" }).waitFor();
  assert.match(await words(page, "tiles"), new RegExp(`Signalements ${5 * MONTHS} `));
  await page.locator('[data-subject="hours"]').click();
  await page.waitForURL(/\/subjects\/hours/);
  await page.getByRole("heading", { name: "Sujet : Heures" }).waitFor();
  await page.waitForFunction((all) => document.querySelector("[data-testid=tiles]")?.textContent?.includes(String(all)), 10 * MONTHS);
  await page.getByRole("button", { name: /^EN/ }).click();
  await page.getByRole("heading", { name: "Subject: Hours" }).waitFor();
  await page.context().close();

  const other = await opened("dispatcher", "/subjects/halls", {}, replaced);
  await other.getByTestId("no-kinds").waitFor();
  await other.locator('[data-subject="noise"]').click();
  await other.getByTestId("portrait").waitFor();
  await other.context().close();
});

test("whoever reads no numbers is told", async () => {
  const page = await opened("admin", "/portrait");
  await page.getByTestId("forbidden").waitFor();
  await page.context().close();
});

test("it fits a phone, a tablet and a desk, in light and dark", async () => {
  for (const [name, width, height, colorScheme] of /** @type {const} */ ([["phone", 390, 844, "light"], ["tablet", 820, 1180, "dark"], ["desk", 1440, 900, "light"]])) {
    const page = await opened("planner", "/portrait#of=commune&code=75101", { viewport: { width, height }, colorScheme });
    await page.getByTestId("portrait").waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
    assert.deepEqual(await serious(page), [], name);
    await page.screenshot({ path: join(ARTIFACTS, `portrait-${name}.png`), fullPage: true });
    await page.context().close();
  }
});
