import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  createCheckInList,
  createGateLink,
  deleteCheckInList,
  getListCheckInConflictsQueryKey,
  getListCheckInListsQueryKey,
  getListGateLinksQueryKey,
  revokeGateLink,
  undoCheckIn,
  updateCheckInList,
  useListCheckInConflicts,
  useListCheckInLists,
  useListGateLinks,
} from '@/api/generated';
import type { CheckInList, CheckInListRequest, CreateGateLinkRequest, GateLink } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';

const PAGE = 100;

const query = {
  throwOnError: (_: unknown, { state }: { state: { data: unknown } }) => state.data === undefined,
};

export function useCheckInLists(eventId: string): CheckInList[] | undefined {
  return useListCheckInLists(eventId, { query }).data?.items;
}

export function useGateLinks(eventId: string): GateLink[] | undefined {
  return useListGateLinks(eventId, { limit: PAGE }, { query }).data?.items;
}

export function useConflicts(eventId: string) {
  return useListCheckInConflicts(eventId, { limit: PAGE }, { query }).data?.items;
}

/** What changes at the door, and what then has to be read again. */
export function useDoorActions(eventId: string) {
  const client = useQueryClient();
  const fresh = (...keys: readonly (readonly unknown[])[]) =>
    Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
  const lists = getListCheckInListsQueryKey(eventId);
  const links = getListGateLinksQueryKey(eventId);
  const conflicts = getListCheckInConflictsQueryKey(eventId);
  return {
    save: useMutation<CheckInList, ApiProblem, { id?: string | undefined; list: CheckInListRequest }>({
      mutationFn: ({ id, list }) =>
        id ? updateCheckInList(eventId, id, list) : createCheckInList(eventId, list),
      onSuccess: () => fresh(lists),
    }),
    remove: useMutation<unknown, ApiProblem, string>({
      mutationFn: (id) => deleteCheckInList(eventId, id),
      onSuccess: () => fresh(lists),
    }),
    pair: useMutation<GateLink, ApiProblem, CreateGateLinkRequest>({
      mutationFn: (link) => createGateLink(eventId, link),
      onSuccess: () => fresh(links),
    }),
    revoke: useMutation<unknown, ApiProblem, string>({
      mutationFn: (id) => revokeGateLink(eventId, id),
      onSuccess: () => fresh(links),
    }),
    takeBack: useMutation<
      unknown,
      ApiProblem,
      { ticketId: string; list: string; nonce: string; reason: string }
    >({
      mutationFn: ({ ticketId, list, nonce, reason }) =>
        undoCheckIn(eventId, { ticket_id: ticketId, list, nonce, reason }),
      onSuccess: () => fresh(conflicts, lists),
    }),
  };
}
