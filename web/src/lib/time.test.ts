import { expect, test } from 'vitest';
import {
  dateParts,
  dayBounds,
  differsForReader,
  formatSpan,
  formatTime,
  isDoubled,
  localDay,
  shiftWallClock,
  wallClock,
} from './time';

const oslo = 'Europe/Oslo';

// Versions of ICU differ in a comma and a leading zero; neither is what these tests are about.
const plain = (text: string) =>
  text
    .replaceAll(',', '')
    .replaceAll('\u00a0', ' ')
    .replace(/\b0(\d:)/g, '$1');

test('an event is shown on the clock of its own zone', () => {
  const event = {
    starts_at: '2027-07-04T20:00:00+02:00',
    ends_at: '2027-07-04T23:00:00+02:00',
    time_zone: oslo,
  };
  expect(plain(formatSpan(event, 'en-GB'))).toBe('Sunday 4 July 2027 20:00 – 23:00');
  expect(dateParts(event.starts_at, oslo, 'en-GB')).toEqual({ weekday: 'Sun', day: '4', month: 'Jul' });
});

test('a night that ends after midnight reads as one evening, a festival as several days', () => {
  const night = {
    starts_at: '2027-07-04T22:00:00+02:00',
    ends_at: '2027-07-05T03:00:00+02:00',
    time_zone: oslo,
  };
  const festival = { ...night, ends_at: '2027-07-06T18:00:00+02:00' };
  expect(plain(formatSpan(night, 'en-GB'))).toBe('Sunday 4 July 2027 22:00 – 3:00');
  expect(plain(formatSpan(festival, 'en-GB'))).toBe('Sunday 4 July 2027 22:00 – Tuesday 6 July 2027 18:00');
});

test('the hour that happens twice in autumn names its zone, the others do not', () => {
  const first = '2027-10-31T02:30:00+02:00';
  const second = '2027-10-31T02:30:00+01:00';
  expect(isDoubled(new Date(first), oslo)).toBe(true);
  expect(isDoubled(new Date(second), oslo)).toBe(true);
  expect(isDoubled(new Date('2027-10-31T03:30:00+01:00'), oslo)).toBe(false);
  expect(plain(formatTime(first, oslo, 'en-GB'))).toBe('2:30 CEST');
  expect(plain(formatTime(second, oslo, 'en-GB'))).toBe('2:30 CET');
  expect(plain(formatTime('2027-10-31T04:30:00+01:00', oslo, 'en-GB'))).toBe('4:30');
});

test('in spring the clock jumps over an hour that nobody reads', () => {
  const before = new Date('2027-03-28T01:59:00+01:00');
  expect(wallClock(before, oslo)).toBe('2027-03-28T01:59');
  expect(wallClock(new Date(before.getTime() + 60_000), oslo)).toBe('2027-03-28T03:00');
});

test('the wall clock is a form field’s value, also at midnight', () => {
  expect(wallClock(new Date('2027-07-04T00:00:00+02:00'), oslo)).toBe('2027-07-04T00:00');
  expect(localDay('2027-07-03T23:30:00Z', oslo)).toBe('2027-07-04');
});

test('moving a wall clock crosses days and ignores zones', () => {
  expect(shiftWallClock('2027-03-27T23:30', 3)).toBe('2027-03-28T02:30');
});

test('a reader elsewhere is told, one on the same clock is not', () => {
  const at = '2027-07-04T20:00:00+02:00';
  expect(differsForReader(at, oslo, 'Europe/Berlin')).toBe(false);
  expect(differsForReader(at, oslo, 'Europe/London')).toBe(true);
});

test('days from the address bar become the instants at their edges', () => {
  const { from, to } = dayBounds('2027-07-04', '2027-07-04');
  expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(86_399_000);
  expect(dayBounds('not-a-day', '')).toEqual({});
});
