import { useLingui } from '@lingui/react/macro';
import { LiveDot } from '@/ui/LiveDot';
import { useLiveStatus } from './LiveProvider';

/** How fresh the page is, in words. */
export function LiveIndicator() {
  const { t } = useLingui();
  const status = useLiveStatus();
  switch (status) {
    case 'live':
      return <LiveDot tone="ok">{t`Live`}</LiveDot>;
    case 'idle':
    case 'connecting':
      return <LiveDot tone="off">{t`Connecting`}</LiveDot>;
    case 'reconnecting':
      return <LiveDot tone="warn">{t`Reconnecting`}</LiveDot>;
    case 'polling':
      return <LiveDot tone="warn">{t`Updating every 15 seconds`}</LiveDot>;
    default:
      return status satisfies never;
  }
}
