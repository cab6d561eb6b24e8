import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { DeskPage } from '@/features/organize/pages/DeskPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId = '' } = useParams();
  return (
    <RequireSession title={t`Event desk`}>
      <DeskPage key={eventId} eventId={eventId} />
    </RequireSession>
  );
}
