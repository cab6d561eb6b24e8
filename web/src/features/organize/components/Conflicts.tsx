import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { CheckInConflict, CheckInList, GateLink, Scan, ValidationResult } from '@/api/generated/model';
import { formatMoment } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { TextField } from '@/ui/TextField';
import { useDoorActions } from '../checkIn';
import { ProblemNotice } from './ProblemNotice';

interface ConflictsProps {
  eventId: string;
  conflicts: CheckInConflict[];
  lists: CheckInList[];
  links: GateLink[];
}

/** Tickets that let someone in who should not have been, because a door was offline. */
export function Conflicts({ eventId, conflicts, lists, links }: ConflictsProps) {
  const [settling, setSettling] = useState<{ conflict: CheckInConflict; scan: Scan }>();
  if (conflicts.length === 0) return null;
  return (
    <section aria-labelledby="conflicts" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="conflicts" className="text-xl font-bold">
        <Trans>Conflicts</Trans>
      </h2>
      <p className="mt-2 text-muted">
        <Trans>
          Doors that were offline let these in twice, or against the rules. Take a scan back once you know
          what happened.
        </Trans>
      </p>
      <ul className="mt-2 divide-y divide-line">
        {conflicts.map((conflict) => (
          <li key={`${conflict.ticket_id} ${conflict.list}`} className="py-4">
            <h3 className="font-semibold">
              <bdi>{conflict.attendee?.name ?? conflict.ticket_id}</bdi>{' '}
              <span className="font-normal text-muted">
                <bdi>{lists.find(({ id }) => id === conflict.list)?.name ?? conflict.list}</bdi>
              </span>
            </h3>
            <ul className="mt-2 flex flex-col gap-2">
              {conflict.scans.map((scan) => (
                <ScanRow
                  key={scan.nonce}
                  scan={scan}
                  links={links}
                  onSettle={() => setSettling({ conflict, scan })}
                />
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {settling && <SettleDialog eventId={eventId} {...settling} onClose={() => setSettling(undefined)} />}
    </section>
  );
}

function ScanRow({ scan, links, onSettle }: { scan: Scan; links: GateLink[]; onSettle: () => void }) {
  const { t } = useLingui();
  const words = useResultWords();
  const phone = links.find(({ id }) => id === scan.gate_link_id)?.name;
  const when = formatMoment(scan.scanned_at);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <time dateTime={scan.scanned_at} className="text-muted tabular-nums">
        {when}
      </time>
      <span className="min-w-24 flex-1">
        <bdi>{[scan.gate, phone].filter(Boolean).join(' · ') || '–'}</bdi>
        {scan.said_at && (
          <span className="block text-sm text-muted">
            <Trans>Its clock said {formatMoment(scan.said_at)}</Trans>
          </span>
        )}
      </span>
      {scan.merged_at && <Badge>{t`Offline`}</Badge>}
      <Badge tone={scan.conflict ? 'danger' : scan.result ? 'ok' : 'plain'}>
        {scan.result ? words[scan.result] : t`Taken back`}
      </Badge>
      {scan.result && (
        <Button
          look="quiet"
          className="ms-auto"
          aria-label={t`Take back the scan of ${when}`}
          onPress={onSettle}
        >
          <Trans>Take back…</Trans>
        </Button>
      )}
    </li>
  );
}

function useResultWords(): Record<ValidationResult, string> {
  const { t } = useLingui();
  return {
    admitted: t`Admitted`,
    exited: t`Let out`,
    already_admitted: t`Second time`,
    not_inside: t`Not inside`,
    not_on_list: t`Wrong kind of ticket`,
    outside_time: t`Outside the hours`,
    cancelled: t`Cancelled ticket`,
    transferred: t`Old code`,
    wrong_event: t`Wrong event`,
    unknown_code: t`Unknown code`,
  };
}

interface SettleDialogProps {
  eventId: string;
  conflict: CheckInConflict;
  scan: Scan;
  onClose: () => void;
}

function SettleDialog({ eventId, conflict, scan, onClose }: SettleDialogProps) {
  const { t } = useLingui();
  const { takeBack } = useDoorActions(eventId);
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const reason = String(new FormData(submitted.currentTarget).get('reason')).trim();
    const { ticket_id: ticketId, list } = conflict;
    takeBack.mutate({ ticketId, list, nonce: scan.nonce, reason }, { onSuccess: onClose });
  };
  return (
    <Dialog title={t`Take this scan back?`} isOpen onClose={onClose}>
      <p className="mt-3 text-muted">
        <Trans>It counts as if it had not been, and stays on record with your reason.</Trans>
      </p>
      <Form onSubmit={submit} className="mt-5 flex flex-col gap-5">
        <TextField name="reason" label={t`Reason`} isRequired maxLength={120} autoFocus />
        {takeBack.error && <ProblemNotice problem={takeBack.error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          <Button look="secondary" onPress={onClose}>
            <Trans>Keep it as it is</Trans>
          </Button>
          <Button type="submit" look="danger" isPending={takeBack.isPending}>
            <Trans>Take it back</Trans>
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
