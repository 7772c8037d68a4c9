// What the page does when the server fails, goes away and comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { drawn, launch, newPage, open, Server, shot } from "./support.mjs";

const server = new Server();
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

test("a server that dies is said so, and the page is well again once it is back", async () => {
  const { page, close } = await newPage(browser);
  await open(page, server, "panel=heat");
  const known = (await drawn(page, "patrols")).length;
  assert.ok(known > 0);

  await server.kill();
  await page.getByTestId("banner").getByText("Le serveur ne répond plus").waitFor();
  await page.getByText("Liaison perdue").waitFor();
  assert.equal((await drawn(page, "patrols")).length, known, "the last known situation stays on the map");
  await page.getByRole("radio", { name: "Sites", exact: true }).check({ force: true });
  await page.getByRole("alert").filter({ hasText: "La carte de chaleur n’a pas pu être calculée" }).waitFor();
  await shot(page, "desktop-dark-server-away");

  // The page asks again by itself; nobody need press anything.
  await server.start();
  await page.getByText("En direct").waitFor();
  await page.getByTestId("banner").getByText("Le serveur ne répond plus").waitFor({ state: "detached" });
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.getByTestId("legend").locator("tr[data-colour]").first().waitFor();
  await close();
});

test("a stream that cannot be had is told, the lists are read again in its place, and the note goes once it is back", async () => {
  const { page, close } = await newPage(browser);
  const ofStream = (/** @type {import("playwright-core").Request} */ request) => request.url().includes("/api/v1/events");
  let tries = 0;
  page.on("requestfailed", (request) => {
    if (ofStream(request)) tries += 1;
  });
  await page.route("**/api/v1/events**", (route) => route.abort());
  await open(page, server);
  await page.getByTestId("banner").getByText("Le flux en direct est indisponible").waitFor();
  await page.getByTestId("link").getByText("Relecture").waitFor();
  const { features } = await server.get("sites?limit=1");
  const answer = await fetch(`${server.url}/api/v1/incidents`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind: "PER-AGR", channel: "call", location: { site_code: features[0].id } }),
  });
  const { id } = await answer.json();
  await page.waitForFunction(async (wanted) => {
    const data = await /** @type {any} */ (window.vigie?.map.getSource("incidents")).getData();
    return data.features.some((/** @type {any} */ one) => one.properties.id === wanted);
  }, id);
  await shot(page, "desktop-dark-polling");

  // After its fourth try the page waits 7 s or more for the next: time to press before it is back by itself.
  do await page.waitForEvent("requestfailed", ofStream);
  while (tries < 4);
  await page.unroute("**/api/v1/events**");
  await page.getByTestId("banner").getByRole("button", { name: "Réessayer" }).click({ timeout: 7_000 });
  await page.getByTestId("link").getByText("En direct").waitFor();
  await page.getByTestId("banner").getByText("Le flux en direct").waitFor({ state: "detached" });
  await close();
});

test("a server that has lost its store is said so, with the age of what is shown", async () => {
  const { page, close } = await newPage(browser);
  await open(page, server);
  await page.route("**/api/v1/alerts?**", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { ...answer.headers(), "x-vigie-stale": "42" } });
  });
  await page.getByTestId("banner").getByText(/situation d’il y a 42.s/).waitFor();
  await page.getByText("Liaison perdue").waitFor();
  await shot(page, "desktop-dark-store-away");

  await page.unroute("**/api/v1/alerts?**");
  await page.getByText("En direct").waitFor();
  await page.getByTestId("banner").getByText("situation d’il y a").waitFor({ state: "detached" });
  await close();
});

test("a room that cannot open says why and opens by itself later", async () => {
  const { page, close } = await newPage(browser);
  await page.route("**/api/v1/meta", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "about:blank", title: "Store away", status: 503, detail: "the store cannot be reached", errors: [] }),
    }),
  );
  await page.goto(`${server.url}/`);
  const note = page.getByRole("alert");
  await note.getByText("La salle n’a pas pu s’ouvrir").waitFor();
  assert.match(await note.innerText(), /503/);
  assert.match(await note.innerText(), /the store cannot be reached/);
  await shot(page, "desktop-dark-closed");

  await page.unroute("**/api/v1/meta");
  await page.locator("[data-testid=map] canvas").waitFor({ timeout: 15_000 });
  await close();
});

test("a refused heatmap shows the server's own words and can be asked again", async () => {
  const { page, close } = await newPage(browser);
  await page.route(/\/api\/v1\/heatmap\?.*metric=/, (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set("cell", "h3:99");
    return route.continue({ url: url.href });
  });
  await open(page, server, "panel=heat");
  const note = page.getByTestId("legend").getByRole("alert");
  await note.waitFor();
  assert.match(await note.innerText(), /4\d\d/);
  assert.match(await note.innerText(), /cell/);

  await page.unroute(/\/api\/v1\/heatmap\?.*metric=/);
  await note.getByRole("button", { name: "Réessayer" }).click();
  await page.getByTestId("legend").locator("tr[data-colour]").first().waitFor();
  await close();
});

test("a computer that is offline is told so", async () => {
  const { page, close } = await newPage(browser);
  await open(page, server);
  await page.context().setOffline(true);
  await page.getByTestId("banner").getByText("Ce poste est hors ligne").waitFor();
  await page.context().setOffline(false);
  await page.getByTestId("banner").getByText("Ce poste est hors ligne").waitFor({ state: "detached" });
  await close();
});

test("lists show that they load", async () => {
  const { page, close } = await newPage(browser);
  /** @type {(() => void)[]} */
  const held = [];
  await page.route("**/api/v1/incidents?**", async (route) => {
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.continue();
  });
  await page.goto(`${server.url}/`);
  await page.getByRole("tabpanel").getByRole("status", { name: "Chargement…" }).waitFor();
  for (const release of held) release();
  await page.getByTestId("incidents").waitFor();
  await close();
});
