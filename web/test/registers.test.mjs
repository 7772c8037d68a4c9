// The registers in the hands of the data protection officer and of an administrator, on a real `vigie serve`: what was purged, held,
// sent and read, on three widths, in both themes and on paper.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { serious } from "./axe.mjs";
import { ARTIFACTS, CHROMIUM, FLAGS, Service } from "./support.mjs";

const PASSWORD = "correct horse battery";
const service = new Service();

/** @type {import("playwright-core").Browser} */
let browser;
let url = "";

const vigie = service.run.bind(service);

/** A mail server that takes no mail: what it answers to a mailbox. @param {Record<string, string>} answers */
async function mailServer(answers) {
  const server = createServer((socket) => {
    socket.write("220 mail.example\r\n");
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      for (const line of String(data).split("\r\n").filter((one) => one !== "")) {
        const to = /^RCPT TO:<(.*?)>/i.exec(line)?.[1];
        socket.write(`${to === undefined ? (/^QUIT/i.test(line) ? "221 bye" : "250 ok") : (answers[to] ?? "550 nobody")}\r\n`);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  return server;
}

before(async () => {
  for (const [name, role] of [["admin", "admin"], ["dpo", "dpo"], ["salle-1", "dispatcher"]]) {
    vigie(["account", "create", String(name), "--role", String(role), "--password-stdin"], `${PASSWORD}\n`);
  }
  const sites = join(service.folder, "sites.csv");
  writeFileSync(sites, "code;landlord;name;dwellings;lon;lat\nPH-0001;Paris Habitat;Résidence 1;40;2.35;48.85\nRI-0001;RIVP;Résidence 2;40;2.36;48.86\n");
  vigie(["import", "sites", sites]);
  const mail = await mailServer({ "astreinte@rivp.example": "451 later" });
  const port = /** @type {import("node:net").AddressInfo} */ (mail.address()).port;
  for (const [landlord, address] of [["paris-habitat", "astreinte@habitat.example"], ["rivp", "astreinte@rivp.example"]]) {
    vigie(["mailbox", "set", String(landlord), String(address)]);
  }
  const smtp = ["--smtp-host", "127.0.0.1", "--smtp-port", String(port), "--smtp-tls", "none", "--smtp-from", "bilans@exploitant.example"];
  const { program, store, env } = service;
  const sending = spawn(program, ["report", "send", "--all", ...smtp, "--store", store], { env, stdio: "ignore" });
  // It ends with an error: neither went out.
  assert.notEqual(await new Promise((resolve) => sending.on("exit", resolve)), 0);
  mail.close();
  vigie(["purge"]);
  await service.start();
  url = service.url;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  service.stop();
});

/** @param {string} name @param {object} [options] */
async function signedIn(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "fr-FR", ...options });
  const page = await context.newPage();
  await page.goto(`${url}/signin?next=/registers`);
  await page.getByLabel("Compte").fill(name);
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${url}/registers`);
  await page.getByRole("heading", { name: "Registres" }).waitFor();
  return page;
}

/** The file that the access log of today is in. */
function logFile() {
  const chain = join(service.folder, "access-log", "1");
  return join(chain, readdirSync(chain).filter((name) => name.endsWith(".jsonl")).sort().at(-1) ?? "");
}

test("the officer reads the purges, and whether they can be believed", async () => {
  const page = await signedIn("dpo");
  await page.getByTestId("believed").getByText("Registre vérifié").waitFor();
  await page.getByTestId("next").getByText("03:15").waitFor();
  await page.getByTestId("purge").first().getByText("rien à effacer").waitFor();
  await page.getByText("Durées de conservation").click();
  await page.getByText("comptes et jetons", { exact: true }).waitFor();
  assert.equal(await page.getByText("Boîtes des bailleurs").count(), 0);
  assert.equal(await page.getByText("Réglages").count(), 0);
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("the officer holds what is on a site, and lifts it", async () => {
  const page = await signedIn("dpo");
  await page.getByRole("button", { name: "Nouvelle conservation" }).click();
  const year = new Date().getFullYear() + 1;
  await page.getByLabel("Fin de la conservation").fill(`${year}-06-30`);
  await page.getByRole("button", { name: "Retenir" }).click();
  await page.getByText("Nommez au moins").waitFor();
  await page.getByLabel(/Code du site/).fill("PH-9999");
  await page.getByRole("button", { name: "Retenir" }).click();
  await page.getByText("Ce site n’est pas dans le parc.").waitFor();
  await page.getByLabel(/Code du site/).fill("PH-0001");
  await page.getByLabel("Motif").selectOption("litigation");
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "registers-hold.png") });
  await page.getByRole("button", { name: "Retenir" }).click();
  const hold = page.getByTestId("hold");
  await hold.getByText("contentieux").waitFor();
  await hold.getByText("site PH-0001").first().waitFor();
  await hold.getByText(`jusqu’au 30 juin ${year}`).waitFor();
  await hold.getByRole("button", { name: /Lever/ }).click();
  await page.getByTestId("sure").click();
  await hold.getByText(/levée le/).waitFor();
  assert.equal(await hold.getByRole("button").count(), 0);
  await page.context().close();
});

test("the officer searches the access log, and sees where it was changed", async () => {
  const page = await signedIn("dpo");
  await page.getByTestId("check").getByText("Chaîne intacte").waitFor();
  await page.getByLabel("Compte ou jeton").fill("salle-9");
  await page.getByRole("button", { name: "Chercher" }).click();
  await page.getByText("Aucun compte ni jeton").waitFor();
  await page.getByLabel("Compte ou jeton").fill("dpo");
  await page.getByLabel("Route").fill("/api/v1/purges");
  await page.getByRole("button", { name: "Chercher" }).click();
  const lines = page.getByTestId("access-line");
  await lines.first().waitFor();
  for (const text of await lines.allTextContents()) assert.match(text, /dpo.*GET.*\/api\/v1\/purges/s);
  const file = logFile();
  writeFileSync(file, readFileSync(file, "utf8").replace('"status":200', '"status":204'));
  await page.getByRole("button", { name: "Chercher" }).click();
  await page.getByTestId("check").getByText("Chaîne rompue").waitFor();
  await page.getByTestId("check").getByText(/1\/\d{4}-\d\d-\d\d\.jsonl, ligne \d+/).waitFor();
  assert.deepEqual(await serious(page), []);
  await page.getByTestId("check").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(ARTIFACTS, "registers-broken.png") });
  await page.context().close();
});

test("an administrator sees at once that reports failed, changes a mailbox and turns remarks on", async () => {
  const page = await signedIn("admin");
  await page.getByTestId("failed").getByText("1 envoi en échec").waitFor();
  await page.getByTestId("failed").getByRole("link").click();
  assert.deepEqual(await page.getByTestId("mailing").evaluateAll((all) => all.map((one) => one.getAttribute("data-state"))), ["refused"]);
  await page.getByTestId("mailing").getByText("réponse 550").waitFor();
  await page.getByLabel("Tous · 2").check();
  await page.locator('[data-state="waiting"]').getByText(/prochain essai/).waitFor();
  const box = page.locator('[data-landlord="paris-habitat"]');
  await box.getByRole("button", { name: /Changer/ }).click();
  await page.getByLabel("Adresse").fill("bilans@habitat.example");
  assert.deepEqual(await serious(page), []);
  await page.screenshot({ path: join(ARTIFACTS, "registers-mailbox.png") });
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await box.getByText("bilans@habitat.example").waitFor();
  await box.getByRole("button", { name: /Retirer/ }).click();
  await page.getByTestId("sure").click();
  await box.getByText("aucune boîte").waitFor();
  assert.equal(await page.getByTestId("remarks").textContent(), "désactivées");
  await page.getByRole("button", { name: /^Activer/ }).click();
  await page.getByText(/Changé le .* par admin/).waitFor();
  assert.equal(await page.getByTestId("remarks").textContent(), "activées");
  assert.equal(await page.getByText("Journal des accès").count(), 0);
  await page.context().close();
});

test("nobody else is offered the page, and whoever opens it is told whose it is", async () => {
  const page = await signedIn("salle-1");
  await page.getByTestId("forbidden").waitFor();
  assert.equal(await page.locator("section").count(), 0);
  await page.goto(`${url}/`);
  await page.getByTestId("menu").or(page.getByTestId("sign-out")).first().waitFor();
  assert.equal(await page.locator('a[href="/registers"]').count(), 0);
  await page.context().close();
  const officer = await signedIn("dpo");
  await officer.goto(`${url}/`);
  await officer.getByRole("link", { name: "Registres" }).click();
  await officer.getByTestId("believed").waitFor();
  await officer.context().close();
});

test("nothing serious on a phone, a tablet and a desk, by day and by night, and on paper", async () => {
  for (const colorScheme of ["dark", "light"]) {
    for (const [width, height] of [[360, 740], [768, 1024], [1280, 800]]) {
      for (const name of ["dpo", "admin"]) {
        const page = await signedIn(name, { colorScheme, viewport: { width, height }, hasTouch: (width ?? 0) < 1000 });
        await page.getByTestId(name === "dpo" ? "check" : "failed").waitFor();
        assert.deepEqual(await serious(page), [], `${name} ${colorScheme} ${width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.ok(!wide, `${name} ${width} scrolls sideways`);
        // The page scrolls in its frame: as high as all of it, so that the picture shows all.
        const whole = await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
        await page.setViewportSize({ width: width ?? 0, height: Math.min(whole + 70, 4000) });
        await page.screenshot({ path: join(ARTIFACTS, `registers-${name}-${colorScheme}-${width}.png`) });
        await page.context().close();
      }
    }
  }
  const page = await signedIn("dpo", { colorScheme: "dark" });
  await page.getByTestId("check").waitFor();
  const paper = await page.pdf({ format: "A4", path: join(ARTIFACTS, "registers.pdf") });
  assert.ok(paper.length > 10_000);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("button", { name: "Imprimer" }).isVisible(), false);
  assert.equal(await page.getByTestId("believed").isVisible(), true);
  await page.context().close();
});
