import { HttpResponse, http } from 'msw';
import type { CreateEvent, Event, EventList, UpdateEvent } from '../src/api/generated/model';
import { type Db, newId } from './db';
import { problem } from './problem';

// The mock knows no time zones: it answers in UTC, which is a zone like any other.
const withOffset = (local: string) => (/Z|[+-]\d\d:\d\d$/.test(local) ? local : `${local}Z`);

export function eventHandlers(db: Db) {
  const find = (id: unknown) => db.events.find((event) => event.id === id);
  const answer = (event: Event) =>
    HttpResponse.json<Event>(event, { headers: { ETag: `"${event.version}"` } });
  const change = (id: unknown, fields: Partial<Event>) => {
    const event = find(id);
    if (!event) return problem('not-found', 404);
    Object.assign(event, fields, { version: event.version + 1, updated_at: new Date().toISOString() });
    db.onChange({ eventId: event.id });
    return answer(event);
  };
  return [
    http.get('*/api/events', ({ request }) => {
      const { searchParams: query } = new URL(request.url);
      const q = (query.get('q') ?? '').toLowerCase();
      const organizer = query.get('organizer_id');
      const from = Date.parse(query.get('from') ?? '') || 0;
      const to = Date.parse(query.get('to') ?? '') || Number.POSITIVE_INFINITY;
      const items = db.events
        .filter((event) => (organizer ? event.organizer_id === organizer : event.status === 'published'))
        .filter((event) => `${event.title} ${event.venue?.name}`.toLowerCase().includes(q))
        .filter((event) => Date.parse(event.starts_at) >= from && Date.parse(event.starts_at) <= to)
        .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
      const start = Number(query.get('cursor') ?? 0);
      const end = start + Number(query.get('limit') ?? 20);
      return HttpResponse.json<EventList>({
        items: items.slice(start, end),
        next_cursor: end < items.length ? String(end) : null,
      });
    }),
    http.get('*/api/events/:id', ({ params }) => {
      const event = find(params.id);
      return event ? answer(event) : problem('not-found', 404);
    }),
    http.post<never, CreateEvent>('*/api/events', async ({ request }) => {
      const body = await request.json();
      const now = new Date().toISOString();
      const event: Event = {
        ...body,
        id: newId('evt'),
        description: body.description ?? null,
        venue: body.venue ? { address: null, ...body.venue } : null,
        max_capacity: body.max_capacity ?? null,
        starts_at: withOffset(body.starts_at),
        ends_at: withOffset(body.ends_at),
        time_zone: 'UTC',
        status: 'draft',
        registered_users: 0,
        published_at: null,
        cancelled_at: null,
        created_at: now,
        updated_at: now,
        version: 1,
      };
      db.events.push(event);
      return HttpResponse.json<Event>(event, { status: 201 });
    }),
    http.patch<{ id: string }, UpdateEvent>('*/api/events/:id', async ({ params, request }) => {
      const event = find(params.id);
      const expected = request.headers.get('if-match');
      if (event && expected && expected !== `"${event.version}"`) return problem('precondition-failed', 412);
      const body = await request.json();
      const times = {
        ...(body.starts_at ? { starts_at: withOffset(body.starts_at) } : {}),
        ...(body.ends_at ? { ends_at: withOffset(body.ends_at) } : {}),
      };
      return change(params.id, { ...(body as Partial<Event>), ...times, time_zone: 'UTC' });
    }),
    http.post('*/api/events/:id/publish', ({ params }) =>
      change(params.id, { status: 'published', published_at: new Date().toISOString() }),
    ),
    http.post('*/api/events/:id/cancel', ({ params }) =>
      change(params.id, { status: 'cancelled', cancelled_at: new Date().toISOString() }),
    ),
  ];
}
