import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { getGetOrderQueryKey } from '@/api/generated';
import type { Order } from '@/api/generated/model';
import { useTopic } from '@/live/LiveProvider';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { leaveFor } from '../payment';
import { OfflineInstructions } from './OfflineInstructions';

/** An order whose payment is under way, opened by its own address. */
export function AwaitingOrder({ order }: { order: Order }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const recheck = () => void client.invalidateQueries({ queryKey: getGetOrderQueryKey(order.id) });
  useTopic(`event:${order.event_id}`, recheck);
  const page = order.payment?.redirect_url;
  if (order.payment?.method === 'offline') return <OfflineInstructions order={order} />;
  return (
    <Notice
      title={t`We are checking your payment`}
      action={
        <div className="flex flex-wrap gap-3">
          {page && (
            <Button onPress={() => leaveFor(page)}>
              <Trans>Go to the payment page</Trans>
            </Button>
          )}
          <Button look="secondary" onPress={recheck}>
            <Trans>Check now</Trans>
          </Button>
        </div>
      }
    >
      <Trans>
        Your tickets appear here as soon as the payment is confirmed. You cannot be charged twice.
      </Trans>
    </Notice>
  );
}
