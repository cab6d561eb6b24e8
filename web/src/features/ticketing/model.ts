import type { Event, Order, Ticket, TicketType } from '@/api/generated/model';
import { totalOf } from '@/lib/money';

/** What a buyer has filled in. Kept whatever happens to a hold or a payment. */
export interface Draft {
  quantities: Record<string, number>;
  name: string;
  email: string;
}

/** What is ordered, complete: the form lets nothing out before. */
export interface OrderBody {
  event_id: string;
  items: { ticket_type_id: string; quantity: number }[];
  buyer: { name: string; email: string };
}

export interface Line {
  type: TicketType;
  quantity: number;
}

export function chosenLines(types: TicketType[], draft: Draft): Line[] {
  return types
    .map((type) => ({ type, quantity: draft.quantities[type.id] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);
}

export function total(lines: Line[]) {
  return totalOf(lines.map(({ type, quantity }) => ({ price: type.price, quantity })));
}

export function countOf(lines: { quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** How many of a type can still be had: its own stock and the event's, whichever is less. Null: nothing limits it. */
export function leftOf(type: TicketType, eventAvailable: number | null | undefined): number | null {
  const limits = [type.available, eventAvailable].filter((limit) => limit != null);
  return limits.length > 0 ? Math.min(...limits) : null;
}

export type Availability =
  | { kind: 'open' }
  | { kind: 'few'; left: number }
  | { kind: 'sold-out' }
  | { kind: 'closed' };

const FEW = 40;

export function availabilityOf(type: TicketType, left: number | null): Availability {
  if (left === 0) return { kind: 'sold-out' };
  if (!type.on_sale) return { kind: 'closed' };
  return left !== null && left < FEW ? { kind: 'few', left } : { kind: 'open' };
}

export function maxOf(type: TicketType, left: number | null): number {
  return Math.min(type.max_per_order, left ?? type.max_per_order);
}

/** An order that waits for its payment, and when we heard of it: the countdown needs both. */
export interface Hold {
  order: Order;
  receivedAt: number;
}

export function isWaiting(order: Order): boolean {
  return order.state === 'held';
}

export interface EventTickets {
  eventId: string;
  event?: Event;
  tickets: Ticket[];
}

/** Each ticket once, by event: what is still to come first and soonest, then what is over. */
export function ticketsByEvent(
  tickets: Ticket[],
  events: Map<string, Event>,
  now = Date.now(),
): EventTickets[] {
  const unique = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const groups = Map.groupBy(unique.values(), ({ event_id }) => event_id);
  const start = (event?: Event) => (event ? Date.parse(event.starts_at) : Number.POSITIVE_INFINITY);
  const isOver = (event?: Event) => event !== undefined && Date.parse(event.ends_at) < now;
  return [...groups]
    .map(([eventId, tickets]) => ({ eventId, event: events.get(eventId), tickets }))
    .sort((a, b) => Number(isOver(a.event)) - Number(isOver(b.event)) || start(a.event) - start(b.event));
}
