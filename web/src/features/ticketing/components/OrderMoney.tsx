import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Order, RefundState } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { formatMoment } from '@/lib/time';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';
import { useCancelOrder } from '../queries';

/** What went back, and what would go back if the buyer cancelled now. */
export function OrderMoney({ order }: { order: Order }) {
  const { t } = useLingui();
  const [isAsking, setAsking] = useState(false);
  const cancel = useCancelOrder(order.id);
  const { cancellable } = order;
  const valid = order.tickets.filter(({ status }) => status === 'valid').map(({ id }) => id);
  const states = {
    pending: t`on its way`,
    succeeded: t`paid back`,
    failed: t`could not be paid back yet`,
  } satisfies Record<RefundState, string>;
  if (order.refunds.length === 0 && !cancellable) return null;
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-5">
      {order.refunds.length > 0 && (
        <div>
          <h2 className="font-semibold">
            <Trans>Refunds</Trans>
          </h2>
          <ul>
            {order.refunds.map(({ id, amount, state, reason }) => (
              <li key={id} className="mt-1 flex flex-wrap justify-between gap-x-4">
                <span className="tabular-nums">{formatMoney(amount)}</span>
                <span className="text-muted">{states[state]}</span>
                {reason && <span className="basis-full text-muted">{reason}</span>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {cancellable && valid.length > 0 && (
        <div>
          <p className="text-muted">
            <Trans>You can cancel until {formatMoment(cancellable.until)}.</Trans>
          </p>
          <Button look="quiet-danger" className="mt-2" onPress={() => setAsking(true)}>
            <Trans>Cancel the order…</Trans>
          </Button>
          <ConfirmDialog
            title={t`Cancel your tickets?`}
            isOpen={isAsking}
            onClose={() => setAsking(false)}
            onConfirm={() => cancel.mutate(valid, { onSettled: () => setAsking(false) })}
            confirmLabel={t`Cancel the tickets`}
            cancelLabel={t`Keep them`}
            isPending={cancel.isPending}
            isDanger
          >
            {cancellable.refund.amount > 0 ? (
              <Trans>
                You get {formatMoney(cancellable.refund)} back. The tickets stop working at once; this cannot
                be undone.
              </Trans>
            ) : (
              <Trans>You get nothing back. The tickets stop working at once; this cannot be undone.</Trans>
            )}
          </ConfirmDialog>
        </div>
      )}
      {cancel.error && (
        <Notice tone="danger" isAlert title={cancel.error.message}>
          {cancel.error.detail}
        </Notice>
      )}
    </div>
  );
}
