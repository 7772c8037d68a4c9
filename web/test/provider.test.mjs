// Signing in to a real `vigie serve` with a real OpenID Connect provider of another site, in a real browser: the cookies
// must survive the way there and back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { ARTIFACTS, CHROMIUM, FLAGS, freePort, Service } from "./support.mjs";

const service = new Service();
/** @type {import("node:child_process").ChildProcess} */
let directory;
/** @type {import("playwright-core").Browser} */
let browser;
let url = "";

/** Starts the provider, of another name and so of another site; its issuer. @param {string} back */
async function provider(back) {
  const script = new URL("provider.mjs", import.meta.url).pathname;
  directory = spawn("node", [script, "0", back, "localhost"], { stdio: ["ignore", "pipe", "ignore"], env: service.env });
  let said = "";
  const found = await new Promise((resolve, reject) => {
    directory.once("exit", () => reject(new Error(`the provider ended: ${said}`)));
    directory.stdout?.on("data", (chunk) => {
      said += String(chunk);
      const match = /listens on (\S+)/.exec(said);
      if (match) resolve(match[1]);
    });
  });
  return String(found);
}

before(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const issuer = await provider(`${url}/api/v1/session/oidc/callback`);
  const secret = join(service.folder, "secret");
  writeFileSync(secret, "the-secret-of-vigie-at-the-provider\n");
  service.run(["account", "create", "salle-1", "--role", "dispatcher"]);
  const options = [
    ["--oidc-issuer", issuer],
    ["--oidc-client-id", "vigie"],
    ["--oidc-client-secret-file", secret],
    ["--oidc-public-url", url],
    ["--oidc-name", "l’annuaire du groupe"],
    ["--oidc-post", "vigie-salle=salle-1"],
  ].flat();
  await service.start(`127.0.0.1:${port}`, options);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  directory?.kill("SIGKILL");
  service.stop();
});

/** A page where one signs in, once the provider is known. @param {string} address @param {object} options */
async function opened(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "fr-FR", ...options });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

test("a dispatcher comes to the page that was wanted, by way of the directory, and signs out", async () => {
  const page = await opened(`${url}/me`);
  await page.getByRole("link", { name: "Se connecter" }).click();
  const button = page.getByRole("link", { name: "Se connecter avec l’annuaire du groupe" });
  await button.waitFor();
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "signin-provider.png") });

  await button.click();
  await page.getByRole("heading", { name: "Annuaire du groupe" }).waitFor();
  await page.getByRole("button", { name: "sub-jeanne" }).click();
  await page.waitForURL(`${url}/me`);
  await page.getByText("salle-1").first().waitFor();
  const cookies = (await page.context().cookies(url)).filter((cookie) => cookie.name.startsWith("vigie"));
  assert.deepEqual(
    cookies.map(({ name, sameSite, httpOnly }) => [name, sameSite, httpOnly]),
    [["vigie", "Strict", true]],
  );

  await page.getByTestId("sign-out").click();
  await page.waitForURL(/\/signin/);
  await page.context().close();
});

test("whoever has signed out is not signed in again unseen, and can end the session at the directory too", async () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    const page = await opened(`${url}/me`, { colorScheme });
    const signInAs = async (/** @type {string} */ sub) => {
      await page.getByTestId("with-provider").click();
      await page.getByRole("button", { name: sub }).click();
      await page.waitForURL(/^[^?]*\/(#.*)?$/);
    };
    await page.goto(`${url}/signin`);
    assert.equal(await page.getByTestId("left").count(), 0, "nobody has signed out yet");
    await signInAs("sub-jeanne");
    await page.getByTestId("sign-out").click();
    await page.getByText("La session ouverte avec l’annuaire du groupe continue.").waitFor();
    assert.deepEqual(await serious(page), []);
    await page.screenshot({ path: join(ARTIFACTS, `signin-left-${colorScheme}.png`) });

    // The directory would know jeanne, and asks all the same.
    await signInAs("sub-alix");
    await page.getByTestId("sign-out").click();
    await page.getByTestId("end-there").click();
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.waitForURL(/\/signin\?/);
    await page.getByText("la session ouverte avec l’annuaire du groupe est fermée").waitFor();
    assert.equal(await page.getByTestId("end-there").count(), 0);
    await page.screenshot({ path: join(ARTIFACTS, `signin-left-there-${colorScheme}.png`) });
    await page.context().close();
  }
});

test("whoever holds no post is told so, in both themes, and can go on with a password", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await opened(`${url}/signin`, { colorScheme });
    await page.getByTestId("with-provider").click();
    await page.getByRole("button", { name: "sub-paul" }).click();
    await page.getByText("Aucun poste de Vigie n’est relié à ce compte.").waitFor();
    assert.deepEqual(await serious(page), []);
    await page.screenshot({ path: join(ARTIFACTS, `signin-unbound-${colorScheme}.png`) });

    assert.equal(await page.getByLabel("Compte").isVisible(), true);
    await page.context().close();
  }
});

test("whoever turns back at the directory is at the page where one signs in", async () => {
  const page = await opened(`${url}/signin`);
  await page.getByTestId("with-provider").click();
  await page.getByRole("button", { name: "Annuler" }).click();
  await page.getByText("La connexion a été refusée ou annulée.").waitFor();
  await page.context().close();
});
