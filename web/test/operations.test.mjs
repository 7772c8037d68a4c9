// What an operator does, in a real browser against the real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Desk } from "./desk.mjs";
import { drawn, idle, jump, launch, newPage, nextHeat, open, project, Server, shot } from "./support.mjs";

const server = new Server();
const desk = new Desk(server, 60);
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

/** A call that waits for a patrol: the demonstration may have none just now. */
async function waitingCall() {
  const site = await desk.freshSite();
  return desk.post("incidents", { kind: "OCC-HAL", channel: "call", location: { site_code: site.id } });
}

/** @returns {Promise<number[]>} the middle of the corners of a building */
async function someBuilding() {
  const { features } = await server.get("buildings?limit=1");
  const { type, coordinates } = features[0].geometry;
  const corners = (type === "Polygon" ? coordinates[0] : coordinates[0][0]).slice(1);
  return [0, 1].map((axis) => corners.reduce((/** @type {number} */ sum, /** @type {number[]} */ one) => sum + one[axis], 0) / corners.length);
}

/**
 * @param {import("playwright-core").Page} page
 * @param {number[]} centre
 */
async function goTo(page, centre) {
  await jump(page, centre, 18);
  await idle(page);
}

/** @param {string} text */
const digits = (text) => Number(text.replace(/[^\d]/g, ""));

describe("the page", () => {
  test("loads without an error in the console and asks no other host for anything", async () => {
    const { page, faults, close } = await newPage(browser, { width: 1920, height: 1080 });
    /** @type {string[]} */
    const elsewhere = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "blob:" && protocol !== "data:" && origin !== server.url) elsewhere.push(request.url());
    });
    await open(page, server);
    await shot(page, "desktop-dark");

    assert.deepEqual(faults, []);
    assert.deepEqual(elsewhere, []);
    assert.equal(await page.title(), "Vigie · salle d’opérations");
    await close();
  });

  test("sends no words to look for a site by that tell of a person, and says why", async () => {
    const { page, close } = await newPage(browser);
    /** @type {string[]} */
    const looked = [];
    page.on("request", (request) => {
      const words = new URL(request.url()).searchParams.get("q");
      if (words !== null) looked.push(words);
    });
    await open(page, server);
    const field = page.getByRole("combobox", { name: /Chercher un site/ });
    for (const [words, rule] of [
      ["06 39 98 12 40", "un numéro de téléphone"],
      ["chez Mme Dupontel", "une civilité et un nom"],
    ]) {
      await field.fill(words);
      await page.getByTestId("search-refused").filter({ hasText: rule }).waitFor();
    }
    await shot(page, "search-refused");
    await field.fill("PH-0001");
    await page.getByTestId("search-refused").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");

    await page.keyboard.press("c");
    await page.getByRole("combobox", { name: "Site", exact: true }).fill("chez Mme Dupontel");
    await page.getByTestId("site-refused").waitFor();
    assert.deepEqual(looked, ["PH-0001"]);
    await close();
  });

  test("draws a town: streets, water, green and the stock in its own colours", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.waitForFunction(() => {
      const classes = window.vigie?.map.querySourceFeatures("surroundings").map((one) => one.properties["class"]) ?? [];
      return ["street", "water", "green"].every((wanted) => classes.includes(wanted));
    });

    const { features } = await server.get("sites?limit=1");
    await jump(page, features[0].geometry.coordinates, 16);
    await idle(page);
    const buildings = await page.evaluate(() => window.vigie?.map.queryRenderedFeatures({ layers: ["stock-fill"] }).length ?? 0);
    assert.ok(buildings > 0, "no building is drawn around a site");
    await close();
  });

  test("shows buildings by their height once the view is tilted", async () => {
    const { page, close } = await newPage(browser);
    const { features } = await server.get("sites?limit=1");
    const [lon, lat] = features[0].geometry.coordinates;
    await open(page, server, `map=16/${lat}/${lon}`);
    await page.getByRole("button", { name: "Vue en relief" }).click();
    await page.waitForFunction(() => (window.vigie?.map.getPitch() ?? 0) > 50);
    await idle(page);

    const heights = await page.evaluate(() =>
      window.vigie?.map.queryRenderedFeatures({ layers: ["stock-3d"] }).map((one) => Number(one.properties["height_m"])) ?? [],
    );
    assert.ok(heights.length > 0 && heights.every((height) => height > 0));
    assert.equal(await page.evaluate(() => window.vigie?.map.getLayoutProperty("stock-fill", "visibility")), "none");
    await shot(page, "desktop-dark-relief");
    await close();
  });
});

