import { Trans, useLingui } from '@lingui/react/macro';
import { Undo2 } from 'lucide-react';
import { formatMoment } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { IconButton } from '@/ui/Button';
import { type Scan, tones } from '../model';
import { useVerdictWords } from './useVerdictWords';

interface ScanListProps {
  scans: Scan[];
  onUndo: (scan: Scan) => void;
}

export function ScanList({ scans, onUndo }: ScanListProps) {
  if (scans.length === 0) return null;
  return (
    <section aria-labelledby="scans" className="mt-10">
      <h2 id="scans" className="text-xl font-bold">
        <Trans>Last scans</Trans>
      </h2>
      <ul className="mt-3 divide-y divide-line overflow-hidden rounded-3xl border border-line bg-surface">
        {scans.map((scan) => (
          <ScanRow key={scan.nonce} scan={scan} onUndo={onUndo} />
        ))}
      </ul>
    </section>
  );
}

function ScanRow({ scan, onUndo }: { scan: Scan; onUndo: (scan: Scan) => void }) {
  const { t } = useLingui();
  const { verdict, undone } = scan;
  const { word } = useVerdictWords()(verdict);
  const isThrough = verdict.kind === 'admitted' || verdict.kind === 'exited';
  const whose = verdict.name ?? '–';
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2">
      <time dateTime={scan.at} className="w-14 shrink-0 text-muted tabular-nums">
        {formatMoment(scan.at)}
      </time>
      <p className="min-w-0 flex-1 truncate">
        <bdi className="font-semibold">{whose}</bdi> <bdi className="text-muted">{verdict.type}</bdi>
      </p>
      {undone ? <Badge>{t`Taken back`}</Badge> : <Badge tone={tones[verdict.kind]}>{word}</Badge>}
      {isThrough && !undone && (
        <IconButton label={t`Take back the scan of ${whose}`} onPress={() => onUndo(scan)}>
          <Undo2 aria-hidden className="size-5" />
        </IconButton>
      )}
    </li>
  );
}
