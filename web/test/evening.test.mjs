// One call from the first ring to closure, over two browsers: a dispatcher's desk and a crew's tablet.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Desk } from "./desk.mjs";
import { launch, newPage, open, Server, shot } from "./support.mjs";

const server = new Server();
const desk = new Desk(server, 120);
/** @type {import("playwright-core").Browser[]} */
const browsers = [];

before(async () => {
  await server.start();
  browsers.push(await launch(), await launch());
});

after(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server.stop();
});

test("a call goes from the desk to the tablet, to the report, and back to the desk for its closure", async () => {
  const [room, car] = browsers;
  assert.ok(room && car);
  const site = await desk.freshSite();
  const crew = await desk.crewAt(site);

  const tablet = await newPage(car, { width: 800, height: 1280 });
  await tablet.page.goto(`${server.url}/patrol`);
  await tablet.page.getByRole("button", { name: crew.callsign }).click();
  await tablet.page.getByRole("button", { name: /^Prendre le service/ }).click();
  await tablet.page.getByTestId("standby").waitFor();
  // The tablet of a test has no receiver: its crew said where it is by radio.
  await desk.crewAt(site, crew);

  const { page, faults, close } = await newPage(room);
  await open(page, server);
  await page.keyboard.press("c");
  await page.keyboard.type(site.properties.code);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.hasAttribute("data-kind"));
  await page.keyboard.type("OCC-HAL");
  await page.keyboard.press("Enter");
  await page.getByTestId("proposal").getByText(crew.callsign).waitFor();
  await page.keyboard.press("Enter");
  await page.getByTestId("recorded").getByText(crew.callsign).waitFor();

  await tablet.page.getByTestId("mission").waitFor();
  assert.equal(await tablet.page.getByTestId("site").innerText(), site.properties.code);
  for (const stage of ["acknowledged", "en_route", "on_site", "cleared"]) {
    await tablet.page.waitForTimeout(1_000); // a second touch within 900 ms is a wet finger
    await tablet.page.getByTestId("step").click();
    await page.waitForFunction(
      (words) => words.includes(document.querySelector("[data-testid=status]")?.textContent ?? ""),
      { acknowledged: ["pris en compte"], en_route: ["en route"], on_site: ["sur place"], cleared: ["terminé"] }[stage] ?? [],
    );
  }
  for (const choice of ["dispersed", "4-9", "no"]) {
    await tablet.page.locator(`[data-testid=report] [data-choice="${choice}"]`).click();
  }
  await tablet.page.getByTestId("send").click();
  await page.getByRole("button", { name: "Clore", exact: true }).click();

  const closed = async () =>
    (await server.get(`incidents?site=${site.id}&status=closed&channel=call&kind=OCC-HAL&limit=1`)).features[0];
  let found = await closed();
  // The desk is still saying it.
  for (let tries = 0; !found && tries < 100; tries += 1) {
    await page.waitForTimeout(100);
    found = await closed();
  }
  const incident = await server.get(`incidents/${found.id}`);
  const steps = incident.properties.steps.map((/** @type {any} */ step) => `${step.actor} ${step.to}`);
  assert.deepEqual(steps, [
    "dispatcher qualified",
    "dispatcher assigned",
    "patrol acknowledged",
    "patrol en_route",
    "patrol on_site",
    "patrol cleared",
    "patrol reported",
    "dispatcher closed",
  ]);
  assert.deepEqual(incident.properties.report, { outcome: "dispersed", people: "4-9", with_police: false });
  await shot(page, "evening-closed");
  assert.deepEqual([...faults, ...tablet.faults], []);
  await Promise.all([close(), tablet.close()]);
});
