import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom';
import { cx } from './cx';

interface PageHeadingProps {
  /** For the tab; the heading itself where they are the same. */
  title: string;
  children?: ReactNode;
  className?: string;
  /** False where the page has a field that must be ready at once. */
  takesFocus?: boolean;
}

/** The page's h1. Names the tab, and takes the focus when a person came here by a link inside the app. */
export function PageHeading({ title, children, className, takesFocus = true }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const arrivedByLink = useLocation().key !== 'default';
  useEffect(() => {
    document.title = `${title} · Turnout`;
  }, [title]);
  useEffect(() => {
    if (arrivedByLink && takesFocus) heading.current?.focus({ preventScroll: true });
  }, [arrivedByLink, takesFocus]);
  return (
    <h1 ref={heading} tabIndex={-1} className={cx('text-3xl font-bold sm:text-4xl', className)}>
      {children ?? title}
    </h1>
  );
}
