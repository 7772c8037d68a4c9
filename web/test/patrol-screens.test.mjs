// The tablet for everybody: axe-core, its targets and its width on three screens, by day and by night.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serious } from "./axe.mjs";
import { Desk } from "./desk.mjs";
import { Server } from "./support.mjs";
import { Tablet } from "./tablet.mjs";

const server = new Server();
const desk = new Desk(server, 160);

before(() => server.start());
after(() => server.stop());

const SCREENS = /** @type {const} */ ([["phone", 360, 640], ["upright", 800, 1280], ["dashboard", 1280, 800]]);

for (const scheme of /** @type {const} */ (["dark", "light"])) {
  describe(`in the ${scheme} theme`, () => {
    for (const [name, width, height] of SCREENS) {
      test(`nothing serious on a ${name} of ${width} × ${height}, from the start of the shift to the report`, async () => {
        const site = await desk.freshSite();
        const crew = await desk.crewAt(site);
        const earlier = await desk.post("incidents", { kind: "NUI-MUS", channel: "call", location: { site_code: site.id } });
        await desk.step(earlier.id, "cancelled", { reason: "false_alarm" });
        const tablet = new Tablet(server, { width, height, scheme, at: site.geometry.coordinates });
        await tablet.switchOn();
        const { page } = tablet;
        /** @param {string} where */
        const look = async (where) => {
          await tablet.shot(`${name}-${scheme}-${where}`);
          assert.deepEqual(await serious(page), [], where);
          await tablet.fits(where);
        };
        await tablet.find("start").getByRole("button", { name: crew.callsign }).waitFor();
        await look("start");
        await tablet.begin(crew);
        await look("standby");
        await page.getByRole("button", { name: "Menu" }).tap();
        await look("menu");
        await page.getByRole("button", { name: "Fermer" }).tap();

        const { id } = await desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
        await desk.step(id, "assigned", { patrol: crew.id });
        await tablet.waitForStage("assigned");
        await look("mission");
        for (const label of ["Accuser réception", "En route", "Sur place"]) await tablet.step(label);
        await tablet.waitForStage("on_site");
        await look("on-site");
        if (name === "phone") await page.getByRole("button", { name: "Carte", exact: true }).tap();
        await page.locator("[data-testid=map] canvas").waitFor();
        await page.waitForTimeout(1_500);
        await look("map");
        if (name === "phone") await page.getByRole("button", { name: "Fermer la carte" }).tap();

        await tablet.step("Fin d’intervention");
        const report = tablet.find("report");
        for (const [at, choice] of ["ras", "0", "no"].entries()) {
          await look(`report-${at + 1}`);
          await report.locator(`[data-choice="${choice}"]`).tap();
        }
        await tablet.find("send").waitFor();
        await look("report-4");
        await tablet.find("send").tap();
        await tablet.find("standby").waitFor();
        assert.deepEqual(tablet.faults, []);
        await tablet.throwAway();
      });
    }
  });
}
