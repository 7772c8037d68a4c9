// Signing in to a real `vigie serve`: the first administrator by the link, then a dispatcher, in both languages and
// themes; and the roles of a demo.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { ARTIFACTS, CHROMIUM, FLAGS, Server, Service } from "./support.mjs";

const PASSWORD = "correct horse battery";
const service = new Service();

/** @type {import("playwright-core").Browser} */
let browser;
let url = "";
let link = "";

before(async () => {
  await service.start();
  url = service.url;
  link = service.link;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  service.stop();
});

/** @param {object} options @param {string} address */
async function opened(options, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

test("whoever is not signed in comes to the page where one signs in, in both languages and themes", async () => {
  for (const [locale, colorScheme, title] of [
    ["fr-FR", "dark", "Se connecter"],
    ["fr-FR", "light", "Se connecter"],
    ["en-GB", "light", "Sign in"],
    ["en-GB", "dark", "Sign in"],
  ]) {
    const page = await opened({ locale, colorScheme }, url);
    await page.waitForURL(/\/signin\?next=/);
    await page.getByRole("heading", { name: title }).waitFor();
    assert.deepEqual(await serious(page), []);
    await page.screenshot({ path: join(ARTIFACTS, `signin-${locale}-${colorScheme}.png`) });
    await page.context().close();
  }
});

test("the link of the first start makes the administrator, once, by the keyboard alone", async () => {
  const page = await opened({ locale: "fr-FR" }, link);
  await page.getByRole("heading", { name: "Premier administrateur" }).waitFor();
  await page.keyboard.type("admin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${url}/`);
  const cookies = await page.context().cookies();
  assert.ok(cookies.every((cookie) => cookie.httpOnly && cookie.sameSite === "Strict"));
  await page.context().close();

  const again = await opened({ locale: "fr-FR" }, link);
  await again.getByLabel("Compte").fill("admin-2");
  await again.getByLabel("Mot de passe", { exact: false }).first().fill(PASSWORD);
  await again.keyboard.press("Enter");
  await again.getByText("Ce lien a déjà servi").waitFor();
  await again.context().close();
});

test("a dispatcher signs in, works with the session, and signs out", async () => {
  service.run(["account", "create", "salle-1", "--role", "dispatcher", "--password-stdin"], `${PASSWORD}
`);
  const page = await opened({ locale: "fr-FR" }, url);
  await page.waitForURL(/\/signin/);
  await page.getByLabel("Compte").fill("salle-1");
  const password = page.locator('input[type="password"]');
  await password.fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByText("Compte ou mot de passe inconnu").waitFor();
  await password.fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/^[^?]*\/(#.*)?$/);

  const status = await page.evaluate(async () => {
    const { csrf } = await (await fetch("/api/v1/session")).json();
    const init = (/** @type {Record<string, string>} */ headers) => ({
      method: "PUT",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ callsign: "T-1", status: "available" }),
    });
    const without = await fetch("/api/v1/patrols/T-1", init({}));
    const withWord = await fetch("/api/v1/patrols/T-1", init({ "X-Vigie-Csrf": csrf }));
    return [without.status, withWord.status];
  });
  assert.deepEqual(status, [403, 200]);

  await page.getByTestId("sign-out").click();
  await page.waitForURL(/\/signin/);
  await page.goto(url);
  await page.waitForURL(/\/signin/);
  await page.context().close();
});

/** What a partner sees: the map of tracts past the publication gate, on whatever it is looked at, and nothing of the stock.
 * @param {import("playwright-core").Page} page @param {string} address */
async function sees(page, address) {
  /** @type {string[]} */
  const refused = [];
  page.on("response", (response) => {
    if (response.status() >= 400) refused.push(new URL(response.url()).pathname);
  });
  for (const [size, viewport] of Object.entries({
    phone: { width: 390, height: 844 },
    tablet: { width: 820, height: 1180 },
    desktop: { width: 1440, height: 900 },
  })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${address}/#window=all`);
      await page.reload();
      await page.getByTestId("published").waitFor();
      await page.waitForFunction(() => (window.vigie?.map.queryRenderedFeatures().length ?? 0) > 20);
      assert.equal(await page.getByRole("radio", { name: "Zones Insee" }).isChecked(), true);
      assert.equal(await page.getByRole("radio", { name: "Sites" }).count(), 0);
      assert.deepEqual(await serious(page), []);
      const side = await page.locator("section.side").evaluate((panel) => panel.scrollWidth - panel.clientWidth);
      assert.ok(side <= 0, `${side} px of the panel are cut off`);
      await page.screenshot({ path: join(ARTIFACTS, `demo-as-partner-${size}-${colorScheme}.png`) });
    }
  }
  await page.getByText("Zone Insee ").first().waitFor();
  const note = page.getByRole("link", { name: "Note mensuelle aux partenaires" });
  assert.equal(await page.evaluate(async (href) => (await fetch(String(href))).status, await note.getAttribute("href")), 200);
  const counts = await page.evaluate(async () => (await (await fetch("/api/v1/heatmap?cell=tract")).json()).counts);
  assert.equal(counts, "published");
  assert.deepEqual(refused, [], "nothing is asked for that a partner may not read");
}

