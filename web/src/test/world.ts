import type { Event, TicketType } from '@/api/generated/model';
import { Db, newId } from '../../mocks/db';

/** One published event with a paid and a free type of ticket, in a mocked server of its own. */
export function makeWorld(stock: { paid?: number; free?: number } = {}) {
  const db = new Db();
  const now = new Date().toISOString();
  const event: Event = {
    id: newId('evt'),
    organizer_id: newId('org'),
    title: 'Long Night',
    description: null,
    venue: null,
    starts_at: '2027-07-04T20:00:00+02:00',
    ends_at: '2027-07-04T23:00:00+02:00',
    time_zone: 'Europe/Oslo',
    status: 'published',
    max_capacity: null,
    registered_users: 0,
    published_at: now,
    cancelled_at: null,
    created_at: now,
    updated_at: now,
    version: 1,
  };
  const type = (name: string, amount: number, quantity: number): TicketType => ({
    id: newId('tty'),
    event_id: event.id,
    name,
    price: { amount, currency: 'EUR' },
    quantity,
    description: null,
    pricing: 'fixed',
    suggested_price: null,
    tax: null,
    sales_starts: null,
    sales_ends: null,
    sales_start_at: null,
    sales_end_at: null,
    min_per_order: 1,
    max_per_person: null,
    hidden: false,
    position: 0,
    admission: true,
    add_on_to: [],
    pool_ids: [],
    max_per_order: 10,
    available: quantity,
    on_sale: true,
    waited_for: false,
    created_at: now,
    version: 1,
  });
  const standing = type('Standing', 2500, stock.paid ?? 100);
  const community = type('Community', 0, stock.free ?? 100);
  db.events.push(event);
  db.ticketTypes.push(standing, community);
  return { db, event, standing, community };
}
