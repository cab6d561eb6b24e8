import { expect, test } from 'vitest';
import type { InsightHour } from '@/api/generated/model';
import { funnel, isByDay, niceMax, spans } from './model';

const hours = (count: number): InsightHour[] =>
  Array.from({ length: count }, (_, n) => ({
    hour: new Date(Date.UTC(2027, 0, 15, n)).toISOString(),
    views: 2,
    begun: 1,
    confirmed: 0,
    abandoned: 0,
    sold: n,
    revenue: 0,
    checked_in: 0,
    sold_by_ticket_type: {},
  }));

test('few hours are bars of their own, many are days, and nothing is lost', () => {
  expect(spans(hours(24), 'sold')).toHaveLength(24);
  const week = hours(24 * 7);
  expect(isByDay(week)).toBe(true);
  const days = spans(week, 'views');
  expect(days.length).toBeLessThanOrEqual(8);
  expect(days.reduce((sum, { value }) => sum + value, 0)).toBe(2 * 24 * 7);
});

test('an axis ends on a round number that holds everything', () => {
  for (const value of [0, 1, 5, 6, 11, 99, 100, 101, 4_999, 123_456]) {
    expect(niceMax(value)).toBeGreaterThanOrEqual(value);
  }
  expect([0, 6, 11, 101].map(niceMax)).toEqual([5, 10, 20, 200]);
});

test('the way from a look to a ticket has shares where there is something to share', () => {
  const total = { views: 0, begun: 4, confirmed: 3, abandoned: 1, sold: 6, revenue: 0, checked_in: 0 };
  expect(funnel({ total }).map(({ percent }) => percent)).toEqual([null, null, 75, 25]);
});
