import { Plural, Trans } from '@lingui/react/macro';
import { CircleCheck } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Event, Order } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { Button, LinkButton } from '@/ui/Button';
import { TicketDeck } from './TicketDeck';

interface ConfirmedPanelProps {
  order: Order;
  event: Event;
  onMore: () => void;
}

export function ConfirmedPanel({ order, event, onMore }: ConfirmedPanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section aria-labelledby="confirmed">
      <div className="flex items-start gap-3">
        <CircleCheck aria-hidden className="mt-0.5 size-8 shrink-0 text-ok" />
        <div>
          <h2 id="confirmed" ref={heading} tabIndex={-1} className="text-2xl font-bold outline-none">
            <Plural value={order.tickets.length} one="You have a ticket" other="You have # tickets" />
          </h2>
          <p className="mt-1 text-muted">
            {order.user_id === null ? (
              <Trans>Show the code at the door. It stays under My tickets on this device.</Trans>
            ) : (
              <Trans>Show the code at the door. You find it under My tickets.</Trans>
            )}
          </p>
        </div>
      </div>
      <div className="mt-6">
        <TicketDeck tickets={order.tickets} event={event} />
      </div>
      <div className="mt-6 flex flex-wrap gap-3">
        <LinkButton look="secondary" to={paths.order(order.id)}>
          <Trans>Show the order</Trans>
        </LinkButton>
        <Button look="quiet" onPress={onMore}>
          <Trans>Get more tickets</Trans>
        </Button>
      </div>
    </section>
  );
}
