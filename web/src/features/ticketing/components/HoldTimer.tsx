import { Plural, Trans } from '@lingui/react/macro';
import { Timer } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { type Deadline, formatRemaining, passedMark, useRemaining } from '@/lib/countdown';
import { cx } from '@/ui/cx';

const URGENT_MS = 60_000;

/** Seen every second, read out three times. */
export function HoldTimer({ deadline, onExpired }: { deadline: Deadline; onExpired: () => void }) {
  const left = useRemaining(deadline);
  const [before, setBefore] = useState(left);
  const [mark, setMark] = useState<number>();
  if (left !== before) {
    setBefore(left);
    const passed = passedMark(before, left);
    if (passed) setMark(passed);
  }
  const expire = useEffectEvent(onExpired);
  useEffect(() => {
    if (left === 0) expire();
  }, [left]);

  const urgent = left <= URGENT_MS;
  return (
    <div
      className={cx(
        'flex items-center gap-3 rounded-2xl px-4 py-3',
        urgent ? 'bg-warn-soft text-warn' : 'bg-accent-soft text-accent',
      )}
    >
      <Timer aria-hidden className="size-5 shrink-0" />
      <p className="flex-1 font-medium">
        {urgent ? <Trans>Less than a minute left</Trans> : <Trans>These places are yours for</Trans>}
      </p>
      <div role="timer" aria-live="off" className="text-xl font-bold tabular-nums">
        {formatRemaining(left)}
      </div>
      <p role="status" className="sr-only">
        {mark === 15 && <Trans>15 seconds left</Trans>}
        {mark !== undefined && mark >= 60 && (
          <Plural value={mark / 60} one="# minute left" other="# minutes left" />
        )}
      </p>
    </div>
  );
}
