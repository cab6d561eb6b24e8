import { useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  cancelOrder,
  checkPromoCode,
  createOrder,
  getEvent,
  getGetEventQueryKey,
  getGetOrderQueryKey,
  getListTicketsQueryKey,
  getListTicketTypesQueryKey,
  getOrder,
  listTickets,
  listTicketTypes,
  payOrder,
  registerTickets,
  releaseOrder,
  renewOrder,
  updateOrder,
  useListQuestions,
  useListTicketTypes,
} from '@/api/generated';
import type { Event, ListTicket, Order, PromoCodeOffer, Ticket, TicketTypeList } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { useUser } from '@/api/session';
import { secretOf } from './guestOrders';
import type { detailsBody, OrderBody } from './model';
import { type PayChoice, payBody } from './payment';

const TICKETS_A_PAGE = 100;

export function useTicketTypes(eventId: string) {
  return useListTicketTypes(eventId);
}

/** What a code unlocks beside what everyone sees; the code was accepted before. */
export function useUnlockedTypes(eventId: string, code: string | undefined) {
  return useQuery<TicketTypeList, ApiProblem>({
    queryKey: [...getListTicketTypesQueryKey(eventId), 'code', code],
    queryFn: ({ signal }) => listTicketTypes(eventId, { 'Promo-Code': code ?? '' }, undefined, signal),
    enabled: !!code,
    retry: false,
  });
}

export function useQuestions(eventId: string) {
  return useListQuestions(eventId, { query: { staleTime: 60_000 } });
}

export function useCheckCode(eventId: string) {
  return useMutation<PromoCodeOffer, ApiProblem, string>({
    mutationFn: (code) => checkPromoCode(eventId, { code }),
  });
}

function secretHeader(secret: string | null | undefined) {
  return secret ? { 'Order-Secret': secret } : {};
}

/** The calls a purchase makes; `Purchase` takes them as they are, so a test can give it others. */
export const purchaseCalls = {
  createOrder: (body: OrderBody, key: string) => createOrder(body, { 'Idempotency-Key': key }),
  registerTickets: ({ event_id, items, buyer }: OrderBody, key: string) => {
    const [item] = items;
    if (!item) throw new Error('nothing chosen');
    return registerTickets({ event_id, buyer, ...item }, { 'Idempotency-Key': key });
  },
  getOrder: (id: string, secret: string | null) => getOrder(id, secretHeader(secret)),
  updateOrder: (id: string, secret: string | null, details: ReturnType<typeof detailsBody>) =>
    updateOrder(id, details, secretHeader(secret)),
  renew: (id: string, secret: string | null) => renewOrder(id, secretHeader(secret)),
  pay: (order: Order, secret: string | null, choice: PayChoice) =>
    payOrder(order.id, payBody(order, choice), secretHeader(secret)),
  release: (id: string, secret: string | null) => releaseOrder(id, secretHeader(secret)),
};

function orderQuery(orderId: string) {
  return {
    queryKey: getGetOrderQueryKey(orderId),
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getOrder(orderId, secretHeader(secretOf(orderId)), undefined, signal),
  };
}

export function useOrder(orderId: string) {
  return useQuery<Order, ApiProblem>({
    ...orderQuery(orderId),
    throwOnError: (_error, { state }) => state.data === undefined,
  });
}

/** Cancels tickets of an order, as the event's settings let its buyer. */
export function useCancelOrder(orderId: string) {
  const client = useQueryClient();
  return useMutation<Order, ApiProblem, string[]>({
    mutationFn: (ticket_ids) => cancelOrder(orderId, { ticket_ids }, secretHeader(secretOf(orderId))),
    onSuccess: (order) => {
      client.setQueryData(getGetOrderQueryKey(orderId), order);
      void client.invalidateQueries({ queryKey: getListTicketsQueryKey() });
    },
  });
}

/** Orders this device remembers: a guest's only list of tickets. */
export function useRememberedOrders(orderIds: string[]): { tickets: Ticket[]; isPending: boolean } {
  return useQueries({
    queries: orderIds.map(orderQuery),
    combine: (orders) => ({
      tickets: orders.flatMap(({ data }) => data?.tickets ?? []),
      isPending: orders.some(({ isPending }) => isPending),
    }),
  });
}

export function useMyTickets() {
  const user = useUser();
  return useInfiniteQuery<ListTicket, ApiProblem, Ticket[], readonly unknown[], string | undefined>({
    queryKey: [...getListTicketsQueryKey(), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      listTickets({ limit: TICKETS_A_PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, undefined, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    enabled: user !== undefined,
  });
}

/** The events of some tickets, by id. A ticket is worth showing even while its event is not known. */
export function useEventsById(eventIds: string[]): Map<string, Event> {
  return useQueries({
    queries: eventIds.map((id) => ({
      queryKey: getGetEventQueryKey(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => getEvent(id, undefined, signal),
      staleTime: 60_000,
    })),
    combine: (events) => new Map(events.flatMap(({ data }) => (data ? [[data.id, data] as const] : []))),
  });
}
