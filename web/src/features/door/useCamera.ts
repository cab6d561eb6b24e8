import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { decoder } from './decoder';

/** The same code held before the camera is one scan, until it was away for this long. */
const SAME_CODE_MS = 3_000;
const PAUSE_MS = 120;

export type CameraState = 'off' | 'starting' | 'on' | 'refused' | 'missing';

interface TorchTrack extends MediaStreamTrack {
  getCapabilities(): MediaTrackCapabilities & { torch?: boolean };
}

/** Watches for QR codes while `isOn`; a code is reported once, however long it is held up. */
export function useCamera(isOn: boolean, onCode: (code: string) => void) {
  const video = useRef<HTMLVideoElement>(null);
  const track = useRef<TorchTrack>(undefined);
  const [state, setState] = useState<CameraState>('off');
  const [hasTorch, setHasTorch] = useState(false);
  const [isLit, setLit] = useState(false);
  const seen = useEffectEvent(onCode);

  useEffect(() => {
    if (!isOn) return;
    const stop = new AbortController();
    let stream: MediaStream | undefined;
    const run = async () => {
      setState('starting');
      try {
        if (!navigator.mediaDevices) throw new DOMException('No camera over plain HTTP', 'NotFoundError');
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
        });
      } catch (error) {
        const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
        return setState(isRefused ? 'refused' : 'missing');
      }
      const frame = video.current;
      if (stop.signal.aborted || !frame) {
        for (const one of stream.getTracks()) one.stop();
        return;
      }
      frame.srcObject = stream;
      await frame.play().catch(() => undefined);
      track.current = stream.getVideoTracks()[0] as TorchTrack;
      setHasTorch(track.current.getCapabilities?.().torch === true);
      setState('on');
      await watch(frame, await decoder(), seen, stop.signal);
    };
    void run();
    return () => {
      stop.abort();
      for (const one of stream?.getTracks() ?? []) one.stop();
      track.current = undefined;
      setState('off');
      setLit(false);
    };
  }, [isOn]);

  const light = async (lit: boolean) => {
    await track.current?.applyConstraints({ advanced: [{ torch: lit } as MediaTrackConstraintSet] });
    setLit(lit);
  };
  return { video, state, hasTorch, isLit, light };
}

async function watch(
  frame: HTMLVideoElement,
  decode: (frame: HTMLVideoElement) => Promise<string | undefined>,
  onCode: (code: string) => void,
  signal: AbortSignal,
) {
  let last = { code: '', at: 0 };
  while (!signal.aborted) {
    const code = frame.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await decode(frame) : undefined;
    const now = performance.now();
    if (code && (code !== last.code || now - last.at > SAME_CODE_MS)) onCode(code);
    if (code) last = { code, at: now };
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
}
