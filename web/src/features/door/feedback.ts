import type { Tone } from './model';

let audio: AudioContext | undefined;

/** Browsers let a page make sounds only after someone has touched it. */
export function readySound(): void {
  audio ??= typeof AudioContext === 'undefined' ? undefined : new AudioContext();
  void audio?.resume();
}

const sounds: Record<Tone, { hertz: number; at: number; ms: number }[]> = {
  ok: [{ hertz: 880, at: 0, ms: 120 }],
  warn: [
    { hertz: 440, at: 0, ms: 120 },
    { hertz: 440, at: 180, ms: 120 },
  ],
  danger: [{ hertz: 200, at: 0, ms: 450 }],
};

const vibrations: Record<Tone, number[]> = { ok: [80], warn: [80, 80, 80], danger: [300] };

/** A verdict one hears and feels, for those who do not look at the screen. Made with the verdict, never before. */
export function tell(tone: Tone): void {
  navigator.vibrate?.(vibrations[tone]);
  if (audio?.state !== 'running') return;
  for (const { hertz, at, ms } of sounds[tone]) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + at / 1_000;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0.2, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + ms / 1_000);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + ms / 1_000);
  }
}
