import { Trans, useLingui } from '@lingui/react/macro';
import type { Order } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { formatMoment } from '@/lib/time';
import { CopyButton } from '@/ui/CopyButton';

/** How to pay by bank transfer or at the door: how much, until when, and what to write on it. */
export function OfflineInstructions({ order }: { order: Order }) {
  const { t } = useLingui();
  const { payment } = order;
  if (payment?.method !== 'offline' || payment.state !== 'pending') return null;
  return (
    <div className="mt-4 flex flex-col gap-4">
      {payment.instructions && <p className="whitespace-pre-line">{payment.instructions}</p>}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2">
        <dt className="text-muted">
          <Trans>Amount</Trans>
        </dt>
        <dd className="font-bold tabular-nums">{formatMoney(payment.amount)}</dd>
        <dt className="text-muted">
          <Trans>Reference</Trans>
        </dt>
        <dd className="flex flex-wrap items-center gap-3">
          <span className="font-mono text-lg font-bold select-all">{payment.reference}</span>
          {payment.reference && <CopyButton text={payment.reference} label={t`Copy the reference`} />}
        </dd>
        {payment.due_at && (
          <>
            <dt className="text-muted">
              <Trans>Pay by</Trans>
            </dt>
            <dd className="font-semibold">{formatMoment(payment.due_at)}</dd>
          </>
        )}
      </dl>
      <p className="text-muted">
        <Trans>Your tickets are issued once the organizer has received the money.</Trans>
      </p>
    </div>
  );
}
