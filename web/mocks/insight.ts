import { HttpResponse, http } from 'msw';
import type { Insight } from '../src/api/generated/model';
import type { Db } from './db';

const HOUR_MS = 3_600_000;

export function insightHandlers(db: Db) {
  return [
    http.post<{ id: string }>('*/api/events/:id/views', ({ params }) => {
      db.views.set(params.id, (db.views.get(params.id) ?? 0) + 1);
      return new HttpResponse(null, { status: 202 });
    }),
    http.get<{ id: string }>('*/api/events/:id/insight', ({ params, request }) => {
      const hours = Number(new URL(request.url).searchParams.get('hours') ?? 168);
      const sales = db.sales(params.id);
      const orders = db.orders.filter(({ event_id }) => event_id === params.id);
      const currency = sales.revenue[0]?.currency ?? null;
      const count = (state: string) => orders.filter((order) => order.state === state).length;
      const total = {
        views: db.views.get(params.id) ?? 0,
        begun: orders.length,
        confirmed: count('confirmed'),
        abandoned: count('cancelled') + count('expired'),
        sold: sales.confirmed,
        revenue: sales.revenue[0]?.amount ?? 0,
        checked_in: sales.checked_in,
      };
      const none = { views: 0, begun: 0, confirmed: 0, abandoned: 0, sold: 0, revenue: 0, checked_in: 0 };
      const last = Math.floor(Date.now() / HOUR_MS);
      return HttpResponse.json<Insight>({
        event_id: params.id,
        as_of: new Date().toISOString(),
        currency,
        sold: sales.confirmed,
        held: sales.held,
        revenue: sales.revenue[0] ?? null,
        total,
        by_ticket_type: sales.by_ticket_type.map((type) => ({
          ticket_type_id: type.ticket_type_id,
          name: type.name,
          capacity: type.capacity,
          sold: type.confirmed,
          held: type.held,
          revenue: type.revenue,
          checked_in: 0,
        })),
        hours: Array.from({ length: hours }, (_, n) => ({
          hour: new Date((last - hours + 1 + n) * HOUR_MS).toISOString(),
          ...(n === hours - 1 ? total : none),
          sold_by_ticket_type: {},
        })),
      });
    }),
  ];
}
