import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';

type Tone = 'info' | 'ok' | 'warn' | 'danger';

const tones = {
  info: { box: 'bg-accent-soft', icon: 'text-accent', Icon: Info },
  ok: { box: 'bg-ok-soft', icon: 'text-ok', Icon: CircleCheck },
  warn: { box: 'bg-warn-soft', icon: 'text-warn', Icon: TriangleAlert },
  danger: { box: 'bg-danger-soft', icon: 'text-danger', Icon: CircleAlert },
} satisfies Record<Tone, object>;

interface NoticeProps {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Read out as soon as it appears. For what interrupts a person's task, not for what was always there. */
  isAlert?: boolean;
}

export function Notice({ tone = 'info', title, children, action, isAlert }: NoticeProps) {
  const { box, icon, Icon } = tones[tone];
  return (
    <div role={isAlert ? 'alert' : undefined} className={cx('flex gap-3 rounded-2xl p-4', box)}>
      <Icon aria-hidden className={cx('mt-0.5 size-5 shrink-0', icon)} />
      <div className="min-w-0 flex-1">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="text-[0.9375rem]">{children}</div>}
        {action && <div className="mt-3 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}
