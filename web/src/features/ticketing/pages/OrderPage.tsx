import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { Event, Order, OrderState } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { formatMoment, formatSpan } from '@/lib/time';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { LinkButton } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { AwaitingOrder } from '../components/AwaitingOrder';
import { OrderLines } from '../components/OrderLines';
import { OrderMoney } from '../components/OrderMoney';
import { TicketDeck } from '../components/TicketDeck';
import { secretOf, takeSecretFromAddress } from '../guestOrders';
import { isWaiting } from '../model';
import { adoptOrder } from '../purchase';
import { useEventsById, useOrder } from '../queries';

export function OrderPage({ orderId }: { orderId: string }) {
  // Before the first request, which needs it.
  useState(() => takeSecretFromAddress(orderId));
  const { data: order } = useOrder(orderId);
  const events = useEventsById(order ? [order.event_id] : []);
  if (!order) return <Skeleton className="h-96 rounded-3xl" />;
  return <OrderView order={order} event={events.get(order.event_id)} />;
}

function OrderView({ order, event }: { order: Order; event?: Event }) {
  const { t } = useLingui();
  return (
    <>
      <div className="flex flex-wrap items-center gap-4">
        <PageHeading title={t`Your order`} />
        <StateBadge state={order.state} />
      </div>
      <p className="mt-2 text-muted">
        <span className="break-all select-all">{order.id}</span> · {formatMoment(order.placed_at)}
      </p>
      <div className="mt-8 grid grid-cols-[minmax(0,1fr)] gap-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <section aria-labelledby="tickets">
          <h2 id="tickets" className="mb-4 text-2xl font-bold">
            <Plural value={order.tickets.length} _0="No tickets" one="# ticket" other="# tickets" />
          </h2>
          {order.state === 'awaiting_payment' ? (
            <AwaitingOrder order={order} />
          ) : isWaiting(order) ? (
            <Notice
              title={t`This order waits for its payment.`}
              action={
                <LinkButton
                  to={paths.event(order.event_id)}
                  onClick={() => adoptOrder(order, secretOf(order.id))}
                >
                  <Trans>Go on</Trans>
                </LinkButton>
              }
            />
          ) : (
            <TicketDeck tickets={order.tickets} event={event} />
          )}
        </section>
        <aside className="flex flex-col gap-6 rounded-3xl border border-line bg-surface p-6 lg:self-start">
          {event && (
            <div>
              <Link
                to={paths.event(event.id)}
                className="text-lg font-bold underline decoration-line underline-offset-4 hover:text-accent"
              >
                <bdi>{event.title}</bdi>
              </Link>
              <p className="mt-1 text-muted">{formatSpan(event)}</p>
              {event.venue && (
                <p className="text-muted">
                  <bdi>{event.venue.name}</bdi>
                </p>
              )}
            </div>
          )}
          <div>
            <h2 className="font-semibold">
              <Trans>Buyer</Trans>
            </h2>
            <p>
              <bdi>{order.buyer.name}</bdi>
            </p>
            <p className="break-all text-muted">{order.buyer.email}</p>
          </div>
          <OrderLines order={order} />
          <OrderMoney order={order} />
        </aside>
      </div>
    </>
  );
}

function StateBadge({ state }: { state: OrderState }) {
  const { t } = useLingui();
  const badges = {
    held: { tone: 'warn', label: t`Held` },
    awaiting_payment: { tone: 'warn', label: t`Waiting for payment` },
    confirmed: { tone: 'ok', label: t`Confirmed` },
    refunded: { tone: 'plain', label: t`Refunded` },
    cancelled: { tone: 'danger', label: t`Cancelled` },
    expired: { tone: 'plain', label: t`Expired` },
  } satisfies Record<OrderState, { tone: BadgeTone; label: string }>;
  const { tone, label } = badges[state];
  return <Badge tone={tone}>{label}</Badge>;
}
