// What a dispatcher does: take a call, send a patrol, follow it to the end; and what happens when two do so at once, or
// when half of it fails. In real browsers against the real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serious } from "./axe.mjs";
import { Desk } from "./desk.mjs";
import { launch, newPage, open, Server, shot } from "./support.mjs";

/** @typedef {import("playwright-core").Page} Page */

const server = new Server();
const desk = new Desk(server, 40);
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  await server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server.stop();
});

/** @param {Page} page */
const status = (page) => page.getByTestId("status").textContent();

/** @param {Page} page @param {string} text */
async function waitForStatus(page, text) {
  await page.waitForFunction((wanted) => document.querySelector("[data-testid=status]")?.textContent === wanted, text);
}

/** Counts what is pressed apart from the text of the search. @param {Page} page */
function keyboard(page) {
  const keys = {
    pressed: 0,
    /** @param {string} key */
    async press(key) {
      keys.pressed++;
      await page.keyboard.press(key);
    },
    /** @param {string} text */
    async type(text) {
      keys.pressed += text.length;
      await page.keyboard.type(text);
    },
  };
  return keys;
}

describe("a call", () => {
  test("is taken from the keyboard alone: recorded and assigned in at most 12 keys beyond the search, within 20 seconds", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { page, faults, close } = await newPage(browser);
    await open(page, server);
    const keys = keyboard(page);
    const started = Date.now();
    await keys.press("c");
    await page.keyboard.type(site.properties.code.toLowerCase());
    await keys.press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await keys.type("hall");
    await keys.press("Enter");
    await page.getByTestId("proposal").getByText(crew.callsign).waitFor();
    await shot(page, "desktop-dark-call-ready");
    await keys.press("Enter");
    const told = page.getByTestId("recorded");
    await told.waitFor();
    const took_s = (Date.now() - started) / 1000;
    assert.match(await told.innerText(), new RegExp(`${site.properties.code}.*${crew.callsign}`));
    console.log(`call to assignment: ${keys.pressed} keys beyond the search, ${took_s.toFixed(1)} s`);
    assert.ok(keys.pressed <= 12, `${keys.pressed} keys`);
    assert.ok(took_s <= 20, `${took_s} s`);

    await waitForStatus(page, "affecté");
    const { features } = await server.get(`incidents?site=${site.id}&status=assigned`);
    assert.equal(features.length, 1);
    assert.deepEqual(features[0].properties.patrols.map((/** @type {any} */ one) => one.id), [crew.id]);
    assert.deepEqual([features[0].properties.kind, features[0].properties.channel], ["OCC-HAL", "call"]);
    assert.deepEqual(faults, []);
    await close();
  });

  test("that was taken down wrongly is corrected from the keyboard: its kind, then its site", async () => {
    const [wrong, right] = [await desk.freshSite(), await desk.freshSite()];
    const { id } = await desk.post("incidents", { kind: "NUI-MUS", channel: "call", location: { site_code: wrong.id } });
    const { page, faults, close } = await newPage(browser);
    await open(page, server, `at=incident:${id}`);
    await page.getByTestId("status").waitFor();
    const correction = page.getByTestId("correct");
    await page.keyboard.press("e");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.type("OCC-HAL");
    await page.keyboard.press("Enter");
    await shot(page, "desktop-dark-correct");
    await page.keyboard.press("Enter");
    await correction.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "Occupation de hall" }).waitFor();
    assert.equal(await status(page), "qualifié");

    await page.keyboard.press("e");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.press("Tab");
    await page.keyboard.type(right.id);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.closest("[data-testid=correct]") && document.activeElement.matches("button"));
    await page.keyboard.press("Enter");
    await correction.waitFor({ state: "detached" });
    await page.getByTestId("site-code").getByText(right.id).waitFor();

    const { properties } = await server.get(`incidents/${id}`);
    assert.deepEqual([properties.kind, properties.site_code], ["OCC-HAL", right.id]);
    await page.keyboard.press("e");
    await correction.waitFor();
    await page.keyboard.press("Escape"); // of the list of kinds
    await page.keyboard.press("Escape");
    await correction.waitFor({ state: "detached" });
    assert.match(page.url(), new RegExp(`at=incident:${id}`), "Escape closes the form and not the intervention");
    assert.deepEqual(faults, []);
    await close();
  });

  test("may be typed ahead of the answers: what is quick is not lost", async () => {
    const site = await desk.freshSite();
    await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.route("**/api/v1/sites?**", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue();
    });
    await page.keyboard.press("c");
    await page.keyboard.type(site.properties.code);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.type("OCC-ESC");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByTestId("recorded").waitFor();
    await waitForStatus(page, "affecté");
    await close();
  });

  test("of the same kind on the same site is offered for merging, and merged with Enter", async () => {
    const site = await desk.freshSite();
    await desk.crewAt(site);
    const first = await desk.post("incidents", { kind: "NUI-MUS", channel: "call", location: { site_code: site.id } });
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.keyboard.press("c");
    await page.keyboard.type(site.id);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.type("NUI-MUS");
    await page.keyboard.press("Enter");
    await page.getByTestId("double").waitFor();
    await page.getByRole("button", { name: "Rattacher à l’intervention en cours" }).waitFor();
    await shot(page, "desktop-dark-double");
    await page.keyboard.press("Enter");
    await page.getByTestId("recorded").getByText("rattaché").waitFor();
    assert.match(page.url(), new RegExp(`at=incident:${first.id}`));

    const merged = await server.get(`incidents/${first.id}`);
    assert.equal(merged.properties.merged.length, 1);
    const second = await server.get(`incidents/${merged.properties.merged[0]}`);
    assert.deepEqual([second.properties.status, second.properties.reason], ["cancelled", "duplicate"]);
    await close();
  });

  test("that is recorded but not assigned is told so, and Enter tries that step alone again", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await open(page, server);
    let recorded = 0;
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/api/v1/incidents")) recorded++;
    });
    await page.route("**/transitions", (route) => route.abort());
    await page.keyboard.press("c");
    await page.keyboard.type(site.id);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.type("OCC-CAV");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByTestId("half").getByText("Appel enregistré").waitFor();
    await shot(page, "desktop-dark-half");

    await page.unroute("**/transitions");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-intent"));
    await page.keyboard.press("Enter");
    await page.getByTestId("recorded").getByText(crew.callsign).waitFor();
    assert.equal(recorded, 1, "the call was recorded twice");
    const { features } = await server.get(`incidents?site=${site.id}&status=assigned`);
    assert.equal(features.length, 1);
    await close();
  });

  test("whose recording was not answered is recorded once, however often it is sent", async () => {
    const site = await desk.freshSite();
    await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await open(page, server);
    // The server takes it, and its answer is lost on the way.
    await page.route("**/api/v1/incidents", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.keyboard.press("c");
    await page.keyboard.type(site.id);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
    await page.keyboard.type("BIE-DEG");
    await page.keyboard.press("Enter");
    await page.getByTestId("proposal").getByRole("radio").first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "L’incident n’a pas été enregistré" }).waitFor();
    await page.unroute("**/api/v1/incidents");
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-intent"));
    // By now the page has been told of the incident: it is its own call, not somebody else's.
    await page.getByRole("button", { name: /autre chose|Enregistrer et envoyer/ }).click();
    await page.getByTestId("recorded").waitFor();
    const { features } = await server.get(`incidents?site=${site.id}&kind=BIE-DEG&open=true`);
    assert.equal(features.length, 1, "the call was recorded twice");
    await close();
  });
});

