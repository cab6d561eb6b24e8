import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { DoorPage } from '@/features/door/pages/DoorPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId = '' } = useParams();
  return (
    <RequireSession title={t`Door`}>
      <DoorPage key={eventId} eventId={eventId} />
    </RequireSession>
  );
}