describe("search", () => {
  test("finds a site by its code with the keyboard only", async () => {
    const { page, close } = await newPage(browser);
    const { features } = await server.get("sites?limit=40");
    const site = features.at(-1);
    await open(page, server);
    await page.keyboard.press("/");
    await page.keyboard.type(site.properties.code.toLowerCase());
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");

    await page.getByTestId("place").getByRole("heading", { name: site.properties.name }).waitFor();
    assert.equal(await page.getByTestId("site-code").innerText(), site.properties.code);
    assert.match(page.url(), new RegExp(`at=site:${site.properties.code}`));
    await page.waitForFunction((at) => window.vigie?.map.getBounds().contains(at), site.geometry.coordinates);
    const [target] = await drawn(page, "target");
    assert.deepEqual(target?.geometry.coordinates, site.geometry.coordinates);
    await close();
  });

  test("finds sites by name, moves among them with arrows and closes with Escape", async () => {
    const { page, close } = await newPage(browser);
    const { features } = await server.get("sites?limit=1");
    const word = features[0].properties.name.split(" ").at(-1);
    const plain = word.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase();
    const found = await server.get(`sites?limit=8&q=${encodeURIComponent(plain)}`);
    assert.ok(found.features.length > 1, `only one site has ${word} in its name`);
    await open(page, server);
    await page.keyboard.press("/");
    await page.keyboard.type(plain);
    await page.getByRole("option").nth(1).waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getByRole("option", { selected: true }).locator(".code").innerText(), found.features[1].id);
    await page.keyboard.press("Enter");
    await page.getByTestId("site-code").getByText(found.features[1].id, { exact: true }).waitFor();

    await page.keyboard.press("Escape");
    await page.getByTestId("place").waitFor({ state: "detached" });
    assert.doesNotMatch(page.url(), /at=/);
    await close();
  });

  test("says so when no site answers", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.keyboard.press("/");
    await page.keyboard.type("zzzz");
    await page.getByText("Aucun site ne répond à «\u00a0zzzz\u00a0»").first().waitFor();
    await close();
  });
});

describe("the nearest patrols", () => {
  test("are ranked on the map and in the list when an incident is chosen", async () => {
    const { page, close } = await newPage(browser, { width: 1920, height: 1080 });
    await waitingCall();
    await open(page, server);
    // Kept one by one: a new incident may be read out right after.
    await page.evaluate(() => {
      const region = document.querySelector("[data-testid=announcement]");
      const said = Object.assign(window, { said: /** @type {string[]} */ ([]) }).said;
      if (region) new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { subtree: true, characterData: true, childList: true });
    });
    await page.getByRole("radio", { name: /^À affecter/ }).check({ force: true });
    const row = page.getByTestId("incidents").getByRole("button").first();
    const answer = page.waitForResponse((one) => one.url().includes("/patrols/nearest?"));
    await row.click();
    const response = await answer;
    assert.ok(new URL(response.url()).searchParams.get("incident"), "the incident itself is asked for");
    assert.equal(new URL(response.url()).searchParams.get("route"), "true");
    const ranking = await response.json();
    assert.ok(ranking.features.length > 0, "no patrol is available in the demonstration");

    const list = page.getByTestId("nearest").locator("[data-patrol]");
    await list.first().waitFor();
    const listed = await list.evaluateAll((rows) => rows.map((one) => one.getAttribute("data-patrol")));
    const ranked = (await drawn(page, "patrols"))
      .filter((one) => one.properties.rank > 0)
      .sort((a, b) => a.properties.rank - b.properties.rank);
    assert.deepEqual(ranked.map((one) => one.properties.rank), listed.map((_, index) => index + 1));
    assert.deepEqual(ranked.map((one) => one.properties.id), listed);
    assert.equal((await drawn(page, "routes")).length, listed.length);
    assert.match(await list.first().innerText(), /\d\s(m|km)/);
    if (ranking.by === "road") assert.match(await list.first().innerText(), /\d\s(s|min)/);
    assert.match(await list.first().innerText(), /position d’il y a/);
    const said = await page.evaluate(() => /** @type {any} */ (window).said.join("\n"));
    assert.match(said, /est la plus proche, à/);

    const reasons = await page.getByTestId("passed-over").allTextContents();
    if (ranking.passed_over.length > 0) assert.match(reasons.join(), /occupée|hors service|sans position/);
    await shot(page, "desktop-dark-nearest");
    await close();
  });

  test("are asked for when an incident is clicked on the map", async () => {
    const { page, close } = await newPage(browser);
    const call = await waitingCall();
    await open(page, server);
    const chosen = (await drawn(page, "incidents")).find((one) => one.properties.id === call.id);
    assert.ok(chosen, "the call is not on the map");
    await jump(page, chosen.geometry.coordinates, 15);
    await idle(page);
    const { x, y } = await project(page, chosen.geometry.coordinates);
    await page.mouse.click(x, y);
    await page.getByTestId("place").waitFor();
    assert.match(page.url(), /at=incident:/);
    await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
    await close();
  });

  test("are asked for around a point of the map, with the site that stands there", async () => {
    const { page, close } = await newPage(browser);
    const at = await someBuilding();
    const located = await server.get(`locate?lon=${at[0]}&lat=${at[1]}`);
    await open(page, server, "hide=incidents,patrols");
    await goTo(page, at);
    const { x, y } = await project(page, at);
    await page.mouse.click(x, y);

    await page.getByTestId("site-code").getByText(located.site_code, { exact: true }).waitFor();
    if (located.method === "inside") await page.getByText("dans le bâtiment").waitFor();
    await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
    await close();
  });

  test("are asked for at the middle of the map with the key n", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.keyboard.press("n");
    await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
    assert.match(page.url(), /at=point:/);
    await close();
  });
});

