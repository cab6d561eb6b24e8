import type { Event, Order, Question, Ticket, TicketType } from '@/api/generated/model';
import { parseAmount, totalOf } from '@/lib/money';

/** What a buyer has filled in. Kept whatever happens to a hold or a payment. */
export interface Draft {
  quantities: Record<string, number>;
  name: string;
  email: string;
  /** As it was accepted; none is the empty text. */
  code?: string;
  /** What the buyer offers for one, by ticket type, as it was typed. */
  prices?: Record<string, string>;
  details?: Details;
}

/** What is told of the attendees while the places are held. */
export interface Details {
  /** Whether each ticket has a name of its own; else all are the buyer's. */
  nameEach: boolean;
  answers: Record<string, string>;
  attendees: AttendeeDraft[];
}

export interface AttendeeDraft {
  name?: string;
  email?: string;
  answers?: Record<string, string>;
}

export const noDetails: Details = { nameEach: false, answers: {}, attendees: [] };

/** What is ordered, complete: the form lets nothing out before. */
export interface OrderBody {
  event_id: string;
  items: { ticket_type_id: string; quantity: number; unit_price?: { amount: number; currency: string } }[];
  buyer: { name: string; email: string };
  promo_code?: string;
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

/** What one costs: where the buyer names the price, what was typed, or what is suggested. */
export function priceOf(type: TicketType, draft: Draft) {
  if (type.pricing === 'fixed') return type.price;
  const typed = draft.prices?.[type.id];
  const amount = typed === undefined ? undefined : parseAmount(typed, type.price.currency);
  return { ...type.price, amount: amount ?? type.suggested_price?.amount ?? type.price.amount };
}

/** Before discounts, with the tax that is added to prices. */
export function total(lines: Line[], draft: Draft) {
  return totalOf(
    lines.map(({ type, quantity }) => {
      const price = priceOf(type, draft);
      const rate = type.tax && !type.tax.included ? type.tax.rate_basis_points : 0;
      return {
        price: { ...price, amount: price.amount + Math.round((price.amount * rate) / 10_000) },
        quantity,
      };
    }),
  );
}

export function countOf(lines: { quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** How many of a type can still be had: its own stock and the event's, whichever is less. Null: nothing limits it. */
export function leftOf(type: TicketType, eventAvailable: number | null | undefined): number | null {
  const limits = [type.available, type.admission ? eventAvailable : null].filter((limit) => limit != null);
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

/** One ticket to be, in the order of the items. */
export interface Slot {
  typeId: string;
  name: string;
  admission: boolean;
}

export function slotsOf(order: Order): Slot[] {
  return order.items.flatMap(({ ticket_type_id, name, quantity, admission }) =>
    Array.from({ length: quantity }, () => ({ typeId: ticket_type_id, name, admission })),
  );
}

type Answers = Record<string, string>;

function isShown(question: Question, all: Question[], own: Answers, ofOrder: Answers): boolean {
  const cause = question.shown_if;
  if (!cause) return true;
  const other = all.find(({ id }) => id === cause.question_id);
  const answer = own[cause.question_id] ?? ofOrder[cause.question_id];
  return other !== undefined && answer === cause.equals && isShown(other, all, own, ofOrder);
}

/** What the buyer is asked, given what was answered. */
export function askedOfOrder(questions: Question[], slots: Slot[], answers: Answers): Question[] {
  return questions.filter(
    (question) =>
      question.asked === 'order' &&
      (question.ticket_type_ids?.some((id) => slots.some(({ typeId }) => typeId === id)) ?? true) &&
      isShown(question, questions, answers, answers),
  );
}

/** What one attendee is asked; of a ticket that admits nobody, only what names its type. */
export function askedOfAttendee(
  questions: Question[],
  slot: Slot,
  own: Answers,
  ofOrder: Answers,
): Question[] {
  return questions.filter(
    (question) =>
      question.asked === 'attendee' &&
      (question.ticket_type_ids?.includes(slot.typeId) ?? slot.admission) &&
      isShown(question, questions, own, ofOrder),
  );
}

const answersBody = (answers: Answers = {}) =>
  Object.entries(answers)
    .filter(([, value]) => value.trim() !== '')
    .map(([question_id, value]) => ({ question_id, value }));

/** The details as the order takes them. */
export function detailsBody(details: Details, slots: Slot[]) {
  const attendees = slots.map((_, place) => details.attendees[place] ?? {});
  return {
    answers: answersBody(details.answers),
    attendees: attendees.map(({ name, email, answers }) => ({
      ...(details.nameEach ? { name: name ?? '', email: email ?? '' } : {}),
      answers: answersBody(answers),
    })),
  };
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
