import { dayBounds } from '@/lib/time';

export interface EventSearch {
  q?: string;
  from?: string;
  to?: string;
}

/** The address bar holds days (`2027-07-04`); the API takes instants. Without a first day it starts with today. */
export function searchFromUrl(params: URLSearchParams, today = new Date()): EventSearch {
  const q = params.get('q')?.trim();
  const day = new Date(today.getTime() - today.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  return {
    ...dayBounds(params.get('from') || day, params.get('to')),
    ...(q ? { q } : {}),
  };
}
