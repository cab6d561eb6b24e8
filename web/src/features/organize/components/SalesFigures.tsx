import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Sales } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { Bar } from '@/ui/Bar';
import { share } from '../model';

export function SalesFigures({ sales }: { sales: Sales }) {
  const { t } = useLingui();
  const { confirmed, capacity, held, checked_in, inside, revenue } = sales;
  const paid = revenue.filter(({ amount }) => amount > 0);
  return (
    <section aria-label={t`Sales`}>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-3xl border border-line bg-line lg:grid-cols-4">
        <Figure
          label={t`Tickets sold`}
          value={confirmed}
          note={capacity === null ? <Trans>no limit</Trans> : <BarOf part={confirmed} whole={capacity} />}
        />
        <Figure
          label={t`Revenue`}
          value={paid.length > 0 ? paid.map((money) => formatMoney(money)).join(' + ') : '–'}
          note={<Trans>confirmed orders</Trans>}
        />
        <Figure label={t`In carts`} value={held} note={<Trans>held for ten minutes</Trans>} />
        <Figure
          label={t`Checked in`}
          value={checked_in}
          note={
            inside === checked_in ? (
              <BarOf part={checked_in} whole={confirmed} />
            ) : (
              <Trans>{inside} inside now</Trans>
            )
          }
        />
      </dl>
    </section>
  );
}

function Figure({ label, value, note }: { label: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="flex flex-col bg-surface p-5">
      <dt className="text-[0.9375rem] font-medium text-muted">{label}</dt>
      <dd className="mt-1">
        <span className="block truncate text-3xl font-bold tracking-tight tabular-nums">{value}</span>
        <span className="mt-1 block text-sm text-muted">{note}</span>
      </dd>
    </div>
  );
}

function BarOf({ part, whole }: { part: number; whole: number }) {
  return (
    <span className="flex items-center gap-3 tabular-nums">
      <Bar percent={share(part, whole) ?? 0} />
      <Trans>of {whole}</Trans>
    </span>
  );
}
