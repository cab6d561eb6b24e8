import type {
  Event,
  Notification,
  Order,
  Organizer,
  Question,
  Sales,
  Ticket,
  TicketType,
  TicketTypeList,
  User,
  WaitlistEntry,
} from '../src/api/generated/model';
import type { DeskEntry } from '../src/live/messages';

export interface MockOrder extends Order {
  key: string;
}

/** What the mocked server knows. A test makes its own, so none leaks into the next. */
export class Db {
  users: (User & { password: string })[] = [];
  sessions = new Map<string, string>();
  organizers: (Organizer & { owner: string })[] = [];
  events: Event[] = [];
  ticketTypes: TicketType[] = [];
  questions: Question[] = [];
  orders: MockOrder[] = [];
  tickets: Ticket[] = [];
  entries: WaitlistEntry[] = [];
  views = new Map<string, number>();
  notifications: Notification[] = [];
  desk: (DeskEntry & { event_id: string })[] = [];
  /** Told of every change, so that a mocked feed can pass it on. */
  onChange: (change: {
    eventId?: string;
    userId?: string;
    entry?: DeskEntry;
    notification?: Notification;
  }) => void = () => undefined;

  user(token: string | null | undefined): User | undefined {
    const id = this.sessions.get((token ?? '').replace('Bearer ', ''));
    return this.users.find((user) => user.id === id);
  }

  heldOf(typeId: string): number {
    return this.placesOf(typeId, 'held');
  }

  soldOf(typeId: string): number {
    return this.placesOf(typeId, 'confirmed');
  }

  private placesOf(typeId: string, state: Order['state']): number {
    return this.orders
      .filter((order) => order.state === state)
      .flatMap(({ items }) => items)
      .filter(({ ticket_type_id }) => ticket_type_id === typeId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  }

  typesOf(eventId: string): TicketType[] {
    return this.ticketTypes
      .filter(({ event_id }) => event_id === eventId)
      .map((type) => ({
        ...type,
        waited_for: this.isWaitedFor(type.id),
        available: this.isWaitedFor(type.id)
          ? 0
          : type.quantity === null
            ? null
            : type.quantity - this.heldOf(type.id) - this.soldOf(type.id),
      }));
  }

  private isWaitedFor(typeId: string): boolean {
    return this.entries.some(
      ({ state, ticket_type_ids }) => state === 'waiting' && ticket_type_ids.includes(typeId),
    );
  }

  /** Those who wait at an event, in order. */
  queueOf(eventId: string): WaitlistEntry[] {
    return this.entries.filter(({ event_id, state }) => event_id === eventId && state === 'waiting');
  }

  waitlistOf(eventId: string): TicketTypeList['waitlist'] {
    const waiting = this.queueOf(eventId).length;
    const version = this.entries.filter(({ event_id }) => event_id === eventId).length * 10 - waiting;
    return waiting > 0 ? { waiting, version } : null;
  }

  eventAvailable(eventId: string): number | null {
    const capacity = this.events.find(({ id }) => id === eventId)?.max_capacity ?? null;
    const taken = this.typesOf(eventId).reduce((sum, { id }) => sum + this.heldOf(id) + this.soldOf(id), 0);
    return capacity === null ? null : capacity - taken;
  }

  sales(eventId: string): Sales {
    const rows = this.typesOf(eventId).map((type) => ({
      ticket_type_id: type.id,
      name: type.name,
      capacity: type.quantity ?? null,
      available: type.available ?? null,
      held: this.heldOf(type.id),
      confirmed: this.soldOf(type.id),
      revenue: { amount: this.soldOf(type.id) * type.price.amount, currency: type.price.currency },
    }));
    const sum = (pick: (row: (typeof rows)[number]) => number) =>
      rows.reduce((all, row) => all + pick(row), 0);
    const capacities = rows.map(({ capacity }) => capacity);
    const checkedIn = this.tickets.filter((ticket) => ticket.event_id === eventId && ticket.checked_in_at);
    return {
      event_id: eventId,
      capacity: capacities.includes(null) ? null : sum(({ capacity }) => capacity ?? 0),
      available: this.eventAvailable(eventId),
      held: sum(({ held }) => held),
      confirmed: sum(({ confirmed }) => confirmed),
      checked_in: checkedIn.length,
      inside: checkedIn.length,
      revenue: rows[0]
        ? [{ amount: sum(({ revenue }) => revenue.amount), currency: rows[0].revenue.currency }]
        : [],
      by_ticket_type: rows,
    };
  }

  log(eventId: string, entry: Omit<DeskEntry, 'id' | 'at'>): void {
    const full = { id: newId('dsk'), at: new Date().toISOString(), ...entry };
    this.desk.unshift({ ...full, event_id: eventId });
    this.onChange({ eventId, entry: full });
  }

  tell(user_id: string, event_id: string | null, kind: Notification['kind'], message: string): void {
    const timestamp = new Date().toISOString();
    const notification = { id: newId('ntf'), user_id, event_id, kind, message, timestamp, read_at: null };
    this.notifications.unshift(notification);
    this.onChange({ userId: user_id, notification });
  }
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let last = 0;

/** The prefix and 26 characters of an id; in order of making, as a ULID is. */
export function newId(prefix: string): string {
  last += 1;
  const tail = String(last).padStart(6, '0');
  const head = Array.from({ length: 20 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
  return `${prefix}_${head}${tail}`;
}
