import { Trans, useLingui } from '@lingui/react/macro';
import { Smartphone } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { CheckInList, GateLink, GateLinkState } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { paths } from '@/lib/paths';
import { formatMoment } from '@/lib/time';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { CopyButton } from '@/ui/CopyButton';
import { ConfirmDialog, Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { QrCode } from '@/ui/QrCode';
import { TextField } from '@/ui/TextField';
import { useDoorActions } from '../checkIn';
import { ProblemNotice } from './ProblemNotice';

interface GateLinksProps {
  eventId: string;
  lists: CheckInList[];
  links: GateLink[];
}

const tones = { open: 'ok', revoked: 'danger', expired: 'plain' } satisfies Record<GateLinkState, BadgeTone>;

/** Phones at the door, without an account: paired by a link, and unpaired here. */
export function GateLinks({ eventId, lists, links }: GateLinksProps) {
  const { t } = useLingui();
  const [isPairing, setPairing] = useState(false);
  const [revoking, setRevoking] = useState<GateLink>();
  const { revoke } = useDoorActions(eventId);
  const words = { open: t`Works`, revoked: t`Revoked`, expired: t`Expired` } satisfies Record<
    GateLinkState,
    string
  >;
  return (
    <section aria-labelledby="gates" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="gates" className="text-xl font-bold">
          <Trans>Phones at the door</Trans>
        </h2>
        <Button
          look="secondary"
          icon={<Smartphone aria-hidden className="size-5" />}
          onPress={() => setPairing(true)}
        >
          <Trans>Pair a phone</Trans>
        </Button>
      </div>
      {links.length === 0 && (
        <p className="mt-4 text-muted">
          <Trans>
            No phone is paired yet. Whoever helps at the door scans one code and needs no account.
          </Trans>
        </p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {links.map((link) => (
          <li key={link.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-4">
            <div className="min-w-48 flex-1">
              <h3 className="flex flex-wrap items-center gap-2 font-semibold">
                <bdi>{link.name}</bdi>
                <Badge tone={tones[link.state]}>{words[link.state]}</Badge>
                {link.role === 'supervisor' && <Badge tone="accent">{t`Supervisor`}</Badge>}
              </h3>
              <p className="text-[0.9375rem] text-muted">
                <bdi>{lists.find(({ id }) => id === link.list_id)?.name ?? link.list_id}</bdi> ·{' '}
                <bdi>{link.gate}</bdi>
                {' · '}
                {link.last_used_at ? (
                  <Trans>last used {formatMoment(link.last_used_at)}</Trans>
                ) : (
                  <Trans>not used yet</Trans>
                )}
              </p>
            </div>
            {link.state === 'open' && (
              <Button
                look="quiet-danger"
                className="ms-auto"
                aria-label={t`Revoke ${link.name}`}
                onPress={() => setRevoking(link)}
              >
                <Trans>Revoke…</Trans>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {revoke.error && <ProblemNotice problem={revoke.error} />}
      {isPairing && <PairDialog eventId={eventId} lists={lists} onClose={() => setPairing(false)} />}
      <ConfirmDialog
        title={t`Revoke this gate link?`}
        isOpen={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        onConfirm={() => revoking && revoke.mutate(revoking.id, { onSettled: () => setRevoking(undefined) })}
        confirmLabel={t`Revoke`}
        cancelLabel={t`Keep it`}
        isPending={revoke.isPending}
        isDanger
      >
        <Trans>
          <bdi>{revoking?.name}</bdi> can scan no more from this moment on. What it scanned before stays.
        </Trans>
      </ConfirmDialog>
    </section>
  );
}

interface PairDialogProps {
  eventId: string;
  lists: CheckInList[];
  onClose: () => void;
}

function PairDialog({ eventId, lists, onClose }: PairDialogProps) {
  const { t } = useLingui();
  const { pair } = useDoorActions(eventId);
  const listField = useId();
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    pair.mutate({
      name: text('name'),
      gate: text('gate'),
      list_id: text('list_id'),
      role: form.get('supervisor') === 'on' ? 'supervisor' : 'scan',
    });
  };
  if (pair.data) return <PairedDialog eventId={eventId} link={pair.data} onClose={onClose} />;
  return (
    <Dialog title={t`Pair a phone`} isOpen onClose={onClose}>
      <Form onSubmit={submit} validationErrors={fieldErrors(pair.error)} className="mt-6 flex flex-col gap-5">
        <TextField name="name" label={t`Whose phone`} isRequired maxLength={60} />
        <TextField
          name="gate"
          label={t`Gate`}
          isRequired
          maxLength={40}
          hint={t`Shown when a ticket was used before: North, Bar.`}
        />
        <div className="flex flex-col gap-1.5">
          <label htmlFor={listField} className="text-[0.9375rem] font-semibold">{t`Check-in list`}</label>
          <select id={listField} name="list_id" className="field">
            {lists.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <label className="flex min-h-11 items-center gap-3">
          <input type="checkbox" name="supervisor" className="size-5 accent-(--accent)" />
          <Trans>Supervisor: may take back scans and let in against the rules</Trans>
        </label>
        {pair.error && <ProblemNotice problem={pair.error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          <Button look="secondary" onPress={onClose}>
            <Trans>Discard</Trans>
          </Button>
          <Button type="submit" isPending={pair.isPending}>
            <Trans>Make the link</Trans>
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** The only time the link is shown: its secret is not kept. Behind the `#`, it is sent to no server. */
function PairedDialog({ eventId, link, onClose }: { eventId: string; link: GateLink; onClose: () => void }) {
  const { t } = useLingui();
  const address = `${location.origin}${paths.door(eventId)}#${link.credential}`;
  return (
    <Dialog title={t`Scan this with the phone`} isOpen onClose={onClose}>
      <p className="mt-3 text-muted">
        <Trans>
          It opens the door for <bdi>{link.name}</bdi>, at <bdi>{link.gate}</bdi>, until{' '}
          {formatMoment(link.expires_at)}.
        </Trans>
      </p>
      <QrCode
        value={address}
        label={t`Gate link for ${link.name}`}
        className="mx-auto mt-5 w-full max-w-72 rounded-2xl"
      />
      <div className="mt-5">
        <Notice tone="warn">
          <Trans>It is shown only now. Whoever has it can let people in: send it to one person alone.</Trans>
        </Notice>
      </div>
      <div className="mt-6 flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
        <CopyButton text={address} label={t`Copy the link`} />
        <Button onPress={onClose}>
          <Trans>Done</Trans>
        </Button>
      </div>
    </Dialog>
  );
}
