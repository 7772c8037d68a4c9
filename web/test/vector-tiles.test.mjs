// MapLibre, as anybody's web site would use it, draws the vector tiles of a real server by their TileJSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { launch, newPage, Server } from "./support.mjs";

const DIST = new URL("../node_modules/maplibre-gl/dist/", import.meta.url);
/** The library itself, and not the bundle of our client, which draws nothing from tiles. */
const FILES = ["maplibre-gl.mjs", "maplibre-gl-shared.mjs", "maplibre-gl-worker.mjs"];
const PAGE = "<!doctype html><meta charset='utf-8'><div id='map' style='width: 600px; height: 400px'></div>";

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

/**
 * What MapLibre has drawn of a layer over a place, once it is idle.
 * @param {import("playwright-core").Page} page
 * @param {string} layer
 * @param {"circle" | "fill" | "line"} type
 * @param {number[]} center
 * @param {number} zoom
 */
async function rendered(page, layer, type, center, zoom) {
  return page.evaluate(
    async ({ layer, type, center, zoom }) => {
      const at = "/drawn/maplibre-gl.mjs"; // known to the page alone, not to the checker of types
      const maplibre = await import(at);
      maplibre.setWorkerUrl(`${location.origin}/drawn/maplibre-gl-worker.mjs`);
      const sources = { stock: { type: "vector", url: `${location.origin}/tiles/${layer}.json` } };
      const layers = [{ id: "drawn", type, source: "stock", "source-layer": layer }];
      const map = new maplibre.Map({ container: "map", center, zoom, style: { version: 8, sources, layers }, fadeDuration: 0 });
      /** @type {string[]} */
      const faults = [];
      map.on("error", (/** @type {any} */ event) => faults.push(String(event.error)));
      await map.once("idle");
      /** @type {{ properties: Record<string, unknown>, geometry: { type: string } }[]} */
      const found = map.queryRenderedFeatures({ layers: ["drawn"] });
      map.remove();
      return { faults, found: found.map(({ properties, geometry }) => ({ properties, type: geometry.type })) };
    },
    { layer, type, center, zoom },
  );
}

test("MapLibre draws sites, buildings, tracts and roads with what is known of each", async () => {
  const { page, faults, close } = await newPage(browser);
  await page.route("**/drawn/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop() ?? "";
    if (name === "page.html") return route.fulfill({ contentType: "text/html", body: PAGE });
    if (!FILES.includes(name)) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: "text/javascript", body: readFileSync(new URL(name, DIST), "utf8") });
  });
  await page.goto(`${server.url}/drawn/page.html`);
  const site = (await server.get("sites?limit=1")).features[0];
  const center = site.geometry.coordinates;

  const sites = await rendered(page, "sites", "circle", center, 15);
  assert.deepEqual(sites.faults, []);
  const drawn = sites.found.find(({ properties }) => properties.code === site.id);
  assert.ok(drawn, `${site.id} is not among ${sites.found.length} sites that were drawn`);
  assert.equal(drawn.properties.dwellings, site.properties.dwellings);
  assert.equal(drawn.properties.landlord, site.properties.landlord);

  for (const { layer, type, zoom, known, shape } of /** @type {const} */ ([
    { layer: "buildings", type: "fill", zoom: 16, known: "id", shape: /Polygon/ },
    { layer: "tracts", type: "fill", zoom: 12, known: "code", shape: /Polygon/ },
    { layer: "roads", type: "line", zoom: 15, known: "class", shape: /LineString/ },
  ])) {
    const { faults, found } = await rendered(page, layer, type, center, zoom);
    assert.deepEqual(faults, [], layer);
    assert.ok(found.length > 3, `${layer}: ${found.length} were drawn`);
    for (const one of found) {
      assert.ok(one.properties[known], `${layer} has no ${known}`);
      assert.match(one.type, shape, layer);
    }
  }
  assert.deepEqual(faults, []);
  await close();
});
