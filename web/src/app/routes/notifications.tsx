import { useLingui } from '@lingui/react/macro';
import { NotificationsPage } from '@/features/notifications/pages/NotificationsPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  return (
    <RequireSession title={t`Notifications`}>
      <NotificationsPage />
    </RequireSession>
  );
}
