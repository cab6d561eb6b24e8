import { useLingui } from '@lingui/react/macro';
import { NewEventPage } from '@/features/organize/pages/NewEventPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  return (
    <RequireSession title={t`New event`}>
      <NewEventPage />
    </RequireSession>
  );
}
