import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { WaitlistPage } from '@/features/insight/pages/WaitlistPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId = '' } = useParams();
  return (
    <RequireSession title={t`Waitlist`}>
      <WaitlistPage key={eventId} eventId={eventId} />
    </RequireSession>
  );
}