describe("an intervention", () => {
  test("goes from the call to its closure, step by step, each with its time and role", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
    const { page, faults, close } = await newPage(browser, { height: 900 });
    await open(page, server, `at=incident:${id}`);
    await page.locator(`[data-patrol="${crew.id}"]`).waitFor();
    await page.keyboard.press("d");
    await page.keyboard.press("Enter");
    await waitForStatus(page, "affecté");
    for (const [name, expected] of [
      ["Accusé de réception", "pris en compte"],
      ["Départ, en route", "en route"],
      ["Arrivée sur place", "sur place"],
      ["Fin d’intervention", "terminé"],
    ]) {
      await page.getByRole("button", { name: name ?? "", exact: true }).click();
      await waitForStatus(page, expected ?? "");
    }
    await page.getByLabel("Constat").selectOption("dispersed");
    await page.getByRole("radio", { name: "4–9" }).check({ force: true });
    await page.getByRole("button", { name: "Enregistrer le compte rendu" }).click();
    await waitForStatus(page, "compte rendu fait");
    await shot(page, "desktop-dark-reported");
    await page.getByRole("button", { name: "Clore", exact: true }).click();
    await waitForStatus(page, "clos");

    const { properties } = await server.get(`incidents/${id}`);
    assert.deepEqual(properties.report, { outcome: "dispersed", people: "4-9", with_police: false });
    await page.waitForFunction((count) => document.querySelectorAll("[data-testid=timeline] li").length === count, properties.steps.length + 1);
    const lines = await page.getByTestId("timeline").locator("li").allInnerTexts();
    assert.match(lines.at(-1) ?? "", /\d\d:\d\d:\d\d[\s\S]*clos[\s\S]*chef de salle/);
    assert.ok(lines.some((line) => line.includes(crew.callsign)));
    assert.deepEqual(faults, []);
    await close();
  });

  test("that two dispatchers assign at once goes to one of them, and the other is told", async () => {
    const site = await desk.freshSite();
    await desk.crewAt(site);
    await desk.crewAt(site);
    const { id } = await desk.post("incidents", { kind: "OCC-CAV", channel: "call", location: { site_code: site.id } });
    const desks = await Promise.all([newPage(browser), newPage(browser)]);
    for (const { page } of desks) {
      await open(page, server, `at=incident:${id}`);
      await page.getByTestId("nearest").getByRole("button", { name: /^Envoyer/ }).nth(1).waitFor();
    }
    // Both requests are held until both have been made: neither page may learn of the other's first.
    /** @type {(() => void)[]} */
    const held = [];
    const both = new Promise((resolve) => {
      for (const { page } of desks) {
        void page.route("**/transitions", async (route) => {
          await new Promise((go) => {
            held.push(() => go(null));
            if (held.length === 2) resolve(null);
          });
          await route.continue();
        });
      }
    });
    await Promise.all(desks.map(({ page }, index) => page.getByTestId("nearest").getByRole("button", { name: /^Envoyer/ }).nth(index).click()));
    await both;
    for (const go of held) go();

    await Promise.all(desks.map(({ page }) => waitForStatus(page, "affecté")));
    await Promise.any(desks.map(({ page }) => page.getByTestId("refused").waitFor()));
    const told = await Promise.all(desks.map(({ page }) => page.getByTestId("refused").count()));
    assert.deepEqual(told.toSorted(), [0, 1], "one desk wins, the other is told");
    const loser = desks[told.indexOf(1)];
    const note = await loser?.page.getByTestId("refused").innerText();
    assert.match(note ?? "", /Un autre poste est passé avant/);
    assert.match(note ?? "", /Possible maintenant/);
    if (loser) await shot(loser.page, "desktop-dark-race");

    const { properties } = await server.get(`incidents/${id}`);
    assert.equal(properties.patrols.length, 1);
    assert.equal(properties.steps.filter((/** @type {any} */ one) => one.to === "assigned").length, 1);
    for (const { close } of desks) await close();
  });

  test("takes a busy patrol from a lesser mission only with a reason, and that mission waits again", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const lesser = await desk.post("incidents", { kind: "NUI-FUM", channel: "call", location: { site_code: site.id } });
    await desk.step(lesser.id, "assigned", { patrol: crew.id });
    const graver = await desk.post("incidents", { kind: "OCC-TOI", channel: "call", location: { site_code: site.id } });
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server, `at=incident:${graver.id}`);
    const over = page.getByTestId("passed-over");
    await over.waitFor({ state: "attached" });
    if (!(await over.isVisible())) await page.locator("summary", { hasText: "Écartées" }).click();
    const row = over.getByRole("listitem").filter({ hasText: crew.callsign });
    assert.match(await row.innerText(), /occupée/);
    await row.getByRole("button", { name: /^Envoyer…/ }).click();
    await row.getByLabel("Pourquoi malgré tout").selectOption("pre_empted");
    await row.getByRole("button", { name: `Envoyer ${crew.callsign}` }).click();
    await waitForStatus(page, "affecté");

    const [taken, left] = await Promise.all([server.get(`incidents/${graver.id}`), server.get(`incidents/${lesser.id}`)]);
    assert.deepEqual(taken.properties.patrols.map((/** @type {any} */ one) => one.id), [crew.id]);
    assert.equal(left.properties.status, "qualified");
    await close();
  });

  test("is reinforced with one click, reassigned with a reason, and ended without a crew with another", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const second = await desk.crewAt(site);
    const { id } = await desk.post("incidents", { kind: "PER-MEN", channel: "call", location: { site_code: site.id } });
    await desk.step(id, "assigned", { patrol: crew.id });
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server, `at=incident:${id}`);
    await page.getByRole("button", { name: `Renfort avec ${second.callsign}` }).click();
    await page.getByTestId("crews").getByText(second.callsign).waitFor();
    await shot(page, "desktop-dark-reinforced");

    await page.getByRole("button", { name: "Réaffecter" }).click();
    await page.getByLabel("Motif").selectOption("better_placed");
    await page.getByRole("button", { name: "Réaffecter" }).last().click();
    await waitForStatus(page, "qualifié");
    await page.getByRole("button", { name: "Sans suite" }).click();
    await page.getByLabel("Motif").selectOption("other_service");
    await page.getByRole("button", { name: "Sans suite" }).last().click();
    await waitForStatus(page, "sans suite");
    const { properties } = await server.get(`incidents/${id}`);
    assert.deepEqual([properties.status, properties.reason, properties.patrols], ["no_action", "other_service", []]);
    await close();
  });

  test("of the gravest kinds shows first whom to call, and handing over is asked twice", async () => {
    const site = await desk.freshSite();
    const { id } = await desk.post("incidents", { kind: "BIE-INC", channel: "call", location: { site_code: site.id } });
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server, `at=incident:${id}`);
    const line = page.locator("[data-partner='18']");
    assert.equal(await line.getByRole("link").getAttribute("href"), "tel:18");
    const [top, list] = await Promise.all([line.boundingBox(), page.getByTestId("nearest").boundingBox()]);
    assert.ok((top?.y ?? 0) < (list?.y ?? 0), "the line stands above the patrols");
    await shot(page, "desktop-dark-hand-over");
    await line.getByRole("button", { name: /^Relayer/ }).click();
    assert.equal(await status(page), "reçu");
    await line.getByRole("button", { name: "Confirmer le relais" }).click();
    await waitForStatus(page, "relayé");
    const { properties } = await server.get(`incidents/${id}`);
    assert.deepEqual([properties.status, properties.partner], ["handed_over", "18"]);
    await close();
  });
});

