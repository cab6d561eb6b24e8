import { cx } from './cx';

const colours = { ok: 'bg-ok', warn: 'bg-warn', off: 'bg-field' };

/** Colour and words together: the colour alone says nothing to many people. */
export function LiveDot({ tone, children }: { tone: keyof typeof colours; children: string }) {
  return (
    <span className="inline-flex items-center gap-2 text-sm font-medium text-muted">
      <span aria-hidden className={cx('size-2 rounded-full', colours[tone])} />
      {children}
    </span>
  );
}
