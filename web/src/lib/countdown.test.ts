import { act, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { formatRemaining, passedMark, remainingMs, useRemaining } from './countdown';

afterEach(() => vi.useRealTimers());

const expiresAt = '2027-07-04T18:10:00Z';
const serverNow = '2027-07-04T18:00:00Z';

test('a reader whose clock is an hour wrong sees the same ten minutes', () => {
  const wrong = Date.parse(serverNow) + 3_600_000;
  const deadline = { expiresAt, serverNow, receivedAt: wrong };
  expect(remainingMs(deadline, wrong)).toBe(600_000);
  expect(remainingMs(deadline, wrong + 599_000)).toBe(1_000);
  expect(remainingMs(deadline, wrong + 700_000)).toBe(0);
});

test('it is shown as minutes and seconds, rounded up', () => {
  expect([600_000, 59_001, 1, 0].map(formatRemaining)).toEqual(['10:00', '1:00', '0:01', '0:00']);
});

test('the three marks are each passed once', () => {
  expect(passedMark(301_000, 300_000)).toBe(300);
  expect(passedMark(300_000, 299_000)).toBeUndefined();
  expect(passedMark(61_000, 60_000)).toBe(60);
  expect(passedMark(15_400, 14_900)).toBe(15);
  // A laptop that slept through two marks says only the one that matters now.
  expect(passedMark(400_000, 10_000)).toBe(15);
  expect(passedMark(400_000, 0)).toBeUndefined();
});

test('the hook follows the clock, however late its timers fire', () => {
  vi.useFakeTimers({ now: Date.parse(serverNow) });
  const { result } = renderHook(() =>
    useRemaining({ expiresAt, serverNow, receivedAt: Date.parse(serverNow) }),
  );
  expect(result.current).toBe(600_000);
  for (let second = 0; second < 5; second++) act(() => vi.advanceTimersByTime(1_000));
  expect(result.current).toBe(595_000);
  act(() => {
    vi.setSystemTime(Date.parse(serverNow) + 400_000);
    document.dispatchEvent(new Event('visibilitychange'));
  });
  expect(result.current).toBe(200_000);
});
