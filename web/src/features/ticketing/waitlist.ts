import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  getGetWaitlistEntryQueryKey,
  getListMyWaitlistQueryKey,
  getListTicketTypesQueryKey,
  getWaitlistEntry,
  joinWaitlist,
  leaveWaitlist,
  listMyWaitlist,
} from '@/api/generated';
import type { JoinWaitlistRequest, TicketType, TicketTypeList, WaitlistEntry } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { useUser } from '@/api/session';
import { uuidv7 } from '@/lib/uuid';
import { forgetEntry, guestEntries, rememberEntry } from './guestEntries';

/** Those in front may be next: they look at once. The others spread their looks, so that one move is not a stampede. */
const IN_FRONT = 20;
const SPREAD_MS = 8_000;

const isOpen = ({ state }: WaitlistEntry) => state === 'waiting' || state === 'offered';

/** What someone can wait for: what is sold out, or goes to others on the list first. */
export function waitableTypes(types: TicketTypeList): TicketType[] {
  return types.items.filter(
    (type) => type.on_sale && (type.waited_for || type.available === 0 || types.event_available === 0),
  );
}

function secretHeader(secret: string | null | undefined) {
  return secret ? { 'Entry-Secret': secret } : {};
}

function entryQuery(id: string, secret: string | null) {
  return {
    queryKey: getGetWaitlistEntryQueryKey(id),
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getWaitlistEntry(id, secretHeader(secret), undefined, signal),
    retry: (count: number, problem: ApiProblem) => problem.retriable && count < 3,
  };
}

/** The reader's entries: of the account, of this device, and the one that was made just now. */
export function useMyEntries(joined?: WaitlistEntry): WaitlistEntry[] {
  const user = useUser();
  const [remembered] = useState(guestEntries);
  const others = remembered.filter(({ id }) => id !== joined?.id);
  const known = joined ? [joined, ...others] : others;
  const mine = useQuery({
    queryKey: getListMyWaitlistQueryKey(),
    queryFn: ({ signal }) => listMyWaitlist({ limit: 50 }, undefined, signal),
    enabled: user !== undefined,
  });
  const opened = useQueries({
    queries: known.map(({ id, secret }) => entryQuery(id, secret)),
    combine: (entries) => entries.flatMap(({ data }) => (data ? [data] : [])),
  });
  const all = [...(mine.data?.items ?? []), ...opened];
  return [...new Map(all.map((entry) => [entry.id, entry])).values()];
}

/** The reader's entry at one event, the one that matters most, kept true by the event's live feed. */
export function useEntryAt(eventId: string, types: TicketTypeList | undefined, joined?: WaitlistEntry) {
  const client = useQueryClient();
  const entries = useMyEntries(joined).filter((entry) => entry.event_id === eventId);
  const found = entries.find(isOpen) ?? entries[0];
  const moves = types?.waitlist?.version ?? 0;
  const seen = useRef(moves);
  const id = found?.id;
  const waits = found?.state === 'waiting';
  const ahead = found?.ahead ?? 0;
  useEffect(() => {
    if (!id || seen.current === moves) return;
    seen.current = moves;
    const later = waits && ahead >= IN_FRONT ? Math.random() * SPREAD_MS : 0;
    const timer = setTimeout(() => {
      void client.invalidateQueries({ queryKey: getGetWaitlistEntryQueryKey(id) });
      void client.invalidateQueries({ queryKey: getListMyWaitlistQueryKey() });
    }, later);
    return () => clearTimeout(timer);
  }, [client, id, moves, waits, ahead]);
  return found;
}

/** Joins under one key for one body, so that a second press joins once. */
export function useJoin(eventId: string) {
  const client = useQueryClient();
  const intention = useRef<{ body: string; key: string }>(null);
  return useMutation<WaitlistEntry, ApiProblem, JoinWaitlistRequest>({
    mutationFn: (request) => {
      const body = JSON.stringify(request);
      if (intention.current?.body !== body) intention.current = { body, key: uuidv7() };
      return joinWaitlist(eventId, request, { 'Idempotency-Key': intention.current.key });
    },
    onSuccess: (entry) => {
      // What belongs to an account is found there, and not by whoever uses this device next.
      if (entry.user_id === null) rememberEntry(entry);
      client.setQueryData(getGetWaitlistEntryQueryKey(entry.id), entry);
      void client.invalidateQueries({ queryKey: getListMyWaitlistQueryKey() });
    },
    onError: () => void client.invalidateQueries({ queryKey: getListTicketTypesQueryKey(eventId) }),
  });
}

export function useLeave() {
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, WaitlistEntry>({
    mutationFn: (entry) => leaveWaitlist(entry.id, secretHeader(entry.secret)),
    onSuccess: (_, entry) => {
      forgetEntry(entry.id);
      client.setQueryData<WaitlistEntry>(
        getGetWaitlistEntryQueryKey(entry.id),
        (old) => old && { ...old, state: 'left', position: null, ahead: null, offer: null },
      );
      void client.invalidateQueries({ queryKey: getListMyWaitlistQueryKey() });
      void client.invalidateQueries({ queryKey: getListTicketTypesQueryKey(entry.event_id) });
    },
  });
}
