import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  cancelEvent,
  createEvent,
  createOrganizer,
  createPool,
  createPromoCode,
  createQuestion,
  createTicketType,
  deletePromoCode,
  deleteQuestion,
  deleteTicketType,
  getEvent,
  getGetEventQueryKey,
  getGetMeQueryKey,
  getGetSalesQueryKey,
  getListEventsQueryKey,
  getListPoolsQueryKey,
  getListPromoCodesQueryKey,
  getListQuestionsQueryKey,
  getListTicketTypesQueryKey,
  listEvents,
  notify,
  publishEvent,
  updateEvent,
  updatePromoCode,
  updateQuestion,
  updateTicketType,
  useGetEvent,
  useGetMe,
  useGetSales,
  useListPools,
  useListPromoCodes,
  useListQuestions,
  useListTicketTypes,
} from '@/api/generated';
import type {
  CreatePoolRequest,
  CreateTicketTypeRequest,
  Event,
  EventList,
  PromoCodeRequest,
  QuestionRequest,
  UpdateEvent,
  UpdateTicketTypeRequest,
} from '@/api/generated/model';
import { etagOf } from '@/api/http';
import { type ApiProblem, isProblem } from '@/api/problem';
import { recentKey } from '@/live/cache';
import { useTopic } from '@/live/LiveProvider';
import type { DeskEntry } from '@/live/messages';
import type { NewEvent } from './model';

/** The organizers the reader belongs to. */
export function useOrganizers() {
  const me = useGetMe({ query: { throwOnError: true } });
  return me.data?.organizers;
}

export function useOrganizerEvents(organizerId: string) {
  return useInfiniteQuery<EventList, ApiProblem, Event[], readonly unknown[], string | undefined>({
    queryKey: [...getListEventsQueryKey({ organizer_id: organizerId }), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      listEvents(
        { organizer_id: organizerId, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
        undefined,
        signal,
      ),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    throwOnError: (_error, { state }) => state.data === undefined,
  });
}

/** Everything the desk shows, kept live by its own topic and the event's. */
export function useDesk(eventId: string) {
  useTopic(`desk:${eventId}`);
  useTopic(`event:${eventId}`);
  const query = {
    throwOnError: (_: unknown, { state }: { state: { data: unknown } }) => state.data === undefined,
  };
  const event = useGetEvent(eventId, { query });
  const sales = useGetSales(eventId, { query });
  const types = useListTicketTypes(eventId, undefined, { query });
  // Filled by the live feed alone: no call answers with it.
  const recent = useQuery<DeskEntry[]>({ queryKey: recentKey(eventId), enabled: false });
  return { event: event.data, sales: sales.data, types: types.data, recent: recent.data };
}

/** The event was made, but its tickets or its publication were refused. */
export class EventIncomplete extends Error {
  constructor(
    readonly event: Event,
    private readonly problem: ApiProblem,
  ) {
    super('The event was saved, but it is not complete.');
  }

  get why(): string {
    const { errors, detail } = this.problem;
    return errors.length > 0 ? errors.map((error) => error.detail).join(' ') : detail;
  }
}

/** Organizer where there is none yet, event, ticket types, and publication, in the order they need each other. */
export function useCreateEvent() {
  const client = useQueryClient();
  return useMutation<Event, ApiProblem | EventIncomplete, { plan: NewEvent; publish: boolean }>({
    mutationFn: async ({ plan, publish }) => {
      const organizer_id = plan.organizerId ?? (await createOrganizer({ name: plan.organizerName ?? '' })).id;
      // Should the next call fail, another press must not create a second organizer.
      plan.organizerId = organizer_id;
      const event = await createEvent({ ...plan.event, organizer_id });
      try {
        for (const type of plan.ticketTypes) await createTicketType(event.id, type);
        return publish ? await publishEvent(event.id) : event;
      } catch (error) {
        if (isProblem(error)) throw new EventIncomplete(event, error);
        throw error;
      }
    },
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: getGetMeQueryKey() }),
        client.invalidateQueries({ queryKey: getListEventsQueryKey() }),
      ]);
    },
  });
}

