import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings, mistakes } from './audit.mjs';

const advisory = (name, severity) => ({
  source: 1,
  name: 'left-pad',
  title: 'Pads too much',
  url: `https://github.com/advisories/${name}`,
  severity,
  range: '<1.3.0',
});
const report = (...via) => ({
  auditReportVersion: 2,
  vulnerabilities: { 'left-pad': { name: 'left-pad', via }, user: { name: 'user', via: ['left-pad'] } },
});
const grave = advisory('GHSA-aaaa-bbbb-cccc', 'high');
const excuse = { advisory: 'GHSA-aaaa-bbbb-cccc', reason: 'Pads in a test only', until: '2027-03-01' };

test('an advisory of the least severity counts once, and a lesser one does not', () => {
  assert.deepEqual(findings(report(grave), 'high', [], '2027-01-01'), [
    'GHSA-aaaa-bbbb-cccc (high): left-pad <1.3.0: Pads too much',
  ]);
  assert.deepEqual(
    findings(report(advisory('GHSA-dddd-eeee-ffff', 'low')), 'moderate', [], '2027-01-01'),
    [],
  );
});

test('an advisory on the list does not count until its day has come', () => {
  assert.deepEqual(findings(report(grave), 'high', [excuse], '2027-02-28'), []);
  assert.equal(findings(report(grave), 'high', [excuse], '2027-03-01').length, 1);
});

test('a registry that gives no report is an error, not a clean bill', () => {
  assert.throws(() => findings({ error: { summary: 'refused' } }, 'high', [], '2027-01-01'), /no report/);
});

test('an entry without a reason or a day is a mistake', () => {
  assert.deepEqual(mistakes([excuse]), []);
  assert.equal(
    mistakes([{ ...excuse, reason: ' ' }, { ...excuse, until: 'some day' }, { advisory: 'CVE-1' }]).length,
    3,
  );
});
