// A real OpenID Connect provider on loopback, for tests: `node provider.mjs PORT RETURN_URL [HOST]`. It knows three people, and
// misbehaves when `POST /control` says so.
//
//   {"rotate": true}        signs with another key from now on, and has forgotten the old one
//   {"silent": true}        takes codes and does not answer
//   {"token": "WAY"}        makes the next token over: none, hs256, stolen-key, other-audience, two-audiences, other-issuer,
//                           expired, skewed, future, no-nonce, other-party
//   {"signed_in_s_ago": N}  takes whoever signs in from now on to have done so N seconds ago
//   {"calls": true}         answers how often each path was asked
import { createHmac, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const [port = "0", returnUrl = "", host = "127.0.0.1"] = process.argv.slice(2);
const SECRET = "the-secret-of-vigie-at-the-provider";
/** @type {Record<string, { name: string, email: string, roles: string[] }>} */
const PEOPLE = {
  "sub-jeanne": { name: "Jeanne Dupontel", email: "jeanne.dupontel@annuaire.example", roles: ["tous", "vigie-salle"] },
  "sub-alix": { name: "Alix Martin", email: "alix.martin@annuaire.example", roles: ["tous", "vigie-admin", "vigie-salle"] },
  "sub-paul": { name: "Paul Sanspost", email: "paul.sanspost@annuaire.example", roles: ["tous", "VIGIE-SALLE", "salle-1"] },
};

/** A key, as the provider wants it and as `node:crypto` signs with it. */
function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { privateKey, jwk: { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" } };
}

/** @param {string} issuer @param {ReturnType<typeof newKey>} key */
function newProvider(issuer, key) {
  const client = {
    redirect_uris: [returnUrl],
    post_logout_redirect_uris: [new URL("/signin", returnUrl).href],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  };
  const provider = new Provider(issuer, {
    jwks: { keys: [key.jwk] },
    clients: [
      { ...client, client_id: "vigie", client_secret: SECRET, require_auth_time: true },
      { ...client, client_id: "other", client_secret: "the-secret-of-another-client-there" },
      { ...client, client_id: "vigie-hs256", client_secret: SECRET, id_token_signed_response_alg: "HS256" },
      { ...client, client_id: "vigie-public", token_endpoint_auth_method: "none" },
    ],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "HS256"] },
    pkce: { required: () => true },
    // Everything that it knows goes into the token: what Vigie does not want to know must not matter.
    conformIdTokenClaims: false,
    claims: { openid: ["sub", "name", "email", "roles"] },
    findAccount: (/** @type {any} */ _ctx, /** @type {string} */ sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...PEOPLE[sub] }),
    }),
    interactions: { url: (/** @type {any} */ _ctx, /** @type {any} */ interaction) => `/who/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["a key of a test"] },
    // Whoever has signed in is asked nothing more.
    loadExistingGrant: async (/** @type {any} */ ctx) => {
      const { accountId } = ctx.oidc.session;
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  return provider;
}

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

const base64url = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token made over in some way. @param {string} token @param {string} way */
function madeOver(token, way) {
  const [head = "", body = ""] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  const header = JSON.parse(head);
  const claims = JSON.parse(body);
  const now = Math.floor(Date.now() / 1000);
  if (way === "other-audience") claims.aud = "other";
  if (way === "two-audiences") claims.aud = ["vigie", "other"];
  if (way === "other-party") claims.azp = "other";
  if (way === "other-issuer") claims.iss = "https://id.example";
  if (way === "expired") Object.assign(claims, { iat: now - 400, exp: now - 120 });
  if (way === "skewed") Object.assign(claims, { iat: now - 90, exp: now - 30 });
  if (way === "future") Object.assign(claims, { iat: now + 600, exp: now + 1200 });
  if (way === "no-nonce") delete claims.nonce;
  if (way === "none") header.alg = "none";
  if (way === "hs256") header.alg = "HS256";
  const signed = `${base64url(header)}.${base64url(claims)}`;
  if (way === "none") return `${signed}.`;
  if (way === "hs256") return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
  const by = way === "stolen-key" ? newKey().privateKey : key.privateKey;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(by, "base64url")}`;
}

/** Has the answer of `response` say another token. @param {import("node:http").ServerResponse} response @param {string} way */
function makeOver(response, way) {
  const end = response.end.bind(response);
  response.end = (/** @type {any} */ body, /** @type {any[]} */ ...rest) => {
    const answer = JSON.parse(String(body));
    if (answer.id_token) answer.id_token = madeOver(answer.id_token, way);
    const changed = JSON.stringify(answer);
    response.setHeader("Content-Length", Buffer.byteLength(changed));
    return end(changed, ...rest);
  };
}

const SIGN_IN = `<!doctype html><html lang="fr"><title>Annuaire</title><h1>Annuaire du groupe</h1><form method="post">${Object.keys(PEOPLE)
  .map((sub) => `<button name="sub" value="${sub}">${sub}</button>`)
  .join("")}<button name="sub" value="">Annuler</button></form>`;

let key = newKey();
let way = "";
let silent = false;
let signedInSAgo = 0;
/** @type {Record<string, number>} */
let calls = {};

const server = createServer((request, response) => {
  void answer(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
async function answer(request, response) {
  const path = new URL(request.url ?? "/", issuer).pathname;
  calls[path] = (calls[path] ?? 0) + 1;
  if (path === "/control") {
    const wanted = JSON.parse(await bodyOf(request));
    if (wanted.rotate) provider = newProvider(issuer, (key = newKey()));
    if (wanted.token !== undefined) way = wanted.token;
    if (wanted.silent !== undefined) silent = wanted.silent;
    if (wanted.signed_in_s_ago !== undefined) signedInSAgo = wanted.signed_in_s_ago;
    response.end(JSON.stringify(calls));
  } else if (path.startsWith("/who/") && request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8").end(SIGN_IN);
  } else if (path.startsWith("/who/")) {
    const sub = new URLSearchParams(await bodyOf(request)).get("sub") ?? "";
    const ts = Math.floor(Date.now() / 1000) - signedInSAgo;
    const result = sub ? { login: { accountId: sub, remember: false, ts } } : { error: "access_denied" };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else if (path === "/token" && silent) {
    // Until whoever asks has had enough.
  } else {
    if (path === "/token" && way) {
      makeOver(response, way);
      way = "";
    }
    await provider.callback()(request, response);
  }
}

let issuer = "";
/** @type {any} */
let provider;
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  issuer = `http://${host}:${typeof address === "object" && address ? address.port : port}`;
  provider = newProvider(issuer, key);
  console.log(`listens on ${issuer}`);
});
