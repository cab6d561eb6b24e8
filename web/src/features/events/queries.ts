import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getListEventsQueryKey, listEvents, useGetEvent } from '@/api/generated';
import type { Event, EventList } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { useTopic } from '@/live/LiveProvider';
import type { EventSearch } from './model';

const PAGE = 24;

export function eventSearchQuery(search: EventSearch) {
  return infiniteQueryOptions<EventList, ApiProblem, Event[], readonly unknown[], string | undefined>({
    queryKey: [...getListEventsQueryKey(search), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      listEvents({ ...search, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, undefined, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** Published events by start. While a filter loads, the old list stays. */
export function useEventSearch(search: EventSearch) {
  return useInfiniteQuery({ ...eventSearchQuery(search), placeholderData: keepPreviousData });
}

/** One event, kept live while it is looked at. What cannot be shown is the error page's business. */
export function useLiveEvent(eventId: string) {
  useTopic(`event:${eventId}`);
  return useGetEvent(eventId, { query: { throwOnError: (_error, { state }) => state.data === undefined } });
}
