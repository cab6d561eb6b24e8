import type {
  CreateEvent,
  CreateTicketTypeRequest,
  Event,
  PromoCodeRequest,
  QuestionRequest,
  TicketType,
  UpdateEvent,
} from '@/api/generated/model';
import { parseAmount } from '@/lib/money';
import { shiftWallClock, wallClock } from '@/lib/time';

/** What the one-screen form asks for, ready to be sent. */
export interface NewEvent {
  organizerId?: string;
  organizerName?: string;
  event: Omit<CreateEvent, 'organizer_id'>;
  ticketTypes: CreateTicketTypeRequest[];
}

const USUAL_HOURS = 3;

function textOf(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim();
}

function countOf(data: FormData, name: string): number | null {
  const text = textOf(data, name);
  return text === '' ? null : Number(text);
}

/** Planned times go out as the wall clock at the venue, beside the zone: what a person wrote, untouched. */
function plannedTimes(data: FormData) {
  const starts = textOf(data, 'starts_at');
  const ends = textOf(data, 'ends_at') || shiftWallClock(starts, USUAL_HOURS);
  return { starts_at: withSeconds(starts), ends_at: withSeconds(ends), time_zone: textOf(data, 'time_zone') };
}

function withSeconds(local: string): string {
  return local.length === 16 ? `${local}:00` : local;
}

function details(data: FormData) {
  const venue = textOf(data, 'venue');
  return {
    title: textOf(data, 'title'),
    ...plannedTimes(data),
    venue: venue ? { name: venue, address: textOf(data, 'address') || null } : null,
    description: textOf(data, 'description') || null,
    max_capacity: countOf(data, 'max_capacity'),
  };
}

/**
 * Only what is different: every change is announced to people with tickets, and an untouched time must not be read
 * anew (in the hour that happens twice, the wall clock alone would lose which of the two it was).
 */
export function eventChange(data: FormData, event: Event): UpdateEvent {
  const wanted = details(data);
  const before: typeof wanted = {
    title: event.title,
    starts_at: withSeconds(wallClock(new Date(event.starts_at), event.time_zone)),
    ends_at: withSeconds(wallClock(new Date(event.ends_at), event.time_zone)),
    time_zone: event.time_zone,
    venue: event.venue && { name: event.venue.name, address: event.venue.address },
    description: event.description,
    max_capacity: event.max_capacity,
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before]),
    ),
  );
}

/** Fields of one ticket type carry its row's number, so that several fit in one form. */
export function ticketType(data: FormData, row: string, currency: string): CreateTicketTypeRequest {
  return {
    name: textOf(data, `ticket_name${row}`),
    price: { amount: parseAmount(textOf(data, `price${row}`) || '0', currency) ?? 0, currency },
    quantity: countOf(data, `quantity${row}`),
  };
}

const isChecked = (data: FormData, name: string) => data.get(name) === 'on';

function amountOf(data: FormData, name: string, currency: string) {
  const text = textOf(data, name);
  return text === '' ? null : { amount: parseAmount(text, currency) ?? 0, currency };
}

/** `7`, `7.5` and `7,25` as hundredths of a percent. */
export function basisPoints(text: string): number | undefined {
  const match = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  return match ? Number(`${match[1]}${(match[2] ?? '').padEnd(2, '0')}`) : undefined;
}

function moment(data: FormData, name: string) {
  const local = textOf(data, name);
  return local === '' ? null : { at: withSeconds(local) };
}

/** Everything the dialog of a ticket type asks for. */
export function ticketTypeTerms(data: FormData, currency: string): CreateTicketTypeRequest {
  const rate = basisPoints(textOf(data, 'tax_rate'));
  const namesPrice = isChecked(data, 'pay_what_you_want');
  return {
    ...ticketType(data, '0', currency),
    description: textOf(data, 'description') || null,
    pricing: namesPrice ? 'pay_what_you_want' : 'fixed',
    suggested_price: namesPrice ? amountOf(data, 'suggested_price', currency) : null,
    tax: rate
      ? {
          name: textOf(data, 'tax_name') || 'VAT',
          rate_basis_points: rate,
          included: textOf(data, 'tax_mode') !== 'added',
        }
      : null,
    sales_starts: moment(data, 'sales_starts'),
    sales_ends: moment(data, 'sales_ends'),
    min_per_order: countOf(data, 'min_per_order') ?? 1,
    max_per_order: countOf(data, 'max_per_order') ?? 10,
    max_per_person: countOf(data, 'max_per_person'),
    hidden: isChecked(data, 'hidden'),
    admission: !isChecked(data, 'no_admission'),
    add_on_to: data.getAll('add_on_to').map(String),
    pool_ids: data.getAll('pool_ids').map(String),
  };
}

