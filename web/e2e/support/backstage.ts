import { type APIRequestContext, expect } from '@playwright/test';
import type { Event, Order, Organizer, Session, TicketType } from '../../src/api/generated/model';
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
  return { event, hold, release, promoter };
}
