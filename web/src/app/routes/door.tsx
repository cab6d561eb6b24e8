import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { DoorEntry, DoorsPage } from '@/features/door/pages/DoorEntry';
import { MemberDoorPage } from '@/features/door/pages/DoorPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId } = useParams();
  if (!eventId) return <DoorsPage />;
  return (
    <DoorEntry key={eventId} eventId={eventId}>
      <RequireSession title={t`Door`}>
        <MemberDoorPage eventId={eventId} />
      </RequireSession>
    </DoorEntry>
  );
}
