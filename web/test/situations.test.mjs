// What rules of correlation find, in the room: it comes, goes on and goes by the stream alone.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { serious } from "./axe.mjs";
import { Desk } from "./desk.mjs";
import { launch, newPage, open, Server, shot } from "./support.mjs";

const ABOUT = "Deux incidents en une heure sur la même résidence";
/** `quickly` is over while a test waits; `slowly` outlives the tests that look at it. */
const RULES = `
lateness = "1 s"

[[rule]]
name = "quickly"
about = "${ABOUT}"
on = "site"
count = { of = "incident.OCC-ESC", at_least = 2, within = "1 h" }
closes_after = "25 s"

[[rule]]
name = "slowly"
on = "site"
count = { of = "incident.NUI-PYR", at_least = 2, within = "1 h" }
closes_after = "30 min"

[[rule]]
name = "any-landlord"
about = "Deux feux d’artifice chez un même bailleur"
on = "landlord"
count = { of = "incident.NUI-PYR", at_least = 2, within = "1 h" }
closes_after = "30 min"
`;

const folder = mkdtempSync(join(tmpdir(), "vigie-rules-"));
const server = new Server();
const desk = new Desk(server, 120);
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  const rules = join(folder, "rules.toml");
  writeFileSync(rules, RULES);
  await server.start(["--rules", rules]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} kind @param {import("./desk.mjs").Site} site */
function report(kind, site) {
  return desk.post("incidents", { kind, channel: "caretaker", location: { site_code: site.id } });
}

/** Two incidents that go together on a site of their own; when the room has them. @param {string} kind */
async function twice(kind) {
  const site = await desk.freshSite();
  await report(kind, site);
  await report(kind, site);
  return site;
}

/** Waits until the server has an open situation on the site. @param {import("./desk.mjs").Site} site */
async function found(site) {
  for (let tries = 0; tries < 100; tries++) {
    const { situations } = await server.get(`situations?site=${site.id}`);
    if (situations.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.fail(`no rule has found anything on ${site.id}`);
}

/** @param {import("playwright-core").Page} page @param {import("./desk.mjs").Site} site */
function rowOf(page, site) {
  return page.getByTestId("situations").getByRole("listitem").filter({ hasText: site.id });
}

/** How often a situation was met is told half a minute late at most. */
const TOLD_MS = 60_000;

describe("a situation", () => {
  test("comes and goes by the stream alone, and a click leads to its site", async () => {
    const site = await desk.freshSite();
    const { page, faults, close } = await newPage(browser, { height: 900 });
    await open(page, server);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await page.waitForTimeout(1_500);
    await page.evaluate(() => {
      const region = document.querySelector("[data-testid=announcement]");
      const said = Object.assign(window, { said: /** @type {string[]} */ ([]) }).said;
      if (region) new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { subtree: true, characterData: true, childList: true });
    });
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/v1/situations") asked.push(request.url());
    });

    await report("OCC-ESC", site);
    await report("OCC-ESC", site);
    const row = rowOf(page, site);
    await row.waitFor();

    const text = await row.innerText();
    assert.ok(text.includes(ABOUT), text);
    assert.ok(text.includes(site.properties.name), text);
    assert.match(text, /depuis \d+\s(s|min) · 1 fois · la dernière il y a \d+\s(s|min)/);
    const said = await page.evaluate(() => /** @type {any} */ (window).said);
    assert.ok(said.includes(`Va ensemble\u00a0: ${ABOUT}, ${site.id} ${site.properties.name}`), JSON.stringify(said));

    await row.getByRole("button").click();
    await page.getByTestId("site-code").getByText(site.id, { exact: true }).waitFor();
    assert.equal(await row.getByRole("button").getAttribute("aria-pressed"), "true");
    const [lon = 0, lat = 0] = site.geometry.coordinates;
    await page.waitForFunction(
      ([lon = 0, lat = 0]) => {
        const camera = /** @type {any} */ (window.vigie?.map).getCenter();
        return Math.abs(camera.lng - lon) < 0.02 && Math.abs(camera.lat - lat) < 0.02;
      },
      [lon, lat],
    );

    await row.waitFor({ state: "detached", timeout: 60_000 });
    assert.deepEqual(asked, [], "the list is not read again");
    assert.deepEqual(faults, []);
    await close();
  });

  test("that was found before the page was opened is there, and is walked to with the keyboard", async () => {
    const site = await twice("NUI-PYR");
    await found(site);
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server);
    const row = rowOf(page, site).filter({ hasText: "slowly" });
    await row.waitFor();
    // On a landlord: the landlord, and the site of the last signal.
    const { landlord_name } = (await server.get(`sites/${site.id}`)).properties;
    await rowOf(page, site).filter({ hasText: "Deux feux d’artifice" }).filter({ hasText: landlord_name }).waitFor();

    await page.keyboard.press("s");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY");
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement?.closest("li")?.dataset["situation"]);
    const rows = page.getByTestId("situations").locator("[data-situation]");
    assert.equal(await focused(), await rows.first().getAttribute("data-situation"));
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), await rows.nth(1).getAttribute("data-situation"));
    await page.keyboard.press("Enter");
    await page.getByTestId("site-code").getByText(site.id, { exact: true }).waitFor();
    await close();
  });

  for (const theme of ["dark", "light"]) {
    for (const [name, width, height] of /** @type {const} */ ([["desktop", 1280, 640], ["tablet", 768, 1024], ["phone", 360, 740]])) {
      test(`leaves room for the incidents on a ${name} in the ${theme} theme`, async () => {
        await found(await twice("NUI-PYR"));
        const { page, close } = await newPage(browser, { width, height });
        await open(page, server, `theme=${theme}`);
        const list = page.getByTestId("situations");
        await list.waitFor();
        const incident = page.getByTestId("incidents").getByRole("button").first();
        assert.ok(await inView(incident), "no incident is in view");
        if (name !== "desktop") {
          assert.equal(await list.getByRole("listitem").first().isVisible(), false, "one line until it is opened");
          await shot(page, `${name}-${theme}-situations-closed`);
          await list.locator("summary").click();
        }
        await list.getByRole("listitem").first().waitFor();
        assert.deepEqual(await serious(page), []);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(sideways, 0);
        await shot(page, `${name}-${theme}-situations`);
        await close();
      });
    }
  }

  test("says how often it was met", async () => {
    const site = await twice("NUI-PYR");
    await found(site);
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server);
    const row = rowOf(page, site).filter({ hasText: "slowly" });
    await row.getByText("· 1 fois ·").waitFor();
    await page.getByTestId("link").getByText("En direct").waitFor();
    await report("NUI-PYR", site);
    await row.getByText("· 2 fois ·").waitFor({ timeout: TOLD_MS });
    await close();
  });

  test("is asked for by nobody who may not read it", async () => {
    await found(await twice("NUI-PYR"));
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.getByTestId("situations").waitFor();
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/v1/situations") asked.push(request.url());
    });
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("landlord")]);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await page.waitForTimeout(1_000);
    assert.equal(await page.getByTestId("situations").count(), 0);
    assert.deepEqual(asked, []);
    await close();
  });
});

/** Whether all of it is on the screen and nothing lies on it. @param {import("playwright-core").Locator} locator */
function inView(locator) {
  return locator.evaluate((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const at = (/** @type {number} */ y) => one.contains(document.elementFromPoint((left + right) / 2, y));
    return at(top + 2) && at(bottom - 2);
  });
}
