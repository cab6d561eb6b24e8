import { useMutation } from '@tanstack/react-query';
import { useGetEvent, useGetSales, validateTicket, validateTicketCode } from '@/api/generated';
import { type ApiProblem, isProblem } from '@/api/problem';
import { useTopic } from '@/live/LiveProvider';
import { isTicketId, type Verdict } from './model';

/** The event and how many are in, counted over all doors. */
export function useDoor(eventId: string) {
  useTopic(`desk:${eventId}`);
  const query = {
    throwOnError: (_: unknown, { state }: { state: { data: unknown } }) => state.data === undefined,
  };
  return { event: useGetEvent(eventId, { query }).data, sales: useGetSales(eventId, { query }).data };
}

async function check(eventId: string, text: string): Promise<Verdict> {
  try {
    // The event goes along, so that a ticket for another one is told apart and not used up.
    const validation = isTicketId(text)
      ? await validateTicket(text, { event_id: eventId })
      : await validateTicketCode({ code: text, event_id: eventId });
    return { kind: validation.result, validation };
  } catch (error) {
    if (isProblem(error, 'not-found') || isProblem(error, 'validation')) return { kind: 'unknown_code' };
    if (isProblem(error) && error.outcomeUnknown) return { kind: 'no_answer' };
    throw error;
  }
}

export function useCheckIn(eventId: string) {
  return useMutation<Verdict, ApiProblem, string>({
    mutationFn: (text) => check(eventId, text),
    networkMode: 'always',
  });
}
