import { HttpResponse, http } from 'msw';
import type { ListWaitlistEntry, Waitlist, WaitlistEntry } from '../src/api/generated/model';
import { type Db, newId } from './db';
import { problem } from './problem';

interface Joining {
  ticket_type_ids: string[];
  quantity: number;
  buyer: { name: string; email: string };
}

export function waitlistHandlers(db: Db) {
  const now = () => new Date().toISOString();
  const shown = (entry: WaitlistEntry): WaitlistEntry => {
    const ahead = db.queueOf(entry.event_id).indexOf(entry);
    const waits = ahead >= 0;
    return {
      ...entry,
      ahead: waits ? ahead : null,
      position: waits ? ahead + 1 : null,
      server_now: now(),
    };
  };
  const find = (id: unknown) => db.entries.find((entry) => entry.id === id);
  return [
    http.post<{ id: string }, Joining>('*/api/events/:id/waitlist', async ({ params, request }) => {
      const user = db.user(request.headers.get('authorization'));
      const body = await request.json();
      const types = db.typesOf(params.id);
      for (const ticket_type_id of body.ticket_type_ids) {
        const left = types.find(({ id }) => id === ticket_type_id)?.available ?? null;
        if (left !== 0) return problem('tickets-available', 409, { left, ticket_type_id });
      }
      const isOpen = ({ state }: WaitlistEntry) => state === 'waiting' || state === 'offered';
      const same = db.entries.find(
        (entry) => entry.event_id === params.id && isOpen(entry) && entry.buyer.email === body.buyer.email,
      );
      if (same) return problem('already-waiting', 409);
      const entry: WaitlistEntry = {
        id: newId('wle'),
        event_id: params.id,
        ...body,
        user_id: user?.id ?? null,
        state: 'waiting',
        position: null,
        ahead: null,
        paid_too_late: false,
        joined_at: now(),
        offer: null,
        order_id: null,
        reason: null,
        free: null,
        secret: newId('sec'),
        server_now: now(),
      };
      db.entries.push(entry);
      db.onChange({ eventId: params.id });
      return HttpResponse.json<WaitlistEntry>(shown(entry), { status: 201 });
    }),
    http.get<{ id: string }>('*/api/events/:id/waitlist', ({ params }) => {
      const items = db.entries.filter(({ event_id }) => event_id === params.id).map(shown);
      const offered = items.filter(({ state }) => state === 'offered').length;
      const waiting = db.queueOf(params.id).length;
      return HttpResponse.json<Waitlist>({ items, next_cursor: null, waiting, offered });
    }),
    http.get('*/api/waitlist', ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      if (!user) return problem('unauthenticated', 401);
      const items = db.entries.filter(({ user_id }) => user_id === user.id).map(shown);
      return HttpResponse.json<ListWaitlistEntry>({ items, next_cursor: null });
    }),
    http.get('*/api/waitlist/:id', ({ params }) => {
      const entry = find(params.id);
      return entry ? HttpResponse.json<WaitlistEntry>(shown(entry)) : problem('not-found', 404);
    }),
    http.delete('*/api/waitlist/:id', ({ params }) => {
      const entry = find(params.id);
      if (!entry) return problem('not-found', 404);
      entry.state = 'left';
      entry.offer = null;
      db.onChange({ eventId: entry.event_id });
      return new HttpResponse(null, { status: 204 });
    }),
  ];
}
