import { useLingui } from '@lingui/react/macro';
import { useParams } from 'react-router-dom';
import { InsightPage } from '@/features/insight/pages/InsightPage';
import { RequireSession } from '../RequireSession';

export function Component() {
  const { t } = useLingui();
  const { eventId = '' } = useParams();
  return (
    <RequireSession title={t`Insight`}>
      <InsightPage key={eventId} eventId={eventId} />
    </RequireSession>
  );
}
