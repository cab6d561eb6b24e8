import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import {
  getGetInsightQueryKey,
  getListWaitlistQueryKey,
  leaveWaitlist,
  listWaitlist,
  useGetEvent,
  useGetInsight,
  useGetSales,
  useListTicketTypes,
} from '@/api/generated';
import type { Waitlist, WaitlistEntry } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { useTopic } from '@/live/LiveProvider';

const thrown = {
  throwOnError: (_: unknown, { state }: { state: { data: unknown } }) => state.data === undefined,
};
/** What happens in one go is one look. */
const REST_MS = 2_000;

/** An event's figures, looked at again a moment after its desk heard of a sale or an admission. */
export function useInsight(eventId: string, hours: number) {
  useTopic(`desk:${eventId}`);
  const client = useQueryClient();
  const event = useGetEvent(eventId, { query: thrown });
  const sales = useGetSales(eventId);
  const insight = useGetInsight(eventId, { hours }, { query: { ...thrown, placeholderData: (old) => old } });
  const heard = sales.dataUpdatedAt;
  const first = useRef(heard);
  useEffect(() => {
    if (first.current === heard) return;
    first.current = heard;
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: getGetInsightQueryKey(eventId) }),
      REST_MS,
    );
    return () => clearTimeout(timer);
  }, [client, eventId, heard]);
  return { event: event.data, insight: insight.data };
}

/** An event's waitlist, looked at again whenever it moves. */
export function useWaitlist(eventId: string) {
  useTopic(`event:${eventId}`);
  const client = useQueryClient();
  const event = useGetEvent(eventId, { query: thrown });
  const types = useListTicketTypes(eventId);
  const list = useInfiniteQuery<Waitlist, ApiProblem, Waitlist[], readonly unknown[], string | undefined>({
    queryKey: [...getListWaitlistQueryKey(eventId), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      listWaitlist(eventId, { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, undefined, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages,
    throwOnError: (_error, { state }) => state.data === undefined,
  });
  const moves = types.data?.waitlist?.version;
  useEffect(() => {
    if (moves !== undefined) void client.invalidateQueries({ queryKey: getListWaitlistQueryKey(eventId) });
  }, [client, eventId, moves]);
  return { event: event.data, types: types.data?.items ?? [], list };
}

export function useTakeOff(eventId: string) {
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, WaitlistEntry>({
    mutationFn: (entry) => leaveWaitlist(entry.id),
    onSettled: () => client.invalidateQueries({ queryKey: getListWaitlistQueryKey(eventId) }),
  });
}