describe("patrols", () => {
  test("glide between the positions that the server gives", async () => {
    const { page, close } = await newPage(browser, { motion: "no-preference", width: 800, height: 600 });
    await open(page, server);
    /** @type {Map<string, Set<string>>} */
    const seen = new Map();
    const asked = new Set();
    page.on("response", async (answer) => {
      if (!answer.url().includes("/patrols?") || answer.status() !== 200) return;
      const body = await answer.json().catch(() => ({ features: [] }));
      for (const one of body.features) if (one.geometry) asked.add(`${one.id} ${one.geometry.coordinates.join()}`);
    });
    for (let look = 0; look < 40; look++) {
      for (const one of await drawn(page, "patrols")) {
        const places = seen.get(one.properties.id) ?? new Set();
        seen.set(one.properties.id, places.add(one.geometry.coordinates.join()));
      }
      await page.waitForTimeout(150);
    }
    const between = [...seen].filter(([id, places]) => [...places].filter((place) => !asked.has(`${id} ${place}`)).length > 3);
    assert.ok(between.length > 0, "no patrol was ever drawn between two positions");
    await close();
  });
});

describe("the heatmap", () => {
  /** @param {import("playwright-core").Page} page */
  async function legend(page) {
    const rows = page.getByTestId("legend").locator("tr[data-colour]");
    await rows.first().waitFor();
    return rows.evaluateAll((all) =>
      all.map((row) => ({ colour: row.getAttribute("data-colour"), cells: Number(row.getAttribute("data-cells")) })),
    );
  }

  /** @param {import("playwright-core").Page} page */
  async function colours(page) {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const cell of await drawn(page, "heat")) {
      if (cell.properties.colour) counts[cell.properties.colour] = (counts[cell.properties.colour] ?? 0) + 1;
    }
    return counts;
  }

  test("has a legend that says what is drawn, class by class", async () => {
    const { page, close } = await newPage(browser);
    const first = nextHeat(page, () => true);
    await open(page, server, "panel=heat");
    const { body } = await first;
    const rows = await legend(page);
    assert.deepEqual(Object.fromEntries(rows.map((row) => [row.colour, row.cells])), await colours(page));
    assert.equal(rows.reduce((sum, row) => sum + row.cells, 0), body.features.filter((/** @type {any} */ one) => one.properties.value > 0).length);
    assert.equal(digits(await page.getByTestId("legend").locator(".total").innerText()), body.total);
    await close();
  });

  for (const [label, cell] of [["Carreaux 200\u00a0m", "grid:200"], ["Sites", "site"], ["Bailleurs", "landlord"]]) {
    test(`asks for and draws ${cell}`, async () => {
      const { page, close } = await newPage(browser);
      await open(page, server, "panel=heat");
      const answer = nextHeat(page, (params) => params.get("cell") === cell);
      await page.getByRole("radio", { name: label, exact: true }).check({ force: true });
      const { body } = await answer;
      await page.waitForFunction(async (count) => {
        const data = await /** @type {any} */ (window.vigie?.map.getSource("heat")).getData();
        const discs = await /** @type {any} */ (window.vigie?.map.getSource("heat-points")).getData();
        return Math.max(data.features.length, discs.features.length) === count;
      }, body.features.length);
      const rows = await legend(page);
      assert.equal(rows.reduce((sum, row) => sum + row.cells, 0), body.features.filter((/** @type {any} */ one) => one.properties.value > 0).length);
      await shot(page, `desktop-dark-${cell?.split(":")[0]}`);
      await close();
    });
  }

  test("measures a rate or a density, each with its unit", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server, "panel=heat");
    for (const [label, metric, unit] of [
      ["Taux", "rate", "incidents pour 1\u202f000 logements"],
      ["Densité", "density", "incidents par km²"],
    ]) {
      const answer = nextHeat(page, (params) => params.get("metric") === metric);
      await page.getByRole("radio", { name: label, exact: true }).check({ force: true });
      await answer;
      await page.getByTestId("legend").getByText(unit ?? "", { exact: true }).first().waitFor();
    }
    await close();
  });

  test("is filtered by kind, landlord, hours, days and origin, and the total follows", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server, "panel=heat&window=all");
    const before = digits(await page.getByTestId("legend").locator(".total").innerText());

    await page.locator("summary", { hasText: "Natures" }).click();
    let answer = nextHeat(page, (params) => params.get("kind") === "OCC-HAL");
    await page.getByRole("checkbox", { name: /OCC-HAL/ }).check();
    const byKind = (await answer).body.total;
    assert.ok(byKind > 0 && byKind < before, `${byKind} of ${before}`);

    await page.locator("summary", { hasText: "Bailleurs" }).click();
    const { features } = await server.get("landlords");
    answer = nextHeat(page, (params) => params.get("landlord") === features[0].id);
    await page.getByRole("checkbox", { name: features[0].properties.name }).check();
    const byLandlord = (await answer).body.total;
    assert.ok(byLandlord < byKind, `${byLandlord} of ${byKind}`);

    answer = nextHeat(page, (params) => params.get("hours") === "18-2");
    await page.getByRole("button", { name: "18\u00a0h – 2\u00a0h" }).click();
    const byHours = (await answer).body.total;
    assert.ok(byHours <= byLandlord);

    answer = nextHeat(page, (params) => params.get("days") === "fri,sat");
    await page.getByRole("button", { name: "ven." }).click();
    await page.getByRole("button", { name: "sam." }).click();
    const { params, body } = await answer;
    assert.ok(body.total <= byHours);
    assert.equal(params.get("kind"), "OCC-HAL");
    await page.waitForFunction((total) => document.querySelector("[data-testid=legend]")?.textContent?.includes(total > 0 ? String(total).slice(-3) : "Aucun"), body.total);

    answer = nextHeat(page, (asked) => asked.get("channel") === "call,caretaker,partner,sensor");
    await page.getByRole("checkbox", { name: /^Sans les rondes/ }).check();
    await answer;

    answer = nextHeat(page, (asked) => !asked.has("kind") && !asked.has("hours") && !asked.has("channel"));
    await page.getByRole("button", { name: "Tout retirer" }).click();
    // Incidents keep coming in while the test runs.
    assert.ok((await answer).body.total >= before);
    await close();
  });

  test("follows the slider, moved by keyboard", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server, "panel=heat&window=all");
    const thumb = page.getByRole("slider", { name: "Début de la période" });
    const text = await page.getByTestId("window").innerText();
    await thumb.focus();
    const answer = nextHeat(page, (params) => params.has("from"));
    for (let step = 0; step < 3; step++) await page.keyboard.press("PageUp");
    const { params } = await answer;
    assert.match(params.get("from") ?? "", /^\d{4}-\d{2}-\d{2}T2[23]:00:00Z$/, "a day begins at the midnight of Paris");
    assert.notEqual(await page.getByTestId("window").innerText(), text);
    assert.match(page.url(), /window=\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}/);
    assert.ok((await page.locator(".month").count()) > 12, "no bars of months");
    await close();
  });

  test("says when a window is empty and what to do", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server, "panel=heat&window=2001-01-01..2001-01-07");
    await page.getByText("Aucun incident dans cette fenêtre").waitFor();
    await page.getByText("Élargissez la période").waitFor();
    assert.deepEqual(await drawn(page, "heat"), []);
    await shot(page, "desktop-dark-empty");
    await close();
  });

  test("is hidden and shown with the key 1, the other layers with 2 to 4", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    for (const [key, layer] of [["1", "heat-fill"], ["2", "stock-line"], ["3", "patrols"], ["4", "incidents"]]) {
      await page.keyboard.press(key ?? "");
      assert.equal(await page.evaluate((id) => window.vigie?.map.getLayoutProperty(id, "visibility"), layer ?? ""), "none");
      await page.keyboard.press(key ?? "");
      assert.equal(await page.evaluate((id) => window.vigie?.map.getLayoutProperty(id, "visibility"), layer ?? ""), "visible");
    }
    await close();
  });
});

