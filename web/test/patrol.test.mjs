// What a crew does on its tablet, with a network and without one, in a real browser against the real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Desk } from "./desk.mjs";
import { Server } from "./support.mjs";
import { Tablet } from "./tablet.mjs";

const server = new Server();
const desk = new Desk(server, 120);

before(() => server.start());
after(() => server.stop());

/** A tablet whose crew is on duty at a site. @param {import("./tablet.mjs").Options} [options] */
async function onDuty(options = {}) {
  const site = await desk.freshSite();
  const crew = await desk.crewAt(site);
  const tablet = new Tablet(server, { at: site.geometry.coordinates, ...options });
  await tablet.switchOn();
  await tablet.begin(crew);
  return { site, crew, tablet };
}

/** An incident on `site` that the room sends `crew` to. @param {{ id: string }} site @param {{ id: string }} crew */
async function sendTo(site, crew) {
  const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
  await desk.step(id, "assigned", { patrol: crew.id });
  return id;
}

/** @param {string} incident */
async function steps(incident) {
  const { properties } = await server.get(`incidents/${incident}`);
  return properties.steps;
}

/** Waits until the server has `to`, and says all the steps there are. @param {string} incident @param {string} to */
async function waitForStep(incident, to) {
  for (let tries = 0; tries < 100; tries++) {
    const all = await steps(incident);
    if (all.some((/** @type {any} */ step) => step.to === to)) return all.map((/** @type {any} */ step) => step.to);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.fail(`the server has no ${to}: ${JSON.stringify(await steps(incident))}`);
}

const WHOLE = ["qualified", "assigned", "acknowledged", "en_route", "on_site", "cleared", "reported"];

describe("a mission", () => {
  test("loses nothing and doubles nothing when the network goes, the page is killed and the tablet is switched off", async () => {
    const { site, crew, tablet } = await onDuty({ aheadMs: 7 * 60_000 });
    const incident = await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    assert.equal(await tablet.find("site").innerText(), site.properties.code);
    await tablet.fits("a new mission");
    await tablet.step("Accuser réception");
    assert.deepEqual(await waitForStep(incident, "acknowledged"), WHOLE.slice(0, 3));

    await tablet.setOffline(true);
    await tablet.step("En route");
    await tablet.killPage();
    await tablet.openPage();
    await tablet.waitForStage("en_route");
    await tablet.step("Sur place");
    await tablet.fits("on site, without a network");
    await tablet.switchOff();

    await tablet.switchOn({ offline: true });
    await tablet.waitForStage("on_site");
    tablet.taps = 0;
    await tablet.step("Fin d’intervention");
    await tablet.report();
    console.log(`end of the intervention to a report that is sent: ${tablet.taps} taps`);
    assert.ok(tablet.taps <= 6, `${tablet.taps} taps`);
    await tablet.find("standby").waitFor();
    await tablet.killPage();
    assert.deepEqual((await steps(incident)).length, 3, "nothing can have gone out");

    await tablet.openPage();
    await tablet.find("standby").waitFor();
    await tablet.page.getByText("4 à envoyer").waitFor();
    await tablet.setOffline(false);
    assert.deepEqual(await waitForStep(incident, "reported"), WHOLE);
    await tablet.page.getByText("à envoyer").waitFor({ state: "detached" });

    await tablet.page.reload();
    await tablet.find("standby").waitFor();
    await tablet.page.waitForTimeout(1_500);
    const all = await steps(incident);
    assert.deepEqual(all.map((/** @type {any} */ step) => step.to), WHOLE, "once, also after another start");
    for (const { to, at, recorded_at } of all.slice(3)) {
      const late_s = (Date.parse(recorded_at) - Date.parse(at)) / 1_000;
      assert.ok(late_s >= 0 && late_s < 180, `${to} was taken at ${at} by a clock that is 7 minutes ahead`);
    }
    const { properties } = await server.get(`incidents/${incident}`);
    assert.deepEqual(properties.report, { outcome: "dispersed", people: "4-9", with_police: false });
    assert.deepEqual(tablet.faults, []);
    await tablet.throwAway();
  });

  test("tells what to beware of and how to get in, also without a network, and drops a hazard when its time has come", async () => {
    const site = await desk.briefedSite();
    const crew = await desk.crewAt(site);
    const tablet = new Tablet(server, { at: site.geometry.coordinates, aheadMs: -7 * 60_000 });
    await tablet.switchOn();
    await tablet.begin(crew);
    const inHours = (/** @type {number} */ hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await desk.flag(site.id, [{ kind: "lighting", until: inHours(24 * 7) }]);
    await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    const hazard = (/** @type {string} */ kind) => tablet.find("mission").locator(`[data-hazard=${kind}]`);
    const words = (/** @type {string} */ text) => tablet.find("mission").getByText(text, { exact: true });
    await hazard("lighting").getByText("Sans éclairage").waitFor();
    await words(site.properties.instructions).waitFor();
    await words(site.properties.access).waitFor();

    // Flagged while the crew is on its way.
    await tablet.step("Accuser réception");
    await tablet.step("En route");
    await desk.flag(site.id, [{ kind: "lighting", until: inHours(24 * 7) }, { kind: "dog", until: inHours(1) }]);
    await hazard("dog").getByText("Chien dangereux").waitFor({ timeout: 5_000 });
    await tablet.fits("a mission with hazards");
    await tablet.shot("hazards");

    await tablet.setOffline(true);
    await tablet.killPage();
    await tablet.openPage();
    await hazard("dog").waitFor();
    await words(site.properties.access).waitFor();
    await tablet.page.evaluate(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 3_601_000;
    });
    await hazard("dog").waitFor({ state: "detached" });
    assert.equal(await hazard("lighting").count(), 1, "the other one holds");
    assert.deepEqual(tablet.faults, []);
    await tablet.throwAway();
  });

  test("is stepped once though the answer is lost on the way, and a second touch is the same touch", async () => {
    const { site, crew, tablet } = await onDuty();
    const incident = await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    let asked = 0;
    await tablet.page.route("**/transitions", async (route) => {
      asked++;
      if (asked > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await tablet.find("step").dblclick();
    await tablet.waitForStage("acknowledged");
    await tablet.page.getByText("à envoyer").waitFor({ state: "detached" });
    assert.ok(asked >= 2, "it was asked again");
    assert.deepEqual((await steps(incident)).map((/** @type {any} */ step) => step.to), WHOLE.slice(0, 3));
    await tablet.throwAway();
  });

  test("that the room gave to others meanwhile is a conflict that the crew sees and decides", async () => {
    const { site, crew, tablet } = await onDuty();
    const incident = await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    await tablet.step("Accuser réception");
    await waitForStep(incident, "acknowledged");
    await tablet.setOffline(true);
    await tablet.step("En route");
    await tablet.step("Sur place");
    await desk.step(incident, "reassigned", { reason: "better_placed" });

    await tablet.setOffline(false);
    const conflict = tablet.find("conflict");
    await conflict.waitFor();
    assert.match(await conflict.innerText(), new RegExp(`« en route ».*${site.properties.code}`));
    assert.match(await conflict.innerText(), /la salle vous a retiré cette mission/);
    assert.match(await conflict.innerText(), /1 étape attend derrière/);
    await tablet.fits("a conflict");
    await tablet.shot("phone-conflict");
    await tablet.tap(conflict.getByRole("button", { name: "Tout retirer" }));
    await conflict.waitFor({ state: "detached" });
    await tablet.find("standby").waitFor();
    await tablet.page.getByText(`La salle vous a retiré la mission ${site.properties.code}.`).waitFor();
    assert.deepEqual((await steps(incident)).map((/** @type {any} */ step) => step.to), [...WHOLE.slice(0, 3), "reassigned"]);

    await desk.step(incident, "assigned", { patrol: crew.id });
    await tablet.waitForStage("assigned");
    await tablet.throwAway();
  });
});

describe("what the tablet keeps", () => {
  test("cannot be read at rest, and is gone at the end of the shift", async () => {
    const { site, crew, tablet } = await onDuty();
    await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    await tablet.setOffline(true);
    await tablet.step("Accuser réception");

    const secrets = [site.properties.code, site.properties.name, crew.callsign, crew.id];
    const kept = await tablet.records();
    assert.equal(kept["outbox"]?.length, 1);
    assert.ok((kept["records"]?.length ?? 0) >= 2);
    assert.match(kept["keys"]?.join() ?? "", /extractable: false/);
    for (const secret of secrets) {
      for (const [store, values] of Object.entries(kept)) {
        assert.ok(!values.some((value) => value.includes(secret)), `${secret} stands in ${store} in clear`);
      }
    }
    assert.ok(!Object.values(kept).flat().some((value) => value.includes("/api/") && !value.endsWith("/api/v1/surroundings")), "no answer about a mission is in a cache");

    await tablet.setOffline(false);
    await tablet.page.getByText("à envoyer").waitFor({ state: "detached" });
    for (const label of ["En route", "Sur place", "Fin d’intervention"]) await tablet.step(label);
    await tablet.report();
    await tablet.page.getByRole("button", { name: "Menu" }).tap();
    await tablet.fits("the menu");
    await tablet.page.getByRole("button", { name: "Fin de service" }).tap();
    await tablet.page.getByRole("button", { name: "Terminer", exact: true }).tap();
    await tablet.find("start").waitFor();
    await tablet.waitUntilSwept();
    await tablet.switchOff();
    assert.ok(tablet.filesWith("vigie-patrol").length > 0, "the search finds what is in clear");
    assert.deepEqual(secrets.slice(0, 2).map((secret) => tablet.filesWith(secret)), [[], []]);
    await tablet.throwAway();
  });

  test("outlives an end of shift without a network only until it was sent", async () => {
    const { site, crew, tablet } = await onDuty();
    const incident = await sendTo(site, crew);
    await tablet.waitForStage("assigned");
    for (const label of ["Accuser réception", "En route", "Sur place"]) await tablet.step(label);
    await waitForStep(incident, "on_site");
    await tablet.setOffline(true);
    await tablet.step("Fin d’intervention");
    await tablet.report();
    await tablet.page.getByRole("button", { name: "Menu" }).tap();
    await tablet.page.getByRole("button", { name: "Fin de service" }).tap();
    await tablet.page.getByRole("button", { name: "Terminer", exact: true }).tap();
    await tablet.find("closing").waitFor();
    await tablet.fits("an end of shift that waits");
    await tablet.shot("phone-closing");
    await tablet.switchOff();

    await tablet.switchOn();
    await tablet.find("start").waitFor();
    assert.deepEqual(await waitForStep(incident, "reported"), WHOLE);
    await tablet.waitUntilSwept();
    const { properties } = await server.get(`patrols/${crew.id}`);
    assert.equal(properties.status, "off_duty");
    await tablet.throwAway();
  });
});

describe("a call for help", () => {
  test("is held for a second, and says what has become of it", async (t) => {
    const there = await fetch(`${server.url}/api/v1/alerts?state=open`);
    if (there.status === 404) return t.skip("this server has no /api/v1/alerts");
    const { crew, tablet } = await onDuty();
    await tablet.find("sos").tap();
    await tablet.page.waitForTimeout(1_300);
    assert.equal(await tablet.find("help").count(), 0, "a touch is no call");

    const box = await tablet.find("sos").boundingBox();
    assert.ok(box);
    await tablet.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await tablet.page.mouse.down();
    await tablet.page.waitForTimeout(1_150);
    await tablet.page.mouse.up();
    const help = tablet.find("help");
    await tablet.page.locator("[data-testid=help][data-state=raised]").waitFor();
    await tablet.fits("a call for help");
    await tablet.shot("phone-help");
    const { alerts } = await server.get("alerts?state=open");
    const own = alerts.filter((/** @type {any} */ one) => one.patrol === crew.id && one.kind === "sos");
    assert.equal(own.length, 1);

    await desk.post(`alerts/${own[0].id}/acknowledge`, { actor: "dispatcher" });
    await tablet.page.locator("[data-testid=help][data-state=acknowledged]").waitFor();
    await desk.post(`alerts/${own[0].id}/resolve`, { actor: "dispatcher", resolution: "test" });
    await tablet.page.locator("[data-testid=help][data-state=resolved]").waitFor();
    await help.locator("..").getByRole("button", { name: "Compris" }).tap();
    await help.waitFor({ state: "detached" });
    await tablet.throwAway();
  });
});