/** The same of a ticket type as it is: what the dialog would send if nobody touched it. */
export function termsOf(type: TicketType, timeZone: string): CreateTicketTypeRequest {
  const at = (instant: string | null | undefined) =>
    instant ? { at: withSeconds(wallClock(new Date(instant), timeZone)) } : null;
  const { name, price, quantity, description, pricing, tax, hidden, admission, add_on_to, pool_ids } = type;
  const { min_per_order, max_per_order, max_per_person } = type;
  return {
    name,
    price,
    quantity,
    description,
    pricing,
    suggested_price: type.suggested_price,
    tax,
    sales_starts: at(type.sales_start_at),
    sales_ends: at(type.sales_end_at),
    min_per_order,
    max_per_order,
    max_per_person,
    hidden,
    admission,
    add_on_to,
    pool_ids,
  };
}

/** Only what is different: what was sold fixes some of it, and a time nobody touched stays what it was. */
export function ticketTypeChange(wanted: CreateTicketTypeRequest, before: CreateTicketTypeRequest) {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => plain(value) !== plain(before[name as keyof typeof before]),
    ),
  );
}

/** Alike whatever the order of members, and of what is chosen. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  if (value && typeof value === 'object') {
    return JSON.stringify(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
  }
  return JSON.stringify(value ?? null);
}

export function promoCode(data: FormData, currency: string): PromoCodeRequest {
  const kind = textOf(data, 'discount');
  const unlocks = data.getAll('unlocks').map(String);
  const reserved = countOf(data, 'reserved');
  const only = data.getAll('ticket_type_ids').map(String);
  return {
    percent_basis_points: kind === 'percent' ? (basisPoints(textOf(data, 'percent')) ?? 0) : null,
    amount: kind === 'amount' ? amountOf(data, 'amount', currency) : null,
    ticket_type_ids: only.length > 0 ? only : null,
    unlocks,
    max_uses: countOf(data, 'max_uses'),
    ends_at: textOf(data, 'ends_at') ? withSeconds(textOf(data, 'ends_at')) : null,
    ...(reserved !== null && reserved > 0
      ? { reserved: { ticket_type_id: textOf(data, 'reserved_type'), quantity: reserved } }
      : {}),
  };
}

export function question(data: FormData): QuestionRequest {
  const only = data.getAll('ticket_type_ids').map(String);
  const cause = textOf(data, 'shown_if');
  const kind = textOf(data, 'kind') as NonNullable<QuestionRequest['kind']>;
  return {
    label: textOf(data, 'label'),
    help: textOf(data, 'help') || null,
    kind,
    ...(kind === 'choice'
      ? {
          choices: textOf(data, 'choices')
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean),
        }
      : {}),
    required: isChecked(data, 'required'),
    asked: textOf(data, 'asked') as NonNullable<QuestionRequest['asked']>,
    ticket_type_ids: only.length > 0 ? only : null,
    shown_if: cause ? { question_id: cause, equals: textOf(data, 'equals') } : null,
  };
}

/** How many basis points as a person writes them: 750 is `7.5`. */
export function percentText(points: number | null | undefined): string {
  return points ? String(points / 100) : '';
}

export function amountText(money: TicketType['price'] | null | undefined, digits: number): string {
  return money ? (money.amount / 10 ** digits).toFixed(money.amount % 10 ** digits === 0 ? 0 : digits) : '';
}

export function newEvent(data: FormData, rows: string[], organizerId?: string): NewEvent {
  const currency = textOf(data, 'currency');
  return {
    ...(organizerId ? { organizerId } : { organizerName: textOf(data, 'organizer') }),
    event: details(data),
    ticketTypes: rows.map((row) => ticketType(data, row, currency)),
  };
}

/** The coming Saturday but one, at eight in the evening: a better first guess than an empty field. */
export function likelyStart(today = new Date()): string {
  const day = new Date(Date.UTC(today.getFullYear(), today.getMonth(), today.getDate()));
  day.setUTCDate(day.getUTCDate() + ((6 - day.getUTCDay() + 7) % 7) + 7);
  return `${day.toISOString().slice(0, 10)}T20:00`;
}

export function share(part: number, whole: number | null): number | undefined {
  return whole ? Math.min(100, Math.round((part / whole) * 100)) : undefined;
}