describe("a report", () => {
  test("is made from a point in a few keys and shows the site that it was given", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await goTo(page, await someBuilding());
    await page.keyboard.press("n");
    await page.getByRole("button", { name: "Signaler ici" }).click();
    await page.keyboard.type("occupation de hall");
    await page.keyboard.press("Enter");
    assert.match(await page.getByTestId("priority").innerText(), /P2/);
    await page.getByLabel("Origine").selectOption("caretaker");
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await page.getByRole("button", { name: "Enregistrer seulement" }).click();
    const request = await sent;
    assert.match(request.headers()["idempotency-key"] ?? "", /^[0-9a-f]{32}$/);
    const { kind, channel, location } = request.postDataJSON();
    assert.deepEqual([kind, channel, Object.keys(location)], ["OCC-HAL", "caretaker", ["lon", "lat"]]);

    const answer = await (await request.response())?.json();
    await page.getByTestId("recorded").waitFor();
    assert.ok((await page.getByTestId("recorded").innerText()).includes(answer.site_code));
    const recorded = await server.get(`incidents?limit=20`);
    assert.ok(recorded.features.some((/** @type {any} */ one) => one.id === answer.id), "the incident is not in the store");
    await close();
  });

  test("that the server refuses shows what it said and of which field", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.route("**/api/v1/incidents", (route) =>
      route.request().method() === "POST"
        ? route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), kind: "XXX-XXX" }) })
        : route.continue(),
    );
    await page.keyboard.press("n");
    await page.getByRole("button", { name: "Signaler ici" }).click();
    await page.keyboard.type("hall");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Enregistrer seulement" }).click();
    const note = page.getByRole("alert").filter({ hasText: "L’incident n’a pas été enregistré" });
    await note.waitFor();
    assert.match(await note.innerText(), /422/);
    assert.match(await note.innerText(), /kind/);
    await close();
  });
});

