import { Trans, useLingui } from '@lingui/react/macro';
import { ScanLine } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { LiveIndicator } from '@/live/LiveIndicator';
import { Button } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { ScanList } from '../components/ScanList';
import { VerdictScreen } from '../components/VerdictScreen';
import type { Scan } from '../model';
import { useCheckIn, useDoor } from '../queries';

const SCANS_SHOWN = 10;

/** A code goes in (hand scanners type it and press Enter), a verdict fills the screen, and the field is ready again. */
export function DoorPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const { event, sales } = useDoor(eventId);
  const checkIn = useCheckIn(eventId);
  const input = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState('');
  const [scans, setScans] = useState<Scan[]>([]);
  const [shown, setShown] = useState<Scan>();

  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    const text = code.trim();
    if (!text || checkIn.isPending) return;
    checkIn.mutate(text, {
      onSuccess: (verdict) => {
        const scan = { id: Date.now(), at: new Date().toISOString(), verdict };
        setScans((before) => [scan, ...before].slice(0, SCANS_SHOWN));
        setShown(scan);
        setCode('');
        navigator.vibrate?.(verdict.kind === 'admitted' ? 80 : [80, 80, 200]);
      },
      onSettled: () => input.current?.focus(),
    });
  };
  const next = () => {
    setShown(undefined);
    input.current?.focus();
  };

  if (!event) return <Skeleton className="mx-auto h-96 max-w-2xl rounded-3xl" />;
  return (
    <div className="mx-auto max-w-2xl">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="font-semibold text-muted">
          <Trans>Door</Trans>
        </p>
        <LiveIndicator />
      </div>
      <PageHeading title={t`Door: ${event.title}`} className="mt-1" takesFocus={false}>
        <bdi>{event.title}</bdi>
      </PageHeading>
      <p className="mt-4 text-xl">
        <span className="text-4xl font-bold tabular-nums">{sales?.checked_in ?? '–'}</span>{' '}
        <span className="text-muted">
          <Trans>of {sales?.confirmed ?? '–'} are in</Trans>
        </span>
      </p>
      <form onSubmit={submit} className="mt-6 flex flex-col gap-3">
        <label htmlFor="code" className="text-lg font-semibold">
          <Trans>Ticket code</Trans>
        </label>
        <input
          ref={input}
          id="code"
          // biome-ignore lint/a11y/noAutofocus: the one thing this page is for; hand scanners type at once
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="go"
          value={code}
          onChange={(event) => {
            setCode(event.target.value);
            setShown(undefined);
          }}
          placeholder={t`Scan, type or paste`}
          className="field min-h-16 rounded-2xl px-5 text-xl"
        />
        <Button
          type="submit"
          isPending={checkIn.isPending}
          icon={<ScanLine aria-hidden className="size-5" />}
          className="min-h-14 text-lg"
        >
          {checkIn.isPending ? <Trans>Checking…</Trans> : <Trans>Check the ticket</Trans>}
        </Button>
      </form>
      {checkIn.error && (
        <div className="mt-4">
          <Notice tone="danger" isAlert title={checkIn.error.message}>
            {checkIn.error.detail}
          </Notice>
        </div>
      )}
      <ScanList scans={scans} />
      {shown && <VerdictScreen key={shown.id} scan={shown} onNext={next} />}
    </div>
  );
}
