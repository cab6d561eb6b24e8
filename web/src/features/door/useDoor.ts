import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { type ApiProblem, isProblem } from '@/api/problem';
import { uuidv7 } from '@/lib/uuid';
import { type Asked, ask, type Door, fetchData, merge, undo } from './api';
import { tell } from './feedback';
import type { DoorData } from './manifest';
import {
  type Direction,
  doorOf,
  judge,
  type QueuedScan,
  type Scan,
  type Shown,
  tones,
  unlisted,
  type Verdict,
} from './model';
import { dequeue, enqueue, keepData, keptData, queueOf } from './store';

const SYNC_EVERY_MS = 10_000;
const SCANS_SHOWN = 20;
const KEEP_EVERY_MS = 30_000;

export type DoorState = 'starting' | 'online' | 'offline' | 'shut';

/** The door's work: verdicts from the server while it answers, else from this phone; and telling what was missed. */
export function useDoor(door: Door) {
  const key = doorOf(door.eventId, door.listId);
  const [data, setData] = useState<DoorData>();
  const [queue, setQueue] = useState<QueuedScan[]>([]);
  const [scans, setScans] = useState<Scan[]>([]);
  const [state, setState] = useState<DoorState>('starting');
  const [conflicts, setConflicts] = useState(0);
  const [problem, setProblem] = useState<ApiProblem>();
  const known = useRef<DoorData>(undefined);
  const waiting = useRef<QueuedScan[]>([]);
  const syncing = useRef<Promise<void>>(undefined);
  const keptAt = useRef(0);

  const learn = useCallback((next: DoorData) => {
    known.current = next;
    setData(next);
  }, []);
  const queued = useCallback((next: QueuedScan[]) => {
    waiting.current = next;
    setQueue(next);
  }, []);

  /** Writing a long list takes a phone a moment: now and then is enough, for own scans are kept by themselves. */
  const keep = async (fresh: DoorData) => {
    if (fresh.syncedAt - keptAt.current < KEEP_EVERY_MS) return;
    await keepData(key, fresh);
    keptAt.current = fresh.syncedAt;
    const listed = new Set(unlisted(fresh, waiting.current).map(({ nonce }) => nonce));
    const done = waiting.current.filter(({ isTold, nonce }) => isTold && !listed.has(nonce));
    await dequeue(done.map(({ nonce }) => nonce));
    queued(waiting.current.filter((scan) => !done.includes(scan)));
  };

  const sync = useEffectEvent(async () => {
    try {
      const untold = waiting.current.filter(({ isTold }) => !isTold);
      await merge(door, untold, async ({ merged, refused, conflicts }) => {
        await enqueue(
          ...untold.filter(({ nonce }) => merged.includes(nonce)).map((scan) => ({ ...scan, isTold: true })),
        );
        await dequeue(refused);
        queued(
          waiting.current
            .filter(({ nonce }) => !refused.includes(nonce))
            .map((scan) => (merged.includes(scan.nonce) ? { ...scan, isTold: true } : scan)),
        );
        setConflicts((before) => before + conflicts);
      });
      const fresh = await fetchData(door, known.current);
      learn(fresh);
      await keep(fresh);
      setProblem(undefined);
      setState('online');
    } catch (error) {
      if (isProblem(error) && !error.outcomeUnknown) {
        setProblem(error);
        if (error.type !== 'rate-limited') setState('shut');
      } else setState('offline');
    }
  });
  const syncNow = useCallback(() => {
    syncing.current ??= sync().finally(() => {
      syncing.current = undefined;
    });
    return syncing.current;
  }, []);

  useEffect(() => {
    let isHere = true;
    void (async () => {
      const [kept, left] = await Promise.all([
        // A browser that keeps nothing can still ask the server.
        keptData(key).catch(() => undefined),
        queueOf(key).catch(() => []),
      ]);
      if (!isHere) return;
      if (kept) learn(kept);
      queued(left);
      await syncNow();
    })();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void syncNow();
    }, SYNC_EVERY_MS);
    const back = () => void syncNow();
    const gone = () => setState((now) => (now === 'shut' ? now : 'offline'));
    addEventListener('online', back);
    addEventListener('offline', gone);
    document.addEventListener('visibilitychange', back);
    return () => {
      isHere = false;
      clearInterval(timer);
      removeEventListener('online', back);
      removeEventListener('offline', gone);
      document.removeEventListener('visibilitychange', back);
    };
  }, [key, learn, queued, syncNow]);

  /** This phone's own verdict; whoever it lets through is on its disk before anyone is told. */
  const judgeHere = async (asked: Asked) => {
    const here = known.current;
    if (!here) return { kind: 'no_answer', offline: true } satisfies Verdict;
    const now = Date.now() + here.clockOffsetMs;
    const { shown, direction, overrideReason } = asked;
    const verdict = await judge(here, waiting.current, {
      shown,
      direction,
      now,
      isOverridden: overrideReason !== undefined,
    });
    if ((verdict.kind === 'admitted' || verdict.kind === 'exited') && verdict.ticketId) {
      try {
        await remember(asked, verdict.ticketId, now, false);
      } catch {
        // Nobody comes in on a scan this phone cannot keep: it would never be told.
        return { kind: 'no_answer', offline: true } satisfies Verdict;
      }
    }
    return verdict;
  };

  /** Keeps a scan that let someone through: a phone that goes offline a moment later must know of it. */
  const remember = async (asked: Asked, ticketId: string, now: number, isTold: boolean) => {
    const { shown, direction, nonce, overrideReason } = asked;
    const scan: QueuedScan = {
      nonce,
      door: key,
      ticketId,
      code: 'code' in shown ? shown.code : undefined,
      direction,
      scannedAt: new Date(now).toISOString(),
      overrideReason,
      isTold,
    };
    await enqueue(scan);
    queued([...waiting.current, scan]);
  };

  const check = async (shown: Shown, direction: Direction, overrideReason?: string): Promise<Scan> => {
    const nonce = uuidv7();
    const asked = { shown, direction, nonce, overrideReason };
    let verdict: Verdict;
    if (state === 'offline' && known.current) verdict = await judgeHere(asked);
    else {
      try {
        verdict = await ask(door, asked);
        setProblem(undefined);
        const isThrough = verdict.kind === 'admitted' || verdict.kind === 'exited';
        if (isThrough && verdict.ticketId) {
          const now = Date.now() + (known.current?.clockOffsetMs ?? 0);
          // The server has it: a browser that keeps nothing does not undo that.
          await remember(asked, verdict.ticketId, now, true).catch(() => undefined);
        }
      } catch (error) {
        if (!isProblem(error)) throw error;
        if (!error.outcomeUnknown) {
          setProblem(error);
          if (error.status === 401) setState('shut');
          throw error;
        }
        // Whether the server heard of it or not: the same nonce makes it one scan when this phone tells of it.
        setState('offline');
        verdict = await judgeHere(asked);
      }
    }
    const scan: Scan = { nonce, at: new Date().toISOString(), shown, direction, verdict };
    tell(tones[verdict.kind]);
    setScans((before) => [scan, ...before].slice(0, SCANS_SHOWN));
    if (!verdict.offline && (verdict.kind === 'admitted' || verdict.kind === 'exited')) void syncNow();
    return scan;
  };

  const takeBack = async (scan: Scan, reason: string) => {
    // What the server does not know yet it cannot take back.
    if (waiting.current.some(({ nonce, isTold }) => nonce === scan.nonce && !isTold)) await syncNow();
    if (!scan.verdict.ticketId) return;
    await undo(door, scan.verdict.ticketId, scan.nonce, reason);
    setScans((before) => before.map((one) => (one.nonce === scan.nonce ? { ...one, undone: true } : one)));
    void syncNow();
  };

  return {
    state,
    data,
    queue,
    scans,
    conflicts,
    problem,
    check,
    takeBack,
    syncNow,
    seenConflicts: () => setConflicts(0),
  };
}
