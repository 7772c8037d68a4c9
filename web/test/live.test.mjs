// What the room hears without asking: every step, every position, every call for help; and what it does about them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Desk } from "./desk.mjs";
import { drawn, launch, newPage, open, Server, shot } from "./support.mjs";

const server = new Server();
const desk = new Desk(server, 80);
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

describe("the room", () => {
  test("is told of everything and asks for no list while it is", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await page.waitForTimeout(1_500);
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname === "/api/v1/incidents" || pathname === "/api/v1/patrols") asked.push(pathname);
    });
    const { id } = await desk.post("incidents", { kind: "OCC-ESC", channel: "caretaker", location: { site_code: site.id } });
    await page.waitForFunction(async (wanted) => {
      const data = await /** @type {any} */ (window.vigie?.map.getSource("incidents")).getData();
      return data.features.some((/** @type {any} */ one) => one.properties.id === wanted);
    }, id);
    await desk.step(id, "assigned", { patrol: crew.id });
    const row = page.getByTestId("incidents").getByRole("button").filter({ hasText: site.id });
    await row.getByText(`${crew.callsign} · affecté`).waitFor();
    const [lon, lat] = [2.3, 48.9];
    await desk.post("positions", [{ patrol: crew.id, lon, lat, recorded_at: new Date().toISOString() }]);
    await page.waitForFunction(async ({ id, lon }) => {
      const data = await /** @type {any} */ (window.vigie?.map.getSource("patrols")).getData();
      return data.features.some((/** @type {any} */ one) => one.properties.id === id && Math.abs(one.geometry.coordinates[0] - lon) < 1e-6);
    }, { id: crew.id, lon });
    assert.deepEqual(asked, []);
    await close();
  });

  test("hears what it missed when its link was cut, without loading its lists again", async () => {
    const site = await desk.freshSite();
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await page.context().setOffline(true);
    await page.getByTestId("banner").getByText("Ce poste est hors ligne").waitFor();
    const { id } = await desk.post("incidents", { kind: "NUI-PYR", channel: "call", location: { site_code: site.id } });
    await page.context().setOffline(false);
    await page.waitForFunction(async (wanted) => {
      const data = await /** @type {any} */ (window.vigie?.map.getSource("incidents")).getData();
      return data.features.some((/** @type {any} */ one) => one.properties.id === wanted);
    }, id);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await close();
  });

  test("sees at once that a crew has switched its position off, and no longer where it was", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { id } = await desk.post("incidents", { kind: "OCC-ESC", channel: "caretaker", location: { site_code: site.id } });
    await desk.step(id, "assigned", { patrol: crew.id });
    const { page, close } = await newPage(browser, { height: 1000 });
    await open(page, server);
    await page.getByTestId("link").getByText("En direct").waitFor();
    await page.getByRole("tab", { name: /Patrouilles/ }).click();
    const row = page.getByTestId("patrols").getByRole("button").filter({ hasText: crew.callsign });
    await row.getByText(/position d’il y a/).waitFor();
    /** @param {boolean} sharing */
    const share = async (sharing) => {
      const answer = await fetch(`${server.url}/api/v1/patrols/${crew.id}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ callsign: crew.callsign, status: "available", crew: 4, sharing }),
      });
      return (await answer.json()).properties.position_off_at;
    };

    const since = new Date(await share(false));

    const time = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" }).format(since);
    await row.getByText(`position coupée à ${time}`).waitFor();
    await page.waitForFunction(async (gone) => {
      const data = await /** @type {any} */ (window.vigie?.map.getSource("patrols")).getData();
      return data.features.every((/** @type {any} */ one) => one.properties.id !== gone);
    }, crew.id);
    await row.scrollIntoViewIfNeeded();
    await shot(page, "desktop-dark-position-off");
    await page.getByRole("tab", { name: /Incidents/ }).click();
    await page.getByTestId("incidents").getByRole("button").filter({ hasText: site.id }).click();
    await page.getByTestId("crews").getByText(`position coupée à ${time}`).waitFor();
    await shot(page, "desktop-dark-position-off-crew");
    assert.equal(await share(true), null);
    await page.getByTestId("crews").getByText(/position coupée/).waitFor({ state: "detached" });
    await close();
  });

  test("tells the times of the evening, each with its unit and over how many", async () => {
    const { page, close } = await newPage(browser, { height: 900 });
    await open(page, server);
    const kpis = page.getByTestId("kpis");
    await kpis.getByRole("rowheader", { name: "Trajet" }).waitFor();
    for (const row of ["Prise en compte", "Affectation", "Trajet", "Total"]) {
      const text = await kpis.getByRole("row").filter({ hasText: row }).innerText();
      assert.match(text, /(\d\s(s|min|h)|—)[\s\S]*n\s=\s[\d\s]+/, row);
    }
    await close();
  });

  test("draws the way of the patrol that is proposed by road, and of the one that is pointed at", async () => {
    const site = await desk.freshSite();
    await desk.crewAt(site);
    const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
    const { page, close } = await newPage(browser);
    await open(page, server, `at=incident:${id}`);
    const rows = page.getByTestId("nearest").locator("[data-patrol]");
    await rows.nth(1).waitFor();
    const first = async () => (await drawn(page, "routes")).findIndex((one) => one.properties.first);
    assert.equal(await first(), 0);
    await rows.nth(1).hover();
    await page.waitForFunction(async () => {
      const data = await /** @type {any} */ (window.vigie?.map.getSource("routes")).getData();
      return data.features[1]?.properties.first === true;
    });
    const { by, features } = await server.get(`patrols/nearest?incident=${id}&k=5&route=true`);
    if (by === "road") {
      const routes = await drawn(page, "routes");
      assert.ok(routes.every((one) => one.properties.by === "road"));
      const etas = features.map((/** @type {any} */ one) => one.properties.eta_s);
      assert.ok(etas.every((/** @type {number} */ eta_s) => eta_s >= 0), "a crew may be there already");
      assert.ok(etas.some((/** @type {number} */ eta_s) => eta_s > 0));
    }
    await shot(page, "desktop-dark-route");
    await close();
  });
});

describe("a call for help", () => {
  test("is on the screen within two seconds, sounds until a person answers it, and is closed with how it ended", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await page.addInitScript(() => {
      const tones = Object.assign(window, { tones: 0 });
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (/** @type {number | undefined} */ when) {
        tones.tones++;
        return start.call(this, when);
      };
    });
    const tones = () => page.evaluate(() => /** @type {any} */ (window).tones);
    await open(page, server);
    await page.getByTestId("link").getByText("En direct").waitFor();
    // Somebody writes: a call for help must not be answered by their next key.
    await page.keyboard.press("c");
    await page.keyboard.type("xy");
    const raised = Date.now();
    await desk.post("alerts", { kind: "sos", patrol: crew.id });
    const card = page.getByTestId("alerts").locator("article").filter({ hasText: crew.callsign });
    await card.waitFor();
    const took_ms = Date.now() - raised;
    console.log(`SOS on the screen after ${took_ms} ms`);
    assert.ok(took_ms <= 2_000, `${took_ms} ms`);
    await page.waitForFunction(() => /** @type {any} */ (window).tones > 0);
    assert.match(await page.title(), new RegExp(`^SOS ${crew.callsign}`));
    await page.keyboard.press("Enter");
    await page.keyboard.press(" ");
    assert.equal(await card.getAttribute("data-state"), "raised");
    await shot(page, "desktop-dark-sos");

    await page.getByTestId("mute").click();
    await page.getByTestId("alerts").getByText("Son des alertes coupé").waitFor();
    const muted = await tones();
    await page.waitForTimeout(2_600);
    assert.equal(await tones(), muted, "it sounds though it is muted");
    await page.getByTestId("mute").click();

    await card.getByRole("button", { name: "Prendre en compte" }).click();
    await card.getByText("Pris en compte, chef de salle").waitFor();
    assert.doesNotMatch(await page.title(), /SOS/);
    const quiet = await tones();
    await page.waitForTimeout(2_600);
    assert.equal(await tones(), quiet, "it sounds though it was answered");

    await card.getByRole("button", { name: "Clore l’alerte" }).click();
    await page.getByLabel("Issue").selectOption("test");
    await shot(page, "desktop-dark-resolve");
    await card.getByRole("button", { name: "Clore l’alerte" }).click();
    await card.waitFor({ state: "detached" });
    const { alerts } = await server.get("alerts?state=all");
    const alert = alerts.find((/** @type {any} */ one) => one.patrol === crew.id);
    assert.deepEqual([alert.state, alert.resolution, alert.acknowledged_by], ["resolved", "test", "dispatcher"]);
    await close();
  });

  test("gets a second crew in one action, also without a mission", async () => {
    const site = await desk.freshSite();
    const crew = await desk.crewAt(site);
    const helper = await desk.crewAt(site);
    const { page, close } = await newPage(browser);
    await open(page, server);
    await desk.post("alerts", { kind: "sos", patrol: crew.id });
    const card = page.getByTestId("alerts").locator("article").filter({ hasText: crew.callsign });
    await card.getByRole("button", { name: new RegExp(`^Renfort.*${helper.callsign}`) }).click();
    await page.waitForFunction(
      (name) => [...document.querySelectorAll("[data-testid=incidents] button")].some((row) => row.textContent?.includes(name)),
      helper.callsign,
    );
    const { features } = await server.get(`incidents?kind=PER-AGT&open=true`);
    const sent = features.flatMap((/** @type {any} */ one) => one.properties.patrols.map((/** @type {any} */ two) => two.id));
    assert.ok(sent.includes(helper.id));
    await close();
  });
});
