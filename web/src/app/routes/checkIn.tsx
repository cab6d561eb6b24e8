import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { CheckInPage } from '@/features/organize/pages/CheckInPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId = '' } = useParams();
  return (
    <RequireSession title={t`Event desk`}>
      <CheckInPage key={eventId} eventId={eventId} />
    </RequireSession>
  );
}
