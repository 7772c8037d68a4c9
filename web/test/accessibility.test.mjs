// The page for everybody: axe-core, the keyboard, and the three widths.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { serious } from "./axe.mjs";
import { launch, newPage, open, Server, shot } from "./support.mjs";

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

/** @param {import("playwright-core").Page} page */
function overflow(page) {
  return page.evaluate(() => ({
    page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    // Panels scroll down, never sideways.
    panels: [...document.querySelectorAll(".panel, [role=tabpanel]")]
      .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")
      .map((one) => `${one.className} ${one.scrollWidth} > ${one.clientWidth}`),
  }));
}

for (const theme of ["dark", "light"]) {
  describe(`in the ${theme} theme`, () => {
    test("nothing serious on a desk: the room, a place with its patrols, a report, the keys", async () => {
      const { page, close } = await newPage(browser);
      await open(page, server, `theme=${theme}`);
      await page.getByTestId("incidents").waitFor();
      assert.deepEqual(await serious(page), []);

      await page.getByRole("radio", { name: /^À affecter/ }).check({ force: true });
      await page.getByTestId("incidents").getByRole("button").first().click();
      await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
      await page.getByTestId("timeline").waitFor();
      assert.deepEqual(await serious(page), []);
      await shot(page, `desktop-${theme}-incident`);

      await page.keyboard.press("c");
      await page.keyboard.type("p");
      await page.getByTestId("intake").getByRole("option").first().waitFor();
      assert.deepEqual(await serious(page), []);
      await page.keyboard.press("Enter");
      await page.getByTestId("proposal").getByRole("radio").first().waitFor();
      await page.keyboard.type("p");
      assert.deepEqual(await serious(page), []);
      await shot(page, `desktop-${theme}-call`);

      // Each press closes one thing: a list, the call, the incident.
      const shown = page.locator("[data-testid=intake], [data-testid=timeline]");
      for (let press = 0; press < 6 && (await shown.count()) > 0; press++) await page.keyboard.press("Escape");
      assert.equal(await shown.count(), 0);
      await page.getByRole("tab", { name: /Analyse/ }).click();
      await page.locator("summary", { hasText: "Natures" }).click();
      assert.deepEqual(await serious(page), []);
      await page.keyboard.press("n");
      await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
      assert.deepEqual(await serious(page), []);
      await shot(page, `desktop-${theme}-place`);

      await page.keyboard.press("Escape");
      await page.getByRole("tab", { name: /Patrouilles/ }).click();
      await page.getByTestId("patrols").waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      assert.deepEqual(await serious(page), []);
      await close();
    });

    for (const [name, width, height] of /** @type {const} */ ([["phone", 360, 740], ["tablet", 768, 1024]])) {
      test(`nothing serious on a ${name}, in any tab, and nothing scrolls sideways`, async () => {
        const { page, close } = await newPage(browser, { width, height });
        await open(page, server, `theme=${theme}`);
        for (const tab of ["incidents", "place", "patrols", "map", "time"]) {
          await page.locator(`[data-tab=${tab}]`).click();
          await page.waitForTimeout(300);
          assert.deepEqual(await serious(page), [], tab);
          assert.deepEqual(await overflow(page), { page: 0, panels: [] }, tab);
          await shot(page, `${name}-${theme}-${tab}`);
        }
        await page.locator("[data-tab=incidents]").click();
        await page.getByRole("radio", { name: /^À affecter/ }).check({ force: true });
        await page.getByTestId("incidents").getByRole("button").first().click();
        await page.getByTestId("nearest").locator("[data-patrol]").first().waitFor();
        assert.deepEqual(await serious(page), [], "an incident");
        assert.deepEqual(await overflow(page), { page: 0, panels: [] });
        await shot(page, `${name}-${theme}-incident`);

        await page.getByRole("button", { name: "Nouvel appel" }).click();
        await page.getByTestId("intake").waitFor();
        assert.deepEqual(await serious(page), [], "a call");
        assert.deepEqual(await overflow(page), { page: 0, panels: [] });
        await shot(page, `${name}-${theme}-call`);
        await close();
      });
    }

    test("a wall of 1920 pixels shows everything at once", async () => {
      const { page, close } = await newPage(browser, { width: 1920, height: 1080 });
      await open(page, server, `theme=${theme}`);
      assert.deepEqual(await overflow(page), { page: 0, panels: [] });
      for (const what of [page.getByTestId("legend"), page.getByTestId("incidents"), page.getByTestId("kpis"), page.getByTestId("window"), page.getByRole("combobox", { name: /site/ })]) {
        assert.ok(await what.isVisible());
      }
      await shot(page, `desktop-${theme}`);
      await close();
    });
  });
}

