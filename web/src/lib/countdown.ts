import { useEffect, useState } from 'react';

/**
 * Time left to a deadline the server set. The reader's clock may be wrong, so what is kept is how far it is off
 * (`serverNow` against the moment the answer arrived); nothing is ever counted by adding up intervals.
 */
export interface Deadline {
  expiresAt: string;
  serverNow: string;
  receivedAt: number;
}

export function remainingMs({ expiresAt, serverNow, receivedAt }: Deadline, now = Date.now()): number {
  const skew = Date.parse(serverNow) - receivedAt;
  return Math.max(0, Date.parse(expiresAt) - (now + skew));
}

export function formatRemaining(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const announceAt = [300, 60, 15];

/** The mark (5 min, 1 min, 15 s) that was just passed: read out once, not every second. */
export function passedMark(beforeMs: number, afterMs: number): number | undefined {
  return announceAt.findLast((mark) => beforeMs > mark * 1000 && afterMs <= mark * 1000 && afterMs > 0);
}

export function useRemaining(deadline: Deadline): number {
  const [now, setNow] = useState(Date.now);
  const left = remainingMs(deadline, now);
  useEffect(() => {
    if (left === 0) return;
    const tick = () => setNow(Date.now());
    // Wake on the next full second of what is shown, and when the reader comes back to the tab.
    const timer = setTimeout(tick, left % 1000 || 1000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [left]);
  return left;
}
