import { useLingui } from '@lingui/react/macro';
import { MyEventsPage } from '@/features/organize/pages/MyEventsPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  return (
    <RequireSession title={t`Your events`}>
      <MyEventsPage />
    </RequireSession>
  );
}