describe("language and theme", () => {
  test("are one click away and stay as chosen", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server, "panel=heat");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");
    await page.getByRole("button", { name: "Switch to English" }).click();
    await page.getByRole("heading", { name: "Heatmap", exact: true }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    assert.match((await page.locator("canvas.maplibregl-canvas").getAttribute("aria-label")) ?? "", /^Map of operations/);
    assert.doesNotMatch(await page.locator("main").innerText(), /Carte de chaleur|Patrouilles|logements|Découpage/);

    const ground = () => page.evaluate(() => window.vigie?.map.getPaintProperty("ground", "background-color"));
    const dark = await ground();
    await page.keyboard.press("t");
    assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
    assert.notEqual(await ground(), dark);
    await shot(page, "desktop-light-english");

    await page.goto(`${server.url}/#panel=heat`);
    await page.reload();
    await page.getByRole("heading", { name: "Heatmap", exact: true }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
    await close();
  });

  test("follow the system until someone chooses", async () => {
    const { page, close } = await newPage(browser, { scheme: "light" });
    await open(page, server);
    assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction(() => document.documentElement.dataset["theme"] === "dark");
    await close();
  });

  test("keep the view in the address", async () => {
    const { page, close } = await newPage(browser);
    const { center } = await server.get("meta");
    await open(page, server, `map=14/${center[1]}/${center[0]}&cell=site&metric=rate&window=30d&hide=patrols&panel=heat&lang=en`);
    assert.ok(await page.getByRole("radio", { name: "Sites", exact: true }).isChecked());
    assert.ok(await page.getByRole("radio", { name: "Rate", exact: true }).isChecked());
    assert.equal(await page.getByRole("button", { name: "30\u00a0days" }).getAttribute("aria-pressed"), "true");
    assert.equal(await page.evaluate(() => window.vigie?.map.getZoom().toFixed(1)), "14.0");
    assert.equal(await page.evaluate(() => window.vigie?.map.getLayoutProperty("patrols", "visibility")), "none");
    await close();
  });
});
