import { useLingui } from '@lingui/react/macro';
import { LiveIndicator } from '@/live/LiveIndicator';
import { PageHeading } from '@/ui/Heading';
import { Notifications } from '../components/Notifications';

export function NotificationsPage() {
  const { t } = useLingui();
  return (
    <div className="mx-auto max-w-2xl">
      <div className="mb-8 flex items-center justify-between gap-4">
        <PageHeading title={t`Notifications`} />
        <LiveIndicator />
      </div>
      <Notifications />
    </div>
  );
}
