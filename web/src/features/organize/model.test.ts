import { describe, expect, it, test } from 'vitest';
import { makeWorld } from '@/test/world';
import {
  basisPoints,
  eventChange,
  likelyStart,
  newEvent,
  share,
  termsOf,
  ticketTypeChange,
  ticketTypeTerms,
} from './model';

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

const filled = {
  organizer: 'Nordlys',
  title: ' Long Night ',
  starts_at: '2027-07-04T20:00',
  ends_at: '',
  time_zone: 'Europe/Oslo',
  venue: 'Depot',
  address: '',
  description: '',
  max_capacity: '',
  currency: 'EUR',
  ticket_name0: 'Standing',
  price0: '12.50',
  quantity0: '30',
  ticket_name2: 'Community',
  price2: '',
  quantity2: '',
};

test('the one-screen form becomes an event of three hours with its ticket types', () => {
  expect(newEvent(form(filled), ['0', '2'])).toEqual({
    organizerName: 'Nordlys',
    event: {
      title: 'Long Night',
      starts_at: '2027-07-04T20:00:00',
      ends_at: '2027-07-04T23:00:00',
      time_zone: 'Europe/Oslo',
      venue: { name: 'Depot', address: null },
      description: null,
      max_capacity: null,
    },
    ticketTypes: [
      { name: 'Standing', price: { amount: 1250, currency: 'EUR' }, quantity: 30 },
      { name: 'Community', price: { amount: 0, currency: 'EUR' }, quantity: null },
    ],
  });
});

test('an edit sends only what is different, and an untouched time not at all', () => {
  const { event } = makeWorld();
  const same = {
    title: event.title,
    starts_at: '2027-07-04T20:00',
    ends_at: '2027-07-04T23:00',
    time_zone: 'Europe/Oslo',
    venue: '',
    address: '',
    description: '',
    max_capacity: '',
  };
  expect(eventChange(form(same), event)).toEqual({});
  expect(eventChange(form({ ...same, venue: 'Depot', max_capacity: '80' }), event)).toEqual({
    venue: { name: 'Depot', address: null },
    max_capacity: 80,
  });
  expect(eventChange(form({ ...same, ends_at: '2027-07-05T01:00' }), event)).toEqual({
    ends_at: '2027-07-05T01:00:00',
  });
});

test('the suggested start is a Saturday evening more than a week away', () => {
  for (const today of ['2026-11-22', '2026-11-27', '2026-11-28']) {
    const start = new Date(`${likelyStart(new Date(`${today}T12:00:00`))}Z`);
    expect(start.getUTCDay()).toBe(6);
    const days = (start.getTime() - Date.parse(`${today}T00:00:00Z`)) / 86_400_000;
    expect(days).toBeGreaterThan(7);
    expect(days).toBeLessThan(15);
  }
});

test('a share never leaves the bar, and there is none of nothing', () => {
  expect([share(1, 3), share(9, 3), share(1, null), share(0, 0)]).toEqual([33, 100, undefined, undefined]);
});

describe('percentages', () => {
  it('are read as hundredths of a percent', () => {
    expect(['7', '7.5', '12,25', '100', '', 'x', '7.555'].map(basisPoints)).toEqual([
      700,
      750,
      1225,
      10_000,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('an edit of a ticket type', () => {
  it('sends only what was touched', () => {
    const { type } = typeOfWorld();
    const untouched = {
      ticket_name0: type.name,
      price0: '12.50',
      quantity0: String(type.quantity),
      tax_name: 'VAT',
      tax_mode: 'included',
      min_per_order: '1',
      max_per_order: String(type.max_per_order),
    };
    const before = termsOf(type, 'Europe/Lisbon');
    const change = (fields: Record<string, string>) =>
      ticketTypeChange(ticketTypeTerms(form({ ...untouched, ...fields }), 'EUR'), before);
    expect(change({})).toEqual({});
    expect(change({ tax_rate: '25', hidden: 'on', sales_ends: '2027-07-01T12:00' })).toEqual({
      tax: { name: 'VAT', rate_basis_points: 2500, included: true },
      hidden: true,
      sales_ends: { at: '2027-07-01T12:00:00' },
    });
  });
});

function typeOfWorld() {
  const [type] = makeWorld().db.ticketTypes;
  if (!type) throw new Error('the world has a ticket type');
  return { type: { ...type, price: { amount: 1250, currency: 'EUR' }, quantity: 30 } };
}
