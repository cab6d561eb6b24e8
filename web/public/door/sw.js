// Keeps the door working without a network: its page and what that loads, and nothing else. Tickets and scans are in
// IndexedDB, and what goes to the API is never kept here.
const CACHE = 'turnout-door-1';
const PAGE = '/door/';
// A network that hangs is no network: the door opens without it.
const PAGE_TIMEOUT_MS = 3_000;

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith('turnout-door-') && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

/** The page tells what it is made of, so that all of it is there before the network goes. */
self.addEventListener('message', (event) => {
  if (event.data?.type !== 'keep') return;
  const done = keep(event.data.urls).then(
    () => event.source?.postMessage({ type: 'kept' }),
    () => event.source?.postMessage({ type: 'not-kept' }),
  );
  event.waitUntil(done);
});

async function keep(urls) {
  const cache = await caches.open(CACHE);
  const wanted = new Set([PAGE, ...urls.map((url) => new URL(url, location.origin).pathname)]);
  for (const path of wanted) {
    if (path === PAGE || !(await cache.match(path))) await cache.add(path);
  }
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else event.respondWith(file(request, url.pathname));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
    if (answer.ok) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function file(request, path) {
  const cache = await caches.open(CACHE);
  // Their names hold their hash: what is kept is right for good.
  if (path.startsWith('/assets/')) {
    const kept = await cache.match(path);
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  }
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}