describe("a hazard", () => {
  test("is flagged from the keyboard, told to every desk with the landlord's words, and lifted", async () => {
    const site = await desk.briefedSite();
    const { page, faults, close } = await newPage(browser);
    const other = await newPage(browser, { scheme: "light" });
    await open(page, server, `at=site:${site.id}`);
    await open(other.page, server, `at=site:${site.id}`);
    const briefing = page.getByTestId("briefing");
    assert.equal(await briefing.locator("[data-note=instructions]").innerText(), site.properties.instructions);
    assert.equal(await briefing.locator("[data-note=access]").innerText(), site.properties.access);
    const keys = keyboard(page);
    await keys.press("h");
    await page.waitForFunction(() => document.activeElement?.matches("[data-testid=flag-hazard] input"));
    await keys.press("ArrowDown");
    await page.getByTestId("flag-hazard").getByRole("button", { name: "Signaler : Arme signalée" }).waitFor();
    assert.deepEqual(await serious(page), []);
    await shot(page, "desktop-dark-hazard-flagging");
    await keys.press("Enter");
    const weapon = briefing.locator("[data-hazard=weapon]");
    await weapon.waitFor();
    console.log(`a hazard: ${keys.pressed} keys`);
    assert.ok(keys.pressed <= 4, `${keys.pressed} keys`);
    const { properties } = await server.get(`sites/${site.id}`);
    assert.equal(properties.hazards[0].kind, "weapon");
    const until = new Date(properties.hazards[0].until);
    assert.equal(until.toLocaleTimeString("fr-FR", { timeZone: "Europe/Paris" }), "06:00:00", "the end of the shift");
    await other.page.getByTestId("briefing").locator("[data-hazard=weapon]").waitFor();
    assert.deepEqual(await serious(other.page), []);
    await shot(other.page, "desktop-light-hazard");
    await weapon.getByRole("button", { name: "Lever : Arme signalée" }).click();
    await weapon.waitFor({ state: "detached" });
    await other.page.getByTestId("briefing").locator("[data-hazard=weapon]").waitFor({ state: "detached" });
    assert.deepEqual((await server.get(`sites/${site.id}`)).properties.hazards, []);
    assert.deepEqual([...faults, ...other.faults], []);
    await close();
    await other.close();
  });
});
