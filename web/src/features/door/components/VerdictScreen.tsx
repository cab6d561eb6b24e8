import { Trans } from '@lingui/react/macro';
import { CircleCheckBig, CircleX, TriangleAlert, WifiOff } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { overridable, type Scan, type Tone, tones } from '../model';
import { useVerdictWords } from './useVerdictWords';

// Fixed colours: a verdict looks the same in every theme and under any light.
const looks = {
  ok: { ground: 'bg-[#0b6b3a]', Icon: CircleCheckBig, staysMs: 1_800 },
  warn: { ground: 'bg-[#8a5200]', Icon: TriangleAlert, staysMs: 4_000 },
  danger: { ground: 'bg-[#a8190f]', Icon: CircleX, staysMs: 4_000 },
} satisfies Record<Tone, { ground: string; Icon: typeof CircleX; staysMs: number }>;

/** Someone who can decide otherwise has the time to. */
const DECIDING_MS = 15_000;

interface VerdictScreenProps {
  scan: Scan;
  onNext: () => void;
  /** Lets them in all the same; for supervisors. */
  onOverride?: (() => void) | undefined;
}

/** Colour, sign and word fill the screen; the field beneath keeps the focus, so the next scan can come at any time. */
export function VerdictScreen({ scan, onNext, onOverride }: VerdictScreenProps) {
  const { verdict, direction } = scan;
  const { word, detail } = useVerdictWords()(verdict);
  const { ground, Icon, staysMs } = looks[tones[verdict.kind]];
  const canOverride = onOverride && direction === 'entry' && overridable.has(verdict.kind);
  const stays = canOverride ? DECIDING_MS : staysMs;
  const next = useEffectEvent(onNext);
  useEffect(() => {
    const timer = setTimeout(() => next(), stays);
    return () => clearTimeout(timer);
  }, [stays]);
  return (
    <div
      role="alert"
      className={cx(
        'fixed inset-0 z-50 flex flex-col items-center justify-center overflow-y-auto p-6 text-center text-white',
        ground,
      )}
    >
      <Icon aria-hidden className="size-28 shrink-0 sm:size-36" strokeWidth={1.75} />
      <p className="mt-6 text-5xl font-bold tracking-tight sm:text-6xl">{word}</p>
      <p className="mt-3 text-2xl font-medium">{detail}</p>
      {verdict.name && (
        <p className="mt-6 text-2xl">
          <bdi className="font-bold">{verdict.name}</bdi>
          <br />
          <bdi>{verdict.type}</bdi>
        </p>
      )}
      {verdict.offline && verdict.kind !== 'no_answer' && (
        <p className="mt-6 flex items-center gap-2 rounded-full bg-black/30 px-4 py-2 text-lg font-semibold">
          <WifiOff aria-hidden className="size-5" />
          <Trans>Offline: checked by this phone alone</Trans>
        </p>
      )}
      <div className="mt-10 flex flex-col gap-3 sm:flex-row">
        <Button look="secondary" className="min-h-14 px-8 text-lg" onPress={onNext}>
          <Trans>Next</Trans>
        </Button>
        {canOverride && (
          <Button look="secondary" className="min-h-14 px-8 text-lg" onPress={onOverride}>
            <Trans>Let in anyway…</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}
