/**
 * Opens the application without a connection. The server puts `KEPT` in front of this file: {version, screens, files}.
 *
 * It keeps the screens, which are the same for everybody, and the files they need; nothing else ever enters its cache.
 * A version is kept whole beside the older one until every tab has let go of that, so that a screen never runs with
 * files of another version.
 */

const PREFIX = "apk-teren-";
const NAME = PREFIX + KEPT.version;
const SCREENS = new Set(KEPT.screens);
const FILES = new Set(KEPT.files);

async function keep() {
  const cache = await caches.open(NAME);
  // Without cookies: whatever the server might put in for a signed-in person cannot get in here.
  const screens = KEPT.screens.map((path) => new Request(path, { cache: "reload", credentials: "omit" }));
  const files = KEPT.files.map((path) => new Request(path, { credentials: "omit" }));
  await cache.addAll([...screens, ...files]);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From our cache; from the network when the browser has thrown the cache away. */
async function kept(key, request) {
  const cache = await caches.open(NAME);
  return (await cache.match(key)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("message", ({ data }) => {
  if (data === "take-over") {
    self.skipWaiting();
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (request.mode === "navigate" ? SCREENS.has(url.pathname) : FILES.has(url.pathname)) {
    event.respondWith(kept(url.pathname, request));
  }
});
