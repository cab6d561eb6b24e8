import { Trans } from '@lingui/react/macro';
import { CircleCheckBig, CircleX, TriangleAlert } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { type Scan, type Tone, tones } from '../model';
import { useVerdictWords } from './useVerdictWords';

// Fixed colours: a verdict looks the same in every theme and under any light.
const looks = {
  ok: { ground: 'bg-[#0b6b3a]', Icon: CircleCheckBig, staysMs: 1_800 },
  warn: { ground: 'bg-[#8a5200]', Icon: TriangleAlert, staysMs: 4_000 },
  danger: { ground: 'bg-[#a8190f]', Icon: CircleX, staysMs: 4_000 },
} satisfies Record<Tone, { ground: string; Icon: typeof CircleX; staysMs: number }>;

/** Colour, sign and word fill the screen; the field beneath keeps the focus, so the next scan can come at any time. */
export function VerdictScreen({ scan, onNext }: { scan: Scan; onNext: () => void }) {
  const { word, detail } = useVerdictWords(scan);
  const { ground, Icon, staysMs } = looks[tones[scan.verdict.kind]];
  const ticket = scan.verdict.kind === 'no_answer' ? undefined : scan.verdict.validation?.ticket;
  const next = useEffectEvent(onNext);
  useEffect(() => {
    const timer = setTimeout(() => next(), staysMs);
    return () => clearTimeout(timer);
  }, [staysMs]);
  return (
    <div
      role="alert"
      className={cx(
        'fixed inset-0 z-50 flex flex-col items-center justify-center p-6 text-center text-white',
        ground,
      )}
    >
      <Icon aria-hidden className="size-36" strokeWidth={1.75} />
      <p className="mt-6 text-6xl font-bold tracking-tight">{word}</p>
      <p className="mt-3 text-2xl font-medium">{detail}</p>
      {ticket && (
        <p className="mt-6 text-2xl">
          <bdi className="font-bold">{ticket.attendee.name}</bdi>
          <br />
          <bdi>{ticket.ticket_type_name}</bdi>
        </p>
      )}
      <Button look="secondary" className="mt-10 min-h-14 px-8 text-lg" onPress={onNext}>
        <Trans>Next</Trans>
      </Button>
    </div>
  );
}
