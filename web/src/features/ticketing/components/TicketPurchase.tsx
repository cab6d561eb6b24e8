import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { getListTicketTypesQueryKey } from '@/api/generated';
import type { Event } from '@/api/generated/model';
import { Skeleton } from '@/ui/Skeleton';
import { useTicketTypes } from '../queries';
import { usePurchase } from '../usePurchase';
import { CheckingPanel } from './CheckingPanel';
import { ConfirmedPanel } from './ConfirmedPanel';
import { HoldPanel } from './HoldPanel';
import { PurchaseForm } from './PurchaseForm';

/** From the choice to the tickets, on the event's own page. Each step is a panel; the state is `Purchase`'s. */
export function TicketPurchase({ event }: { event: Event }) {
  const types = useTicketTypes(event.id);
  const purchase = usePurchase(event.id);
  const { step } = purchase;
  const client = useQueryClient();

  // A refusal means that what is on screen is out of date.
  const refused = step.at === 'choosing' && (step.problem !== undefined || step.holdExpired);
  useEffect(() => {
    if (refused) void client.invalidateQueries({ queryKey: getListTicketTypesQueryKey(event.id) });
  }, [refused, client, event.id]);

  switch (step.at) {
    case 'choosing':
    case 'placing':
      return types.data ? (
        <PurchaseForm purchase={purchase} types={types.data} eventStatus={event.status} />
      ) : (
        <Skeleton className="h-96 rounded-3xl" />
      );
    case 'checking':
      return <CheckingPanel purchase={purchase} gaveUp={step.gaveUp} />;
    case 'held':
    case 'paying':
      return <HoldPanel key={step.hold.order.id} purchase={purchase} step={step} />;
    case 'confirmed':
      return <ConfirmedPanel order={step.order} event={event} onMore={() => purchase.startOver()} />;
    default:
      return step satisfies never;
  }
}
