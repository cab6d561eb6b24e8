import { Trans } from '@lingui/react/macro';
import { formatMoment } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { type Scan, tones } from '../model';
import { useVerdictWords } from './useVerdictWords';

export function ScanList({ scans }: { scans: Scan[] }) {
  if (scans.length === 0) return null;
  return (
    <section aria-labelledby="scans" className="mt-10">
      <h2 id="scans" className="text-xl font-bold">
        <Trans>Last scans</Trans>
      </h2>
      <ul className="mt-3 divide-y divide-line overflow-hidden rounded-3xl border border-line bg-surface">
        {scans.map((scan) => (
          <ScanRow key={scan.id} scan={scan} />
        ))}
      </ul>
    </section>
  );
}

function ScanRow({ scan }: { scan: Scan }) {
  const { word } = useVerdictWords(scan);
  const ticket = scan.verdict.kind === 'no_answer' ? undefined : scan.verdict.validation?.ticket;
  return (
    <li className="flex items-center gap-4 p-4">
      <time dateTime={scan.at} className="w-16 text-muted tabular-nums">
        {formatMoment(scan.at)}
      </time>
      <p className="min-w-0 flex-1 truncate">
        {ticket ? (
          <>
            <bdi className="font-semibold">{ticket.attendee.name}</bdi>{' '}
            <bdi className="text-muted">{ticket.ticket_type_name}</bdi>
          </>
        ) : (
          '–'
        )}
      </p>
      <Badge tone={tones[scan.verdict.kind]}>{word}</Badge>
    </li>
  );
}
