import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Link, type LinkProps } from 'react-router-dom';
import { cx } from './cx';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'quiet-danger';

const base =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-full px-5 py-2.5 text-base font-semibold whitespace-nowrap transition-colors outline-offset-2 cursor-pointer select-none disabled:cursor-not-allowed disabled:opacity-50';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-field/60 bg-surface text-ink hover:bg-sunken',
  quiet: 'text-ink hover:bg-sunken px-4',
  'quiet-danger': 'text-danger hover:bg-danger-soft px-4',
  danger: 'bg-danger text-on-danger hover:bg-danger-strong',
};

interface Shared {
  look?: Look;
  icon?: ReactNode;
  className?: string;
}

export interface ButtonProps extends Shared, Omit<AriaButtonProps, 'className' | 'children'> {
  children: ReactNode;
}

/**
 * While pending it keeps its place, its focus and its label: only the icon turns, and presses do nothing. Not React
 * Aria's own `isPending`: its announcement outlives a button that leaves the page, and points at nothing.
 */
export function Button({
  look = 'primary',
  icon,
  className,
  children,
  isPending,
  onPress,
  type,
  ...props
}: ButtonProps) {
  return (
    <AriaButton
      {...props}
      type={isPending ? 'button' : type}
      onPress={isPending ? undefined : onPress}
      className={cx(base, looks[look], className)}
    >
      {isPending ? <LoaderCircle aria-hidden className="size-5 animate-spin" /> : icon}
      {children}
    </AriaButton>
  );
}

export function LinkButton({ look = 'primary', icon, className, children, ...props }: Shared & LinkProps) {
  return (
    <Link {...props} className={cx(base, looks[look], className)}>
      {icon}
      {children}
    </Link>
  );
}

export function IconButton({
  label,
  className,
  children,
  ...props
}: Omit<ButtonProps, 'look' | 'icon'> & { label: string }) {
  return (
    <AriaButton
      {...props}
      aria-label={label}
      className={cx(
        'inline-grid size-11 shrink-0 cursor-pointer place-items-center rounded-full text-ink transition-colors hover:bg-sunken disabled:cursor-not-allowed disabled:opacity-40',
        className,
      )}
    >
      {children}
    </AriaButton>
  );
}
