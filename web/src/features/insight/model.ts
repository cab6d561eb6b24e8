import type { Insight, InsightHour } from '@/api/generated/model';

/** What is drawn along time. */
export type Series = 'views' | 'begun' | 'confirmed' | 'abandoned' | 'sold' | 'revenue' | 'checked_in';

/** A bar: an hour, or a day of the reader's zone. */
export interface Span {
  start: number;
  value: number;
}

/** Beyond so many hours a bar is a day: more bars than that cannot be told apart. */
const HOURS_AS_BARS = 48;

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);

export function isByDay(hours: InsightHour[]): boolean {
  return hours.length > HOURS_AS_BARS;
}

/** The series by hour, or by day where there are many hours. */
export function spans(hours: InsightHour[], series: Series): Span[] {
  const start = isByDay(hours) ? startOfDay : (at: number) => at;
  const sums = new Map<number, number>();
  for (const hour of hours) {
    const at = start(Date.parse(hour.hour));
    sums.set(at, (sums.get(at) ?? 0) + hour[series]);
  }
  return [...sums].map(([start, value]) => ({ start, value }));
}

/** The next number of one, two or five with zeros that is not below `value`: where an axis ends. */
export function niceMax(value: number): number {
  if (value <= 5) return 5;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10;
  return step * power;
}

export interface FunnelStep {
  key: 'views' | 'begun' | 'confirmed' | 'abandoned';
  count: number;
  /** Of those who began, or of those who looked for the first; null where that is nobody. */
  percent: number | null;
}

/** From a look to a ticket. */
export function funnel({ total }: Pick<Insight, 'total'>): FunnelStep[] {
  // Orders can come without a look at the page, from another program: then the share says nothing.
  const of = (part: number, whole: number) =>
    whole > 0 && part <= whole ? Math.round((100 * part) / whole) : null;
  return [
    { key: 'views', count: total.views, percent: null },
    { key: 'begun', count: total.begun, percent: of(total.begun, total.views) },
    { key: 'confirmed', count: total.confirmed, percent: of(total.confirmed, total.begun) },
    { key: 'abandoned', count: total.abandoned, percent: of(total.abandoned, total.begun) },
  ];
}
