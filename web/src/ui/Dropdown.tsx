import { type ReactNode, useRef } from 'react';

interface DropdownProps {
  label: string;
  trigger: ReactNode;
  children: ReactNode;
}

/** A native disclosure that also closes on Escape, on a choice, and when the focus leaves it. */
export function Dropdown({ label, trigger, children }: DropdownProps) {
  const box = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (box.current) box.current.open = false;
  };
  return (
    <details
      ref={box}
      className="relative"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && event.relatedTarget && close()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        box.current?.querySelector('summary')?.focus();
      }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a,button')) close();
      }}
    >
      <summary
        aria-label={label}
        className="grid size-11 cursor-pointer list-none place-items-center rounded-full hover:bg-sunken [&::-webkit-details-marker]:hidden"
      >
        {trigger}
      </summary>
      <div className="absolute end-0 top-full z-30 mt-2 min-w-60 rounded-2xl border border-line bg-surface p-2 shadow-xl">
        {children}
      </div>
    </details>
  );
}
