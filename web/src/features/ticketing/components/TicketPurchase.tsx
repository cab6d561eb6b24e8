import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { countView, getListTicketTypesQueryKey } from '@/api/generated';
import type { Event } from '@/api/generated/model';
import { Skeleton } from '@/ui/Skeleton';
import { guestEntries } from '../guestEntries';
import { useTicketTypes } from '../queries';
import { usePurchase } from '../usePurchase';
import { waitableTypes } from '../waitlist';
import { AwaitingPanel } from './AwaitingPanel';
import { CheckingPanel } from './CheckingPanel';
import { ConfirmedPanel } from './ConfirmedPanel';
import { HoldPanel } from './HoldPanel';
import { PurchaseForm } from './PurchaseForm';

/** Only for events that have sold out. */
const Waitlist = lazy(() => import('./Waitlist').then(({ Waitlist }) => ({ default: Waitlist })));

/** From the choice to the tickets, on the event's own page. Each step is a panel; the state is `Purchase`'s. */
export function TicketPurchase({ event }: { event: Event }) {
  const types = useTicketTypes(event.id);
  const purchase = usePurchase(event.id);
  const { step } = purchase;
  const client = useQueryClient();
  const [waitsHere] = useState(() => guestEntries().some(({ event_id }) => event_id === event.id));

  // A look is counted, and nobody recognised; whether the call arrives matters to nobody who reads.
  const isPublished = event.status === 'published';
  useEffect(() => {
    if (isPublished) void countView(event.id).catch(() => undefined);
  }, [isPublished, event.id]);

  // A refusal means that what is on screen is out of date.
  const refused = step.at === 'choosing' && (step.problem !== undefined || step.holdExpired);
  useEffect(() => {
    if (refused) void client.invalidateQueries({ queryKey: getListTicketTypesQueryKey(event.id) });
  }, [refused, client, event.id]);

  switch (step.at) {
    case 'choosing':
    case 'placing':
      return types.data ? (
        <>
          <PurchaseForm
            purchase={purchase}
            eventId={event.id}
            types={types.data}
            eventStatus={event.status}
          />
          {(waitableTypes(types.data).length > 0 || waitsHere) && (
            <Suspense>
              <Waitlist event={event} types={types.data} purchase={purchase} />
            </Suspense>
          )}
        </>
      ) : (
        <Skeleton className="h-96 rounded-3xl" />
      );
    case 'checking':
      return <CheckingPanel purchase={purchase} gaveUp={step.gaveUp} />;
    case 'held':
    case 'paying':
      return <HoldPanel key={step.hold.order.id} purchase={purchase} step={step} />;
    case 'awaiting':
      return <AwaitingPanel purchase={purchase} order={step.order} />;
    case 'confirmed':
      return <ConfirmedPanel order={step.order} event={event} onMore={() => purchase.startOver()} />;
    default:
      return step satisfies never;
  }
}
