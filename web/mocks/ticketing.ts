import { HttpResponse, http } from 'msw';
import type {
  ListQuestion,
  ListTicket,
  Order,
  PaymentOptions,
  PayOrderRequest,
  Sales,
  Ticket,
  TicketType,
  TicketTypeList,
  Validation,
} from '../src/api/generated/model';
import { type Db, type MockOrder, newId } from './db';
import { problem } from './problem';

const HOLD_MS = 600_000;

// The mock takes what the app sends: whole bodies, never the half ones a validation would refuse.
interface OrderBody {
  event_id: string;
  items: { ticket_type_id: string; quantity: number }[];
  buyer: { name: string; email: string };
}
type Registration = Omit<OrderBody, 'items'> & OrderBody['items'][number];
type NewTicketType = Pick<TicketType, 'name' | 'price'> & {
  quantity?: number | null;
  max_per_order?: number | null;
};

export function ticketingHandlers(db: Db) {
  const now = () => new Date().toISOString();
  const answer = ({ key: _key, ...order }: MockOrder, status = 200) =>
    HttpResponse.json<Order>({ ...order, server_now: now() }, { status });

  const place = (body: OrderBody, key: string | null, userId: string | null) => {
    if (!key) return problem('idempotency-key-missing', 400);
    const before = db.orders.find((order) => order.key === key);
    if (before) return before;
    const errors = body.buyer.email.includes('@')
      ? []
      : [{ pointer: '/buyer/email', detail: 'is not an e-mail address' }];
    if (errors.length > 0) return problem('validation', 422, { errors });
    const types = db.typesOf(body.event_id);
    for (const { ticket_type_id, quantity } of body.items) {
      const left = types.find(({ id }) => id === ticket_type_id)?.available ?? null;
      if (types.find(({ id }) => id === ticket_type_id)?.waited_for) {
        return problem('waitlist-first', 409, { ticket_type_id });
      }
      if (left !== null && left < quantity) return problem('sold-out', 409, { left, ticket_type_id });
    }
    const items = body.items.map(({ ticket_type_id, quantity }) => {
      const type = types.find(({ id }) => id === ticket_type_id);
      const unit_price = type?.price ?? { amount: 0, currency: 'EUR' };
      return {
        ticket_type_id,
        quantity,
        name: type?.name ?? '',
        unit_price,
        discount: { ...unit_price, amount: 0 },
        tax: { ...unit_price, amount: 0 },
        tax_rate_basis_points: 0,
        tax_included: false,
        total: { ...unit_price, amount: quantity * unit_price.amount },
        admission: true,
        add_on_for: null,
      };
    });
    const total = {
      amount: items.reduce((sum, item) => sum + item.total.amount, 0),
      currency: items[0]?.unit_price.currency ?? 'EUR',
    };
    const order: MockOrder = {
      key,
      id: newId('ord'),
      event_id: body.event_id,
      state: 'held',
      items,
      subtotal: total,
      discount: { ...total, amount: 0 },
      tax: { ...total, amount: 0 },
      total,
      promo_code: null,
      buyer: body.buyer,
      answers: [],
      attendees: [],
      incomplete: false,
      renewable: true,
      user_id: userId,
      expires_at: new Date(Date.now() + HOLD_MS).toISOString(),
      server_now: now(),
      placed_at: now(),
      confirmed_at: null,
      tickets: [],
      payment: null,
      refunded: { ...total, amount: 0 },
      refunds: [],
      refundable: { ...total, amount: 0 },
      ledger: [],
      cancellable: null,
      secret: newId('sec'),
    };
    db.orders.push(order);
    db.onChange({ eventId: order.event_id });
    return order;
  };

  const confirm = (order: MockOrder) => {
    order.state = 'confirmed';
    order.confirmed_at = now();
    order.expires_at = null;
    order.tickets = order.items.flatMap((item) =>
      Array.from({ length: item.quantity }, (): Ticket => {
        const id = newId('tkt');
        return {
          id,
          order_id: order.id,
          event_id: order.event_id,
          ticket_type_id: item.ticket_type_id,
          ticket_type_name: item.name,
          user_id: order.user_id,
          attendee: order.buyer,
          answers: [],
          admission: true,
          status: 'valid',
          code: `TN1.${id.slice(4)}.${'SIGNATURE0123456789ABCDEF'.repeat(3)}`,
          issued_at: now(),
          checked_in_at: null,
        };
      }),
    );
    db.tickets.push(...order.tickets);
    const quantity = order.tickets.length;
    const event = db.events.find(({ id }) => id === order.event_id);
    if (event) event.registered_users += quantity;
    db.log(order.event_id, {
      kind: 'order_confirmed',
      order_id: order.id,
      ticket_id: null,
      quantity,
      buyer_name: order.buyer.name,
      amount: order.total,
    });
    return order;
  };

  const admit = (ticket: Ticket | undefined, eventId?: string | null): Validation => {
    const verdict = {
      ticket: ticket ?? null,
      attendee: ticket
        ? {
            ticket_id: ticket.id,
            name: ticket.attendee.name,
            ticket_type_id: ticket.ticket_type_id,
            ticket_type_name: ticket.ticket_type_name,
          }
        : null,
      list: 'main',
      direction: 'entry' as const,
      admitted_at: null,
      first_admitted_at: null,
      first_gate: null,
    };
    if (!ticket) return { ...verdict, result: 'unknown_code' };
    if (eventId && ticket.event_id !== eventId) return { ...verdict, result: 'wrong_event' };
    if (ticket.status !== 'valid') return { ...verdict, result: 'cancelled' };
    if (ticket.checked_in_at) {
      return { ...verdict, result: 'already_admitted', first_admitted_at: ticket.checked_in_at };
    }
    ticket.checked_in_at = now();
    db.log(ticket.event_id, {
      kind: 'ticket_admitted',
      order_id: ticket.order_id,
      ticket_id: ticket.id,
      quantity: 1,
      buyer_name: ticket.attendee.name,
      amount: null,
    });
    return {
      ...verdict,
      result: 'admitted',
      admitted_at: ticket.checked_in_at,
      first_admitted_at: ticket.checked_in_at,
    };
  };

  const find = (id: unknown) => db.orders.find((order) => order.id === id);
  return [
    http.post<{ id: string }, NewTicketType>('*/api/events/:id/ticket-types', async ({ params, request }) => {
      const body = await request.json();
      const type: TicketType = {
        id: newId('tty'),
        event_id: params.id,
        name: body.name,
        price: body.price,
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
        position: db.typesOf(params.id).length,
        admission: true,
        add_on_to: [],
        pool_ids: [],
        quantity: body.quantity ?? null,
        max_per_order: body.max_per_order ?? 10,
        available: body.quantity ?? null,
        on_sale: true,
        waited_for: false,
        created_at: now(),
        version: 1,
      };
      db.ticketTypes.push(type);
      db.onChange({ eventId: params.id });
      return HttpResponse.json<TicketType>(type, { status: 201 });
    }),
    http.get<{ id: string }>('*/api/events/:id/ticket-types', ({ params }) =>
      HttpResponse.json<TicketTypeList>({
        items: db.typesOf(params.id),
        next_cursor: null,
        event_available: db.eventAvailable(params.id),
        waitlist: db.waitlistOf(params.id),
      }),
    ),
    http.get('*/api/events/:id/questions', () =>
      HttpResponse.json<ListQuestion>({ items: db.questions, next_cursor: null }),
    ),
    http.get('*/api/events/:id/promo-codes', () => HttpResponse.json({ items: [], next_cursor: null })),
    http.get('*/api/events/:id/pools', () => HttpResponse.json({ items: [], next_cursor: null })),
    http.post('*/api/events/:id/promo-codes/check', () => problem('unknown-promo-code', 409)),
    http.patch<{ id: string }>('*/api/orders/:id', async ({ params, request }) => {
      const order = find(params.id);
      if (!order) return problem('not-found', 404);
      const body = (await request.json()) as { attendees?: { name?: string; email?: string }[] };
      order.attendees = (body.attendees ?? []).map(({ name, email }) => ({
        name: name || null,
        email: email || null,
        answers: [],
      }));
      order.incomplete = false;
      return answer(order);
    }),
    http.post<{ id: string }>('*/api/orders/:id/renew', ({ params }) => {
      const order = find(params.id);
      if (!order) return problem('not-found', 404);
      if (!order.renewable) return problem('hold-not-renewable', 409);
      order.renewable = false;
      order.expires_at = new Date(Date.now() + HOLD_MS).toISOString();
      return answer(order);
    }),
    http.get<{ id: string }>('*/api/events/:id/sales', ({ params }) =>
      HttpResponse.json<Sales>(db.sales(params.id)),
    ),
    http.get('*/api/events/:id/payment-options', () =>
      HttpResponse.json<PaymentOptions>({
        methods: [{ method: 'sandbox', test: true }],
        offline_due_days: 7,
        pay_at_door: false,
        cancellation: { by_buyer: false, until_hours_before: 24, refund_percent: 100 },
      }),
    ),
    http.post<never, OrderBody>('*/api/orders', async ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      const placed = place(await request.json(), request.headers.get('idempotency-key'), user?.id ?? null);
      return placed instanceof Response ? placed : answer(placed, 201);
    }),
    http.get('*/api/orders/:id', ({ params }) => {
      const order = find(params.id);
      return order ? answer(order) : problem('not-found', 404);
    }),
    http.post<{ id: string }, PayOrderRequest>('*/api/orders/:id/pay', async ({ params, request }) => {
      const order = find(params.id);
      if (!order) return problem('not-found', 404);
      if (order.state !== 'held') return problem('hold-expired', 410);
      if ((await request.json()).sandbox_outcome === 'decline') return problem('payment-declined', 402);
      return answer(confirm(order));
    }),
    http.delete('*/api/orders/:id', ({ params }) => {
      const order = find(params.id);
      if (!order) return problem('not-found', 404);
      order.state = 'cancelled';
      db.onChange({ eventId: order.event_id });
      return new HttpResponse(null, { status: 204 });
    }),
    http.post<never, Registration>('*/api/tickets', async ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      const { ticket_type_id, quantity, ...body } = await request.json();
      const order = { ...body, items: [{ ticket_type_id, quantity }] };
      const placed = place(order, request.headers.get('idempotency-key'), user?.id ?? null);
      if (placed instanceof Response) return placed;
      return answer(placed.state === 'held' ? confirm(placed) : placed, 201);
    }),
    http.get('*/api/tickets', ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      if (!user) return problem('unauthenticated', 401);
      const items = db.tickets.filter(({ user_id }) => user_id === user.id);
      return HttpResponse.json<ListTicket>({ items, next_cursor: null });
    }),
    http.get('*/api/tickets/:id', ({ params }) => {
      const ticket = db.tickets.find(({ id }) => id === params.id);
      return ticket ? HttpResponse.json<Ticket>(ticket) : problem('not-found', 404);
    }),
    http.post<never, { code: string; event_id?: string }>('*/api/tickets/validate', async ({ request }) => {
      const body = await request.json();
      return HttpResponse.json<Validation>(
        admit(
          db.tickets.find(({ code }) => code === body.code),
          body.event_id,
        ),
      );
    }),
    http.post<{ id: string }, { event_id?: string }>(
      '*/api/tickets/:id/validate',
      async ({ params, request }) => {
        const body = await request.json();
        return HttpResponse.json<Validation>(
          admit(
            db.tickets.find(({ id }) => id === params.id),
            body.event_id,
          ),
        );
      },
    ),
  ];
}