describe("a finger", () => {
  test("finds nothing smaller than 44 pixels on a phone", async () => {
    const { page, close } = await newPage(browser, { width: 360, height: 740 });
    await open(page, server);
    await page.getByRole("button", { name: "Agrandir le volet" }).click();
    for (const tab of ["incidents", "place", "patrols", "map", "time"]) {
      await page.locator(`[data-tab=${tab}]`).click();
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("button, select, summary, label.check, input[role=combobox]")]
          .map((one) => ({ one, box: one.getBoundingClientRect() }))
          .filter(({ one, box }) => box.width > 0 && getComputedStyle(one).visibility === "visible" && !one.closest(".days"))
          .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
          .map(({ one, box }) => `${one.textContent?.trim().slice(0, 30)} ${Math.round(box.width)}×${Math.round(box.height)}`),
      );
      assert.deepEqual(small, [], tab);
    }
    await close();
  });
});

describe("a keyboard", () => {
  test("may do without shortcuts of a single character, now and after a reload (WCAG 2.1.4)", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByRole("checkbox", { name: "Raccourcis d’une seule touche" }).uncheck();
    await page.keyboard.press("Escape");
    const quiet = async () => {
      await page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur());
      for (const key of ["c", "n", "1", "t", "?"]) await page.keyboard.press(key);
      assert.equal(await page.getByTestId("intake").count(), 0);
      assert.equal(await page.getByRole("dialog").count(), 0);
      assert.equal(await page.evaluate(() => window.vigie?.map.getLayoutProperty("heat-fill", "visibility")), "visible");
      assert.doesNotMatch(page.url(), /at=/);
    };
    await quiet();
    await page.goto(`${server.url}/`);
    await page.reload();
    await page.locator("[data-testid=map] canvas").waitFor();
    await page.getByTestId("incidents").waitFor();
    await quiet();
    await page.getByRole("button", { name: "Raccourcis clavier" }).click();
    await page.getByRole("dialog").getByRole("checkbox").check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("c");
    await page.getByTestId("intake").waitFor();
    await close();
  });

  test("reaches every control, each with a visible focus", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    /** @type {Set<string>} */
    const reached = new Set();
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const one = document.activeElement;
        if (!(one instanceof HTMLElement) || one === document.body) return null;
        const seen = one.matches("input[type=radio]") ? one.nextElementSibling : one;
        const style = getComputedStyle(seen ?? one);
        return {
          name: `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent?.trim().slice(0, 30)}`,
          visible: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
        };
      });
      if (stop === null) continue;
      reached.add(stop.name);
      assert.ok(stop.visible, `${stop.name} has the focus and does not show it`);
    }
    const names = [...reached].join("\n");
    for (const wanted of [/CANVAS Carte des opérations/, /Chercher un site/, /Chaleur/, /Switch to English/, /Zoomer/]) {
      assert.match(names, wanted);
    }
    await close();
  });

  test("walks the list of incidents with arrows and chooses with Enter", async () => {
    const { page, close } = await newPage(browser);
    await open(page, server);
    const rows = page.getByTestId("incidents").getByRole("button");
    await page.keyboard.press("i");
    assert.ok(await rows.first().evaluate((one) => one === document.activeElement));
    await page.keyboard.press("ArrowDown");
    assert.ok(await rows.nth(1).evaluate((one) => one === document.activeElement));
    await page.keyboard.press("Enter");
    await page.getByTestId("status").waitFor();
    assert.match(page.url(), /at=incident:/);
    await close();
  });
});
