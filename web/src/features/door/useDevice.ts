import { useEffect, useState } from 'react';
import { fetchCamera, fetchDialogs } from './components/lazy';

/** Keeps the screen on while the page is looked at. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const hold = async () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      // A battery that is low may refuse it: the screen then goes dark as it always did.
      lock = await navigator.wakeLock.request('screen').catch(() => undefined);
    };
    void hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      document.removeEventListener('visibilitychange', hold);
      void lock?.release();
    };
  }, []);
}

/** Installs what keeps the door open without a network; true once all of it is on the phone. */
export function useOfflineDoor(): boolean {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const link = document.createElement('link');
    link.rel = 'manifest';
    link.href = '/door/app.webmanifest';
    document.head.append(link);
    return () => link.remove();
  }, []);
  useEffect(() => {
    const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    // The development server's files change all the time, and have no page to keep.
    if (!worker || import.meta.env.DEV) return;
    const told = ({ data }: MessageEvent<{ type?: string }>) => {
      if (data?.type === 'kept') setReady(true);
    };
    worker.addEventListener('message', told);
    void (async () => {
      await worker.register('/door/sw.js', { scope: '/door/' });
      const { active } = await worker.ready;
      // What is only needed on some phones, or only offline, is fetched now.
      await Promise.allSettled([
        fetchDialogs(),
        fetchCamera(),
        import('qr/decode.js'),
        import('@noble/ed25519'),
      ]);
      const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name));
      const ours = loaded.filter(
        ({ origin, pathname }) =>
          origin === location.origin && !pathname.startsWith('/api/') && !pathname.endsWith('sw.js'),
      );
      const urls = [...new Set(ours.map(({ pathname }) => pathname)), '/door/app.webmanifest'];
      active?.postMessage({ type: 'keep', urls });
    })().catch(() => undefined);
    return () => worker.removeEventListener('message', told);
  }, []);
  return isReady;
}
