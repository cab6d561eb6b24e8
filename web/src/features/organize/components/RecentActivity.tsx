import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { DoorOpen, RotateCcw, ScanLine, ShoppingBag, Undo2 } from 'lucide-react';
import { formatMoney } from '@/lib/money';
import { formatMoment } from '@/lib/time';
import type { DeskEntry, DeskEntryKind } from '@/live/messages';

const icons = {
  order_confirmed: ShoppingBag,
  order_cancelled: Undo2,
  ticket_admitted: ScanLine,
  ticket_exited: DoorOpen,
  admission_undone: RotateCcw,
} satisfies Record<DeskEntryKind, typeof ShoppingBag>;

/** Sales and check-ins as they happen. */
export function RecentActivity({ entries }: { entries?: DeskEntry[] }) {
  const { t } = useLingui();
  return (
    <section aria-labelledby="recent" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="recent" className="text-xl font-bold">
        <Trans>Recent sales and check-ins</Trans>
      </h2>
      {!entries || entries.length === 0 ? (
        <p className="mt-4 text-muted">
          <Trans>Sales and check-ins appear here the moment they happen.</Trans>
        </p>
      ) : (
        <ul aria-label={t`Recent`} className="mt-2 divide-y divide-line">
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}

function EntryRow({ entry }: { entry: DeskEntry }) {
  const { kind, buyer_name, quantity, amount, at } = entry;
  const Icon = icons[kind] ?? ShoppingBag;
  return (
    <li className="flex items-center gap-3 py-3">
      <span className="grid size-9 shrink-0 place-items-center rounded-xl bg-sunken text-muted">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">
          <bdi>{buyer_name}</bdi>
        </p>
        <p className="text-sm text-muted">
          {kind === 'order_confirmed' && (
            <Plural value={quantity} one="bought # ticket" other="bought # tickets" />
          )}
          {kind === 'order_cancelled' && (
            <Plural value={quantity} one="gave # ticket back" other="gave # tickets back" />
          )}
          {kind === 'ticket_admitted' && <Trans>came in</Trans>}
          {kind === 'ticket_exited' && <Trans>went out</Trans>}
          {kind === 'admission_undone' && <Trans>scan taken back</Trans>}
          {' · '}
          <time dateTime={at}>{formatMoment(at)}</time>
        </p>
      </div>
      {amount && amount.amount > 0 && <p className="font-semibold tabular-nums">{formatMoney(amount)}</p>}
    </li>
  );
}
