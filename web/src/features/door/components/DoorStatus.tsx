import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { RefreshCw } from 'lucide-react';
import { formatMoment } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import type { DoorData } from '../manifest';
import { type QueuedScan, unlisted } from '../model';
import type { DoorState } from '../useDoor';

interface DoorStatusProps {
  state: DoorState;
  data: DoorData | undefined;
  queue: QueuedScan[];
  isKept: boolean;
  onSync: () => void;
}

/** Whether this phone is in touch, what it still has to tell, and whether it could do without the network. */
export function DoorStatus({ state, data, queue, isKept, onSync }: DoorStatusProps) {
  const { t } = useLingui();
  const own = unlisted(data, queue);
  const inside = data ? data.list.inside + change(own) : undefined;
  const entries = own.filter(({ direction }) => direction === 'entry').length;
  const untold = queue.filter(({ isTold }) => !isTold).length;
  return (
    <section aria-label={t`This door`} className="mt-4 rounded-3xl border border-line bg-surface p-4">
      <dl className="grid grid-cols-3 gap-2 text-center tabular-nums">
        <Figure label={t`Admitted`} value={data ? data.list.admitted + entries : undefined} />
        <Figure label={t`Inside`} value={inside} />
        <Figure label={t`Tickets`} value={data?.tickets.size} />
      </dl>
      <div role="status" className="mt-3 flex flex-wrap items-center gap-2 text-sm">
        {state === 'online' && <Badge tone="ok">{t`Online`}</Badge>}
        {state === 'offline' && <Badge tone="warn">{t`Offline`}</Badge>}
        {state === 'starting' && <Badge>{t`Connecting…`}</Badge>}
        {state === 'shut' && <Badge tone="danger">{t`Not connected`}</Badge>}
        {untold > 0 && (
          <Badge tone="warn">
            <Plural value={untold} one="# scan waits to be sent" other="# scans wait to be sent" />
          </Badge>
        )}
        {isKept && data && <Badge tone="ok">{t`Works without a network`}</Badge>}
        <span className="text-muted">
          {data ? (
            <Trans>List of {formatMoment(new Date(data.syncedAt).toISOString())}</Trans>
          ) : (
            <Trans>No list yet</Trans>
          )}
        </span>
        <Button
          look="quiet"
          className="ms-auto min-h-9 px-3 py-1 text-sm"
          icon={<RefreshCw aria-hidden className="size-4" />}
          onPress={onSync}
        >
          <Trans>Sync now</Trans>
        </Button>
      </div>
    </section>
  );
}

function change(queue: QueuedScan[]): number {
  return queue.reduce((sum, { direction }) => sum + (direction === 'entry' ? 1 : -1), 0);
}

function Figure({ label, value }: { label: string; value: number | undefined }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="text-2xl font-bold">{value ?? '–'}</dd>
    </div>
  );
}
