// Fails when a route's first load outgrows its budget: every static chunk it needs, gzip, in KiB.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budgets = [
  ['discover', 'src/app/routes/discover.tsx', 180],
  ['event', 'src/app/routes/event.tsx', 205],
  ['my tickets', 'src/app/routes/tickets.tsx', 187],
  ['door', 'src/app/routes/door.tsx', 187],
  ['desk', 'src/app/routes/desk.tsx', 280],
];
const CSS_BUDGET = 15;

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const kib = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;

function chunksOf(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) chunksOf(next, seen);
  return seen;
}

let failed = false;
function report(name, size, budget) {
  const over = size > budget;
  failed ||= over;
  console.log(`${over ? 'OVER' : 'ok  '} ${name.padEnd(12)} ${size.toFixed(1)} of ${budget} KiB`);
}

for (const [name, route, budget] of budgets) {
  const chunks = new Set([...chunksOf('index.html'), ...chunksOf(route)]);
  report(
    name,
    [...chunks].reduce((sum, key) => sum + kib(manifest[key].file), 0),
    budget,
  );
}
const styles = new Set(Object.values(manifest).flatMap(({ css }) => css ?? []));
report(
  'CSS',
  [...styles].reduce((sum, file) => sum + kib(file), 0),
  CSS_BUDGET,
);
process.exit(failed ? 1 : 0);
