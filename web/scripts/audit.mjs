// Fails when npm knows of a weakness in what we use: from moderate on in what is shipped, from high on in what only builds
// and tests. What cannot be mended yet is named in audit-allow.json, with the reason and the day on which to look again.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'];

/**
 * What is wrong, a line each, by what `npm audit --json` says.
 *
 * @param report the whole report
 * @param least the least severity that counts
 * @param allowed `[{ advisory, reason, until }]`: the advisory's name (GHSA-…), why it does not concern us or cannot be
 *   mended, and the day (YYYY-MM-DD) from which on it counts again
 * @param today the day, as YYYY-MM-DD
 */
export function findings(report, least, allowed, today) {
  if (report.auditReportVersion !== 2) throw new Error(`npm gave no report: ${JSON.stringify(report)}`);
  const advisories = new Map();
  for (const { via } of Object.values(report.vulnerabilities)) {
    // A name instead of an advisory: the weakness is in that other package, which has an entry of its own.
    for (const advisory of via.filter((each) => typeof each === 'object'))
      advisories.set(nameOf(advisory), advisory);
  }
  const excused = new Set(allowed.filter(({ until }) => today < until).map(({ advisory }) => advisory));
  return [...advisories]
    .filter(
      ([name, { severity }]) =>
        SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least) && !excused.has(name),
    )
    .map(([name, { severity, name: of, range, title }]) => `${name} (${severity}): ${of} ${range}: ${title}`);
}

/** What is wrong with the list itself. */
export function mistakes(allowed) {
  return allowed
    .filter(
      ({ advisory, reason, until }) =>
        !/^GHSA(-[0-9a-z]{4}){3}$/.test(advisory) || !reason?.trim() || !/^\d{4}-\d{2}-\d{2}$/.test(until),
    )
    .map(
      (entry) => `audit-allow.json: an entry wants advisory, reason and until, not ${JSON.stringify(entry)}`,
    );
}

function nameOf({ url }) {
  return url.split('/').at(-1);
}

function audit(...omit) {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--package-lock-only', ...omit], {
    encoding: 'utf8',
  });
  if (error) throw error;
  return JSON.parse(stdout);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const allowed = JSON.parse(readFileSync(new URL('../audit-allow.json', import.meta.url), 'utf8'));
  const today = new Date().toISOString().slice(0, 10);
  const found = [
    ...mistakes(allowed),
    ...findings(audit('--omit=dev'), 'moderate', allowed, today),
    ...findings(audit(), 'high', allowed, today),
  ];
  for (const line of new Set(found)) console.error(line);
  if (found.length > 0) process.exit(1);
  console.log('audit: nothing known');
}
