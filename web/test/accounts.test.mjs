// Accounts and tokens in the hands of an administrator, on a real `vigie serve`: given, shown once, taken away; on three
// widths and in both themes. And the way out on a phone and on a tablet.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
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

const vigie = service.run.bind(service);

before(async () => {
  vigie(["account", "create", "admin", "--role", "admin", "--password-stdin"], `${PASSWORD}\n`);
  vigie(["account", "create", "salle-1", "--role", "dispatcher", "--password-stdin"], `${PASSWORD}\n`);
  vigie(["account", "create", "ancien-poste", "--role", "operator", "--password-stdin"], `${PASSWORD}\n`);
  vigie(["account", "disable", "ancien-poste"]);
  vigie(["token", "create", "--role", "planner", "--label", "export-nuit", "--days", "90"]);
  vigie(["token", "create", "--role", "planner", "--label", "sans-fin"]);
  await service.start();
  url = service.url;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  service.stop();
});

/** The code that an authenticator shows `off` half minutes from now (RFC 6238). @param {string} base32 @param {number} off */
function totp(base32, off) {
  const bits = [...base32].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + off));
  const tag = createHmac("sha1", key).update(step).digest();
  const code = (tag.readUInt32BE((tag[19] ?? 0) % 16) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, "0");
}

/** @param {object} [options] */
async function opened(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "fr-FR", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}

