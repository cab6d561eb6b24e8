import { type APIRequestContext, expect } from '@playwright/test';
import type { Event, Order, Organizer, Session, Ticket, TicketType } from '../../src/api/generated/model';
import { stranger } from './people';

/** Sets the scene over the API, where how it came about is not what the spec is about. */
export async function publishedEvent(request: APIRequestContext, quantity: number) {
  let authorization = '';
  const post = async <T>(path: string, data: object = {}, headers = {}) => {
    const answer = await request.post(`/api${path}`, { data, headers: { authorization, ...headers } });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as T;
  };
  const promoter = stranger('Promoter');
  const session = await post<Session>('/auth/signup', promoter);
  authorization = `Bearer ${session.access_token}`;
  const organizer = await post<Organizer>('/organizers', { name: 'Backstage Collective' });
  const event = await post<Event>('/events', {
    organizer_id: organizer.id,
    title: `Late Set ${organizer.id.slice(-6)}`,
    starts_at: '2027-07-04T20:00:00',
    ends_at: '2027-07-04T23:00:00',
    time_zone: 'Europe/Oslo',
  });
  const type = await post<TicketType>(`/events/${event.id}/ticket-types`, {
    name: 'Standing',
    price: { amount: 2500, currency: 'EUR' },
    quantity,
  });
  await post(`/events/${event.id}/publish`);
  const hold = (count: number) =>
    post<Order>(
      '/orders',
      {
        event_id: event.id,
        items: [{ ticket_type_id: type.id, quantity: count }],
        buyer: { name: 'Someone Faster', email: 'faster@example.org' },
      },
      { 'Idempotency-Key': crypto.randomUUID() },
    );
  const release = async ({ id, secret }: Order) => {
    const answer = await request.delete(`/api/orders/${id}`, { headers: { 'Order-Secret': secret ?? '' } });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  return { event, hold, release, post, promoter };
}

/** Tickets that cost nothing, one for each of these names. */
export async function guests(request: APIRequestContext, names: string[]) {
  const stage = await publishedEvent(request, names.length);
  const seat = await stage.post<TicketType>(`/events/${stage.event.id}/ticket-types`, {
    name: 'Guest list',
    price: { amount: 0, currency: 'EUR' },
  });
  const tickets: Ticket[] = [];
  for (const name of names) {
    const order = await stage.post<Order>(
      '/tickets',
      {
        event_id: stage.event.id,
        ticket_type_id: seat.id,
        quantity: 1,
        buyer: { name, email: 'guest@example.org' },
      },
      { 'Idempotency-Key': crypto.randomUUID() },
    );
    tickets.push(...order.tickets);
  }
  return { ...stage, tickets };
}