export function useEventActions(eventId: string) {
  const client = useQueryClient();
  const onSuccess = (event: Event) => {
    client.setQueryData(getGetEventQueryKey(eventId), event);
    void client.invalidateQueries({ queryKey: getListEventsQueryKey() });
  };
  return {
    publish: useMutation<Event, ApiProblem>({ mutationFn: () => publishEvent(eventId), onSuccess }),
    cancel: useMutation<Event, ApiProblem>({ mutationFn: () => cancelEvent(eventId), onSuccess }),
  };
}

/** Reads the event afresh for its ETag, so that two people editing do not overwrite each other. */
export function useEventForEdit(eventId: string) {
  return useQuery<{ event: Event; etag: string | undefined }, ApiProblem>({
    queryKey: [...getGetEventQueryKey(eventId), 'edit'],
    queryFn: async ({ signal }) => {
      const event = await getEvent(eventId, undefined, signal);
      return { event, etag: etagOf(event) };
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useUpdateEvent(eventId: string) {
  const client = useQueryClient();
  return useMutation<Event, ApiProblem, { change: UpdateEvent; etag: string | undefined }>({
    mutationFn: ({ change, etag }) => updateEvent(eventId, change, etag ? { 'If-Match': etag } : {}),
    onSuccess: (event) => {
      client.setQueryData(getGetEventQueryKey(eventId), event);
      void client.invalidateQueries({ queryKey: getListEventsQueryKey() });
    },
  });
}

export function useAddTicketType(eventId: string) {
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, CreateTicketTypeRequest>({
    mutationFn: (type) => createTicketType(eventId, type),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: getListTicketTypesQueryKey(eventId) }),
        client.invalidateQueries({ queryKey: getGetSalesQueryKey(eventId) }),
      ]),
  });
}

/** Every edit of what is on offer; the screens that show it are asked again. */
function useOfferEdit<T>(eventId: string, edit: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, T>({
    mutationFn: edit,
    onSuccess: () =>
      Promise.all(
        [
          getListTicketTypesQueryKey(eventId),
          getGetSalesQueryKey(eventId),
          getListPoolsQueryKey(eventId),
          getListPromoCodesQueryKey(eventId),
          getListQuestionsQueryKey(eventId),
        ].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
}

interface Edit<T> {
  id: string;
  version: number;
  change: T;
}

const basedOn = ({ version }: { version: number }) => ({ 'If-Match': `"${version}"` });

export function useEditTicketType(eventId: string) {
  return useOfferEdit<Edit<UpdateTicketTypeRequest>>(eventId, (edit) =>
    updateTicketType(eventId, edit.id, edit.change, basedOn(edit)),
  );
}

export function useDeleteTicketType(eventId: string) {
  return useOfferEdit<string>(eventId, (id) => deleteTicketType(eventId, id));
}

export function usePools(eventId: string) {
  return useListPools(eventId).data?.items;
}

export function useAddPool(eventId: string) {
  return useOfferEdit<CreatePoolRequest>(eventId, (pool) => createPool(eventId, pool));
}

export function usePromoCodes(eventId: string) {
  return useListPromoCodes(eventId, { limit: 100 }).data;
}

export function useSavePromoCode(eventId: string) {
  return useOfferEdit<{ code: string } & Partial<Edit<PromoCodeRequest>>>(
    eventId,
    ({ code, id, version = 0, change = {} }) =>
      id
        ? updatePromoCode(eventId, id, change, basedOn({ version }))
        : createPromoCode(eventId, { ...change, code }),
  );
}

export function useDeletePromoCode(eventId: string) {
  return useOfferEdit<string>(eventId, (id) => deletePromoCode(eventId, id));
}

export function useEventQuestions(eventId: string) {
  return useListQuestions(eventId).data?.items;
}

export function useSaveQuestion(eventId: string) {
  return useOfferEdit<Partial<Omit<Edit<never>, 'change'>> & { change: QuestionRequest }>(
    eventId,
    ({ id, version = 0, change }) =>
      id ? updateQuestion(eventId, id, change, basedOn({ version })) : createQuestion(eventId, change),
  );
}

export function useDeleteQuestion(eventId: string) {
  return useOfferEdit<string>(eventId, (id) => deleteQuestion(eventId, id));
}

export function useSendMessage(eventId: string) {
  return useMutation<{ recipients?: number | null }, ApiProblem, string>({
    mutationFn: (message) => notify({ event_id: eventId, message }),
  });
}
