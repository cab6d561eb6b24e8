import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { ListOrdered } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { TicketType, WaitlistEntry, WaitlistEntryState, WaitlistReason } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { formatMoment } from '@/lib/time';
import { LiveIndicator } from '@/live/LiveIndicator';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/Dialog';
import { EmptyState } from '@/ui/EmptyState';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { useTakeOff, useWaitlist } from '../queries';

/** Who waits, who was offered what, and why the others not yet. */
export function WaitlistPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const { event, types, list } = useWaitlist(eventId);
  const takeOff = useTakeOff(eventId);
  const [asked, setAsked] = useState<WaitlistEntry>();
  if (!event || !list.data) return <Skeleton className="h-96 rounded-3xl" />;
  const entries = list.data.flatMap(({ items }) => items);
  const { waiting = 0, offered = 0 } = list.data[0] ?? {};
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Link to={paths.desk(eventId)} className="text-accent underline underline-offset-4">
          <bdi>{event.title}</bdi>
        </Link>
        <LiveIndicator />
      </div>
      <PageHeading title={t`Waitlist`} className="mt-3" />
      <p role="status" className="mt-2 text-muted">
        <Plural value={waiting} _0="Nobody waits" one="# person waits" other="# people wait" />
        {' · '}
        <Plural value={offered} _0="no offer is open" one="# offer is open" other="# offers are open" />
      </p>
      {takeOff.error && (
        <div className="mt-4">
          <Notice tone="danger" isAlert title={takeOff.error.message}>
            {takeOff.error.detail}
          </Notice>
        </div>
      )}
      {entries.length === 0 ? (
        <div className="mt-8">
          <EmptyState icon={<ListOrdered aria-hidden className="size-7" />} title={t`Nobody has joined yet`}>
            <Trans>Once tickets are sold out, people can wait here for what comes free.</Trans>
          </EmptyState>
        </div>
      ) : (
        <ol className="mt-8 flex flex-col gap-3">
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} types={types} onTakeOff={() => setAsked(entry)} />
          ))}
        </ol>
      )}
      {list.hasNextPage && (
        <div className="mt-6">
          <Button
            look="secondary"
            isPending={list.isFetchingNextPage}
            onPress={() => void list.fetchNextPage()}
          >
            <Trans>Show more</Trans>
          </Button>
        </div>
      )}
      <ConfirmDialog
        title={t`Take this person off the list?`}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        onConfirm={() => asked && takeOff.mutate(asked, { onSettled: () => setAsked(undefined) })}
        confirmLabel={t`Take off`}
        cancelLabel={t`Keep`}
        isPending={takeOff.isPending}
        isDanger
      >
        <Trans>They lose their place, and an offer that is open goes to the next in line.</Trans>
      </ConfirmDialog>
    </>
  );
}

interface RowProps {
  entry: WaitlistEntry;
  types: TicketType[];
  onTakeOff: () => void;
}

function Row({ entry, types, onTakeOff }: RowProps) {
  const names = types.filter(({ id }) => entry.ticket_type_ids.includes(id)).map(({ name }) => name);
  const isOpen = entry.state === 'waiting' || entry.state === 'offered';
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-3xl border border-line bg-surface p-5">
      <span className="w-10 text-2xl font-bold tabular-nums">{entry.position ?? '–'}</span>
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-semibold">
          <bdi>{entry.buyer.name}</bdi>{' '}
          <span className="font-normal break-all text-muted">{entry.buyer.email}</span>
        </p>
        <p className="text-[0.9375rem] text-muted">
          <Plural value={entry.quantity} one="# ticket" other="# tickets" />
          {' · '}
          <bdi>{names.join(', ')}</bdi>
          {' · '}
          {formatMoment(entry.joined_at)}
        </p>
        <p className="text-[0.9375rem]">
          <Why entry={entry} />
        </p>
      </div>
      <StateBadge state={entry.state} />
      {isOpen && (
        <Button look="quiet-danger" onPress={onTakeOff}>
          <Trans>Take off…</Trans>
        </Button>
      )}
    </li>
  );
}

/** What happened to the entry, or why nothing has yet. */
function Why({ entry }: { entry: WaitlistEntry }) {
  const { t } = useLingui();
  if (entry.offer) {
    return <Trans>Offered until {formatMoment(entry.offer.expires_at)}</Trans>;
  }
  if (!entry.reason) return entry.paid_too_late ? <Trans>Paid when nothing was left</Trans> : null;
  const reasons = {
    nothing_free: t`Nothing they want is free.`,
    too_few: t`${entry.free ?? 0} free, but they want all of ${entry.quantity}.`,
    kept_for_earlier: t`What is free is kept for someone before them who wants more.`,
    not_on_sale: t`What they want is not on sale now.`,
    never_fits: t`The event does not have so many places.`,
    being_offered: t`It is their turn: the offer is being made.`,
  } satisfies Record<WaitlistReason, string>;
  return reasons[entry.reason];
}

function StateBadge({ state }: { state: WaitlistEntryState }) {
  const { t } = useLingui();
  const badges = {
    waiting: { tone: 'plain', label: t`Waiting` },
    offered: { tone: 'accent', label: t`Offered` },
    taken: { tone: 'ok', label: t`Taken` },
    lapsed: { tone: 'warn', label: t`Lapsed` },
    left: { tone: 'plain', label: t`Left` },
  } satisfies Record<WaitlistEntryState, { tone: BadgeTone; label: string }>;
  const { tone, label } = badges[state];
  return <Badge tone={tone}>{label}</Badge>;
}