test("a guest of a demo looks through the eyes of a landlord, and back", async () => {
  const demo = new Server();
  await demo.start();
  try {
    const page = await opened({ locale: "fr-FR" }, demo.url);
    const role = page.getByTestId("role");
    await role.waitFor();
    assert.equal(await role.inputValue(), "demo");
    /** @type {string[]} */
    const refused = [];
    page.on("response", (response) => {
      if (response.status() === 403) refused.push(response.url());
    });
    await Promise.all([page.waitForEvent("load"), role.selectOption("landlord")]);
    await page.getByTestId("role").waitFor();
    assert.equal(await page.getByTestId("role").inputValue(), "landlord");
    const landlords = await page.evaluate(async () => (await (await fetch("/api/v1/landlords")).json()).numberMatched);
    assert.equal(landlords, 1);
    await page.getByTestId("link").waitFor();
    assert.equal(await page.getByRole("button", { name: "Nouvel appel" }).count(), 0, "what may not be done is not offered");
    assert.equal(await page.getByRole("tab", { name: "Incidents" }).count(), 1);
    assert.equal(await page.getByRole("tab", { name: "Patrouilles" }).count(), 0, "there are crews, and it is told of none");
    assert.equal(await page.getByRole("button", { name: "Patrouilles" }).count(), 0, "nor is there a layer of them");
    await page.screenshot({ path: join(ARTIFACTS, "demo-as-landlord.png") });
    assert.deepEqual(refused, [], "nothing is asked for that a landlord may not read");
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("planner")]);
    await page.getByTestId("published").waitFor();
    const note = await page.getByTestId("published").innerText();
    assert.match(note, /arrondis à 5 près, «\s<5\s» de un à quatre/);
    assert.match(await page.getByTestId("few").innerText(), /<5 \(un à quatre\)/);
    assert.equal(await page.getByTestId("incidents").count(), 0, "no incident");
    const asked = await page.evaluate(async () => {
      const { counts, features } = await (await fetch("/api/v1/heatmap?cell=site")).json();
      const numbers = features.map((/** @type {any} */ cell) => cell.properties.count);
      return { counts, numbers, exact: (await fetch("/api/v1/incidents")).status };
    });
    assert.equal(asked.counts, "published");
    assert.equal(asked.exact, 403);
    assert.ok(asked.numbers.length > 100 && asked.numbers.every((/** @type {any} */ n) => n === null || n % 5 === 0));
    assert.deepEqual(await serious(page), []);
    await page.screenshot({ path: join(ARTIFACTS, "demo-as-planner.png") });
    // An address from the house, with hours in it: answered without them, and not refused.
    await page.goto(`${demo.url}/#window=all&hours=18-2&days=fri`);
    await page.reload();
    await page.getByTestId("published").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("partner")]);
    await sees(page, demo.url);
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("dpo")]);
    await page.getByTestId("outside").waitFor();
    assert.deepEqual(await serious(page), []);
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("demo")]);
    const all = await page.evaluate(async () => (await (await fetch("/api/v1/landlords")).json()).numberMatched);
    assert.ok(all > 1);
    await page.context().close();
  } finally {
    await demo.stop();
  }
});
