import { Trans, useLingui } from '@lingui/react/macro';
import {
  BellOff,
  BellRing,
  CalendarClock,
  CalendarX2,
  HandCoins,
  Hourglass,
  Megaphone,
  Receipt,
  TicketCheck,
  TicketX,
} from 'lucide-react';
import { Link } from 'react-router-dom';
import type { Notification, NotificationKind } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { formatMoment } from '@/lib/time';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { useNotifications, useOlderNotifications, useReadNotifications } from '../queries';

const icons = {
  order_confirmed: TicketCheck,
  tickets_cancelled: TicketX,
  order_refunded: HandCoins,
  payment_due: Hourglass,
  event_changed: CalendarClock,
  event_cancelled: CalendarX2,
  waitlist_offered: BellRing,
  announcement: Megaphone,
  sale: Receipt,
} satisfies Record<NotificationKind, typeof Megaphone>;

export function Notifications() {
  const { t } = useLingui();
  const notifications = useNotifications();
  const read = useReadNotifications();
  const older = useOlderNotifications();

  if (notifications.isError && !notifications.data) {
    return (
      <Notice
        tone="warn"
        isAlert
        title={t`Your notifications could not be loaded.`}
        action={
          <Button look="secondary" onPress={() => void notifications.refetch()}>
            <Trans>Try again</Trans>
          </Button>
        }
      />
    );
  }
  if (!notifications.data) {
    return (
      <div aria-busy="true" className="flex flex-col gap-3">
        {['a', 'b', 'c'].map((key) => (
          <Skeleton key={key} className="h-24 rounded-3xl" />
        ))}
      </div>
    );
  }
  const { items, next_cursor } = notifications.data;
  if (items.length === 0) {
    return (
      <EmptyState icon={<BellOff aria-hidden className="size-7" />} title={t`All quiet`}>
        <Trans>When an organizer changes something or writes to you, it appears here at once.</Trans>
      </EmptyState>
    );
  }
  const fresh = items.filter(({ read_at }) => read_at === null);
  return (
    <>
      {fresh.length > 1 && (
        <Button look="quiet" className="-ms-4 mb-3" onPress={() => read.mutate(fresh)}>
          <Trans>Mark all as read</Trans>
        </Button>
      )}
      <ul className="overflow-hidden rounded-3xl border border-line bg-surface">
        {items.map((notification) => (
          <NotificationRow
            key={notification.id}
            notification={notification}
            onRead={() => read.mutate([notification])}
          />
        ))}
      </ul>
      {next_cursor && (
        <Button
          look="secondary"
          className="mt-6"
          isPending={older.isPending}
          onPress={() => older.mutate(next_cursor)}
        >
          <Trans>Show older ones</Trans>
        </Button>
      )}
    </>
  );
}

function NotificationRow({ notification, onRead }: { notification: Notification; onRead: () => void }) {
  const { t } = useLingui();
  const { kind, message, timestamp, event_id, read_at } = notification;
  const isNew = read_at === null;
  const Icon = icons[kind] ?? Megaphone;
  return (
    <li
      className={cx('flex gap-4 border-b border-line p-4 last:border-0 sm:p-5', isNew && 'bg-accent-soft/60')}
    >
      <span className="grid size-11 shrink-0 place-items-center rounded-2xl bg-accent-soft text-accent">
        <Icon aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 flex-1">
        <p className={cx('whitespace-pre-line break-words', isNew && 'font-semibold')}>
          {isNew && <span className="sr-only">{t`New: `}</span>}
          <bdi>{message}</bdi>
        </p>
        <div className="mt-1 flex min-h-11 flex-wrap items-center gap-x-4 text-sm text-muted">
          <time dateTime={timestamp}>{formatMoment(timestamp)}</time>
          {event_id && (
            <Link
              to={paths.event(event_id)}
              onClick={() => isNew && onRead()}
              className="inline-flex min-h-11 items-center font-semibold text-accent underline underline-offset-4"
            >
              <Trans>See the event</Trans>
            </Link>
          )}
          {isNew && (
            <Button look="quiet" className="-mx-3 px-3 text-sm" onPress={onRead}>
              <Trans>Mark as read</Trans>
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
