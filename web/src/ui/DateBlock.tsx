import { dateParts } from '@/lib/time';
import { cx } from './cx';

/** Day and month as on a ticket's stub. The full date is always in words beside it, so this is for the eye only. */
export function DateBlock({ at, zone, className }: { at: string; zone: string; className?: string }) {
  const { weekday, day, month } = dateParts(at, zone);
  return (
    <div
      aria-hidden="true"
      className={cx(
        'flex w-16 flex-col items-center rounded-2xl bg-surface py-2 text-center text-ink leading-none',
        className,
      )}
    >
      <span className="text-xs font-semibold text-muted uppercase">{weekday}</span>
      <span className="my-1 text-2xl font-bold tabular-nums tracking-tight">{day}</span>
      <span className="text-xs font-semibold text-accent uppercase">{month}</span>
    </div>
  );
}
