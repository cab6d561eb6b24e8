import type { CreateEvent, CreateTicketTypeRequest, Event, UpdateEvent } from '@/api/generated/model';
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