/** @param {import("playwright-core").Page} page @param {string} name @param {string} password */
async function signIn(page, name, password) {
  await page.goto(`${url}/signin?next=/accounts`);
  await page.getByLabel("Compte").fill(name);
  await page.locator('input[type="password"]').fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${url}/accounts`);
}

test("an administrator gives an account, whose password is shown once and lets somebody in", async () => {
  const page = await opened();
  await signIn(page, "admin", PASSWORD);
  await page.getByRole("heading", { name: "Comptes et jetons" }).waitFor();
  await page.getByRole("button", { name: "Nouveau compte" }).click();
  await page.getByLabel("Nom du poste").fill("Salle 2");
  await page.getByLabel("Rôle").selectOption("operator");
  await page.getByRole("button", { name: "Créer" }).click();
  await page.getByText("Le nom n’a que des minuscules").waitFor();
  await page.getByLabel("Nom du poste").fill("salle-2");
  await page.keyboard.press("Enter");

  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  assert.equal(secret.length, 20);
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "accounts-secret.png") });
  await page.getByRole("button", { name: "C’est noté" }).click();
  assert.ok(!(await page.content()).includes(secret), "it is gone from the page");
  await page.getByTestId("account").filter({ hasText: "salle-2" }).waitFor();

  const other = await opened();
  await other.goto(`${url}/signin`);
  await other.getByLabel("Compte").fill("salle-2");
  await other.locator('input[type="password"]').fill(secret);
  await other.keyboard.press("Enter");
  await other.waitForURL(`${url}/`);
  await other.goto(`${url}/accounts`);
  await other.getByTestId("forbidden").waitFor();
  await other.context().close();
  await page.context().close();
});

test("an account is disabled after a question, given back, and never the last administrator's", async () => {
  const page = await opened();
  await signIn(page, "admin", PASSWORD);
  const row = page.locator('[data-name="salle-1"]');
  await row.getByRole("button", { name: "Désactiver" }).click();
  await page.getByText("Désactiver salle-1 ?").waitFor();
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "accounts-sure.png") });
  await page.getByRole("button", { name: "Annuler" }).click();
  await row.getByRole("button", { name: "Désactiver" }).click();
  await page.getByTestId("sure").click();
  await row.getByText("désactivé").waitFor();
  await row.getByRole("button", { name: "Réactiver" }).click();
  await page.getByTestId("sure").click();
  await row.getByRole("button", { name: "Désactiver" }).waitFor();

  await page.locator('[data-name="admin"]').getByRole("button", { name: "Désactiver" }).click();
  await page.getByTestId("sure").click();
  await page.getByText("C’est le dernier administrateur").waitFor();
  await page.context().close();
});

test("a token is given with its end and revoked", async () => {
  const page = await opened();
  await signIn(page, "admin", PASSWORD);
  await page.getByLabel(/Jetons · /).check();
  await page.getByRole("button", { name: "Nouveau jeton" }).click();
  await page.getByLabel("Nom du programme").fill("carte");
  await page.getByLabel("Rôle").selectOption("dispatcher");
  await page.getByLabel("Fin").selectOption("30");
  await page.getByRole("button", { name: "Créer" }).click();
  const token = (await page.getByTestId("secret").textContent()) ?? "";
  assert.match(token, /^vgt_[0-9a-f]{64}$/);
  await page.keyboard.press("Escape");
  const asks = async () => (await fetch(`${url}/api/v1/meta`, { headers: { Authorization: `Bearer ${token}` } })).status;
  assert.equal(await asks(), 200);
  const row = page.locator('[data-name="carte"]');
  await row.getByText(/jusqu’au/).waitFor();
  await row.getByRole("button", { name: "Révoquer" }).click();
  await page.getByTestId("sure").click();
  await row.getByText("révoqué").waitFor();
  assert.equal(await asks(), 401);
  await page.context().close();
});

test("nothing serious on a phone, a tablet and a desk, by day and by night, and nothing is cut", async () => {
  for (const colorScheme of ["dark", "light"]) {
    for (const [width, height] of [[360, 740], [768, 1024], [1280, 800]]) {
      const page = await opened({ colorScheme, viewport: { width, height }, hasTouch: (width ?? 0) < 1000 });
      await signIn(page, "admin", PASSWORD);
      const name = (/** @type {string} */ what) => join(ARTIFACTS, `accounts-${what}-${colorScheme}-${width}.png`);
      await page.locator('[data-name="salle-1"]').waitFor();
      assert.deepEqual(await serious(page), [], `${colorScheme} ${width}`);
      await page.screenshot({ path: name("list") });
      await page.getByLabel(/Jetons · /).check();
      await page.locator('[data-name="export-nuit"]').waitFor();
      await page.screenshot({ path: name("tokens") });
      assert.deepEqual(await serious(page), [], `${colorScheme} ${width} tokens`);
      await page.getByRole("button", { name: "Nouveau jeton" }).click();
      await page.getByLabel("Nom du programme").waitFor();
      await page.screenshot({ path: name("new") });
      assert.deepEqual(await serious(page), [], `${colorScheme} ${width} new`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, `${width} scrolls sideways`);
      await page.context().close();
    }
  }
});

test("somebody puts an authenticator beside the password, is asked for its code, and takes it away again", async () => {
  vigie(["account", "create", "salle-3", "--role", "dispatcher", "--password-stdin"], `${PASSWORD}\n`);
  const signIn = async (/** @type {import("playwright-core").Page} */ page) => {
    await page.goto(`${url}/signin?next=/me`);
    await page.getByLabel("Compte").fill("salle-3");
    await page.locator('input[type="password"]').fill(PASSWORD);
    await page.keyboard.press("Enter");
  };
  const page = await opened({ viewport: { width: 360, height: 740 }, hasTouch: true });
  await signIn(page);
  await page.getByRole("button", { name: "Activer" }).click();
  await page.getByLabel("Mot de passe").fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByText("Ce n’est pas le mot de passe.").waitFor();
  await page.getByLabel("Mot de passe").fill(PASSWORD);
  await page.keyboard.press("Enter");
  const secret = ((await page.getByTestId("totp-secret").textContent()) ?? "").replaceAll(" ", "");
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "me-scan-360.png"), fullPage: true });
  await page.getByLabel("Code affiché").fill(totp(secret, -1));
  await page.keyboard.press("Enter");
  const codes = page.getByTestId("recovery").locator("code");
  await codes.first().waitFor();
  const recovery = await codes.allTextContents();
  assert.equal(recovery.length, 10);
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "me-recovery-360.png") });
  await page.getByRole("button", { name: "C’est noté" }).click();
  assert.equal(await page.getByTestId("totp").textContent(), "actif");
  await page.context().close();

  for (const [colorScheme, code, width] of [["light", totp(secret, 0), 768], ["dark", recovery[0], 1280]]) {
    const other = await opened({ colorScheme, viewport: { width, height: 900 } });
    await signIn(other);
    await other.getByLabel("Code de l’application").fill("000000");
    await other.keyboard.press("Enter");
    await other.getByText("Ce code n’est pas bon").waitFor();
    assert.deepEqual(await serious(other), []);
    await other.screenshot({ path: join(ARTIFACTS, `signin-code-${colorScheme}-${width}.png`) });
    await other.getByLabel("Code de l’application").fill(String(code));
    await other.keyboard.press("Enter");
    await other.waitForURL(`${url}/me`);
    await other.getByTestId("totp").waitFor();
    assert.deepEqual(await serious(other), []);
    await other.screenshot({ path: join(ARTIFACTS, `me-${colorScheme}-${width}.png`) });
    if (width === 1280) {
      await other.getByRole("button", { name: "Désactiver" }).click();
      await other.getByLabel("Code", { exact: true }).fill(recovery[1] ?? "");
      await other.keyboard.press("Enter");
      await other.waitForURL(/\/signin/);
    }
    await other.context().close();
  }
});

test("on a phone somebody signs out of the room, and of the tablet", async () => {
  for (const [width, height] of [[360, 740], [768, 1024]]) {
    const page = await opened({ viewport: { width, height }, hasTouch: true });
    const signedIn = async (/** @type {string} */ next) => {
      await page.goto(`${url}/signin?next=${next}`);
      await page.getByLabel("Compte").fill("salle-1");
      await page.locator('input[type="password"]').fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.waitForURL((address) => address.pathname === next);
    };
    await signedIn("/");
    await page.getByTestId("menu").click();
    await page.getByTestId("sign-out").waitFor();
    assert.deepEqual(await serious(page), []);
    await page.screenshot({ path: join(ARTIFACTS, `room-menu-${width}.png`) });
    await page.getByTestId("sign-out").click();
    await page.waitForURL(/\/signin/);
    await signedIn("/patrol");
    await page.getByTestId("sign-out").scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(ARTIFACTS, `tablet-sign-out-${width}.png`) });
    await page.getByTestId("sign-out").click();
    await page.waitForURL(/\/signin/);
    await page.context().close();
  }
});

test("a guest of a demo takes a role on a phone and on the tablet", async () => {
  const demo = new Server();
  await demo.start();
  try {
    const page = await opened({ viewport: { width: 360, height: 740 }, hasTouch: true });
    await page.goto(demo.url);
    await page.getByTestId("menu").click();
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("landlord")]);
    await page.getByTestId("menu").click();
    await page.getByTestId("role").waitFor();
    assert.equal(await page.getByTestId("role").inputValue(), "landlord");
    await page.screenshot({ path: join(ARTIFACTS, "room-menu-demo-360.png") });
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("patrol")]);
    await page.goto(`${demo.url}/patrol`);
    await page.getByTestId("role").waitFor();
    assert.equal(await page.getByTestId("role").inputValue(), "patrol");
    await Promise.all([page.waitForEvent("load"), page.getByTestId("role").selectOption("admin")]);
    await page.goto(demo.url);
    await page.getByRole("link", { name: "Comptes et jetons" }).click();
    await page.getByRole("button", { name: "Nouveau compte" }).waitFor();
    await page.context().close();
  } finally {
    await demo.stop();
  }
});
