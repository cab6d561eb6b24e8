import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Bell } from 'lucide-react';
import { Link } from 'react-router-dom';
import { paths } from '@/lib/paths';
import { useTopic } from '@/live/LiveProvider';
import { useNotifications } from '../queries';

/** Stands in the header of everyone signed in, and so keeps the `me` feed open on every page. */
export function NotificationBell() {
  const { t } = useLingui();
  const unread = useNotifications().data?.unread ?? 0;
  useTopic('me', (message) => {
    if (message.type !== 'delta' || !('notification' in message.data)) return;
    const { notification } = message.data;
    // An organizer has the desk for sales; a toast for each would bury the rest.
    if (notification.read_at || notification.kind === 'sale') return;
    void import('@/ui/Toasts').then(({ showToast }) =>
      showToast({ title: t`New notification`, detail: notification.message }),
    );
  });
  return (
    <Link
      to={paths.notifications()}
      aria-label={
        unread > 0
          ? t`Notifications, ${plural(unread, { one: '# unread', other: '# unread' })}`
          : t`Notifications`
      }
      className="relative grid size-11 place-items-center rounded-full hover:bg-sunken"
    >
      <Bell aria-hidden className="size-5" />
      {unread > 0 && (
        <span
          aria-hidden="true"
          className="absolute end-0.5 top-0.5 grid h-5 min-w-5 place-items-center rounded-full bg-danger px-1 text-xs font-bold text-on-danger tabular-nums"
        >
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </Link>
  );
}
