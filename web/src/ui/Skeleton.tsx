import { cx } from './cx';

/** A box of the size of what is coming. It shows itself only after 150 ms: a fast answer needs no placeholder. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('skeleton rounded-xl bg-sunken', className)} />;
}
