/** The tablet without a network: its page and the parts of its map come from the cache. Nothing of a mission is here.
 *
 * The build writes the list of files into this script, so that a new list is a new script. A newer program waits
 * until the shift is over: a page must not lose the parts that it has not loaded yet. */
/// <reference lib="webworker" />
export {};

declare const self: ServiceWorkerGlobalScope;

interface Files {
  /** Without these the page does not open. */
  shell: string[];
  /** The map: large, and wanted only where a mission is. */
  extra: string[];
  version: string;
}

// Replaced by the build.
const FILES = JSON.parse("__FILES__") as Files;
const PAGE = "/patrol";
const CACHE = `vigie-patrol-${FILES.version}`;
/** The ground of the whole town: public, and the same for everybody. */
const GROUND = "/api/v1/surroundings";
const GROUND_CACHE = "vigie-patrol-ground";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll([PAGE, ...FILES.shell]);
      // The page opens without these: a network that breaks now must not undo what is there.
      await Promise.allSettled(FILES.extra.map((file) => cache.add(file)));
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      const old = names.filter((name) => name.startsWith("vigie-patrol-") && name !== CACHE && name !== GROUND_CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE || pathname === `${PAGE}/`) event.respondWith(kept(PAGE, request));
  } else if (pathname === GROUND) {
    event.respondWith(ground(request, (work) => event.waitUntil(work)));
  } else if (pathname.startsWith("/assets/") || FILES.shell.includes(pathname)) {
    event.respondWith(kept(pathname, request));
  }
});

/** From the cache; else from the server, and kept. */
async function kept(name: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(name);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await cache.put(name, response.clone()).catch(() => undefined);
  return response;
}

/** What was seen last, and meanwhile what there is now for the next time. */
async function ground(request: Request, meanwhile: (work: Promise<unknown>) => void): Promise<Response> {
  const cache = await caches.open(GROUND_CACHE);
  const known = await cache.match(request.url);
  const latest = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(request.url, response.clone()).catch(() => undefined);
    return response;
  });
  if (!known) return latest;
  meanwhile(latest.catch(() => undefined));
  return known;
}
