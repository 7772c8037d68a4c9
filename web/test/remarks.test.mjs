// What a crew may add to its report in its own words: the tablet refuses at once, also without a network, what tells of a person.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serious } from "./axe.mjs";
import { Desk } from "./desk.mjs";
import { Server } from "./support.mjs";
import { Tablet } from "./tablet.mjs";

const server = new Server();
const desk = new Desk(server, 60);

before(() => server.start());
after(() => server.stop());

/** @param {boolean} remarks */
async function turn(remarks) {
  const answer = await fetch(`${server.url}/api/v1/settings`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ remarks }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
}

/** A tablet on the last page of the report on an incident of its own. */
async function reporting() {
  const site = await desk.freshSite();
  const crew = await desk.crewAt(site);
  const tablet = new Tablet(server, { at: site.geometry.coordinates });
  await tablet.switchOn();
  await tablet.begin(crew);
  const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
  await desk.step(id, "assigned", { patrol: crew.id });
  await tablet.waitForStage("assigned");
  for (const label of ["Accuser réception", "En route", "Sur place", "Fin d’intervention"]) await tablet.step(label);
  const report = tablet.find("report");
  for (const choice of ["technical", "0", "no"]) await tablet.tap(report.locator(`[data-choice="${choice}"]`));
  return { tablet, id };
}

/** Waits until the report is there. @param {string} id */
async function reported(id) {
  for (let tries = 0; tries < 100; tries++) {
    const { properties } = await server.get(`incidents/${id}`);
    if (properties.report !== null) return properties.report;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return assert.fail("no report has come");
}

describe("a remark", () => {
  test("has no field until an administrator has turned remarks on", async () => {
    const { tablet, id } = await reporting();
    await tablet.find("send").waitFor();
    assert.equal(await tablet.page.locator("#remark").count(), 0);
    await tablet.tap(tablet.find("send"));
    assert.equal((await reported(id)).remark, undefined);
    await tablet.throwAway();
  });

  test("is refused at once by its rule in words, without a network too, and is on no disk until it may be sent", async () => {
    await turn(true);
    const { tablet, id } = await reporting();
    await tablet.setOffline(true);
    const field = tablet.page.locator("#remark");
    for (const [remark, word] of [
      ["vu avec Mme Quervelanec", "une civilité et un nom"],
      ["rappeler le 06 39 98 12 40", "un numéro de téléphone"],
      ["voiture AB-123-CD", "une plaque d’immatriculation"],
    ]) {
      await field.fill(remark ?? "");
      await tablet.find("remark-word").getByText(`Refusé\u00a0: ${word}`).waitFor();
      assert.ok(await tablet.find("send").isDisabled(), remark);
    }
    assert.deepEqual(await serious(tablet.page), []);
    await tablet.fits("a refused remark");
    assert.ok(!JSON.stringify(await tablet.records()).includes("Quervelanec"));

    await field.fill("Groom de la porte A cassé.");
    await tablet.page.getByText("Ni nom, ni numéro").waitFor();
    await tablet.tap(tablet.find("send"));
    await tablet.setOffline(false);
    assert.deepEqual(await reported(id), { outcome: "technical", people: "0", with_police: false, remark: "Groom de la porte A cassé." });
    assert.deepEqual(tablet.faults, []);
    await tablet.throwAway();
  });

  test("that comes when remarks are off again is told, and the report goes without it", async () => {
    await turn(true);
    const { tablet, id } = await reporting();
    await tablet.setOffline(true);
    await tablet.page.locator("#remark").fill("Groom de la porte A cassé.");
    await tablet.tap(tablet.find("send"));
    await turn(false);
    await tablet.setOffline(false);
    await tablet.tap(tablet.find("without-remark"));
    assert.equal((await reported(id)).remark, undefined);
    await tablet.throwAway();
  });
});
