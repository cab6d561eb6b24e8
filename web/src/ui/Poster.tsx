import type { ReactNode } from 'react';

const palettes = [
  { ground: '#3a36d6', shape: '#ff9a76', light: '#ffe2d4' },
  { ground: '#0e5a48', shape: '#f2c14e', light: '#f8f1da' },
  { ground: '#7b1e57', shape: '#ff86ae', light: '#ffdce8' },
  { ground: '#10324e', shape: '#56c5ef', light: '#e2f4fc' },
  { ground: '#4d2a86', shape: '#f4a938', light: '#fcebcb' },
  { ground: '#a2331f', shape: '#ffb870', light: '#ffead8' },
] as const;

type Palette = (typeof palettes)[number];

const designs: ((palette: Palette, turn: number) => ReactNode)[] = [
  // A rising sun of rings
  ({ shape, light }, turn) => (
    <g transform={`translate(${120 + turn * 160} 250)`}>
      <circle r="200" fill={shape} opacity="0.35" />
      <circle r="150" fill={shape} opacity="0.6" />
      <circle r="98" fill={light} />
    </g>
  ),
  // Light beams from the stage
  ({ shape, light }, turn) => (
    <g transform={`translate(${140 + turn * 120} 270)`}>
      {[-68, -34, 0, 34, 68].map((angle, index) => (
        <path
          key={angle}
          d="M0 0 L-38 -420 L38 -420 Z"
          transform={`rotate(${angle})`}
          fill={index % 2 ? light : shape}
          opacity={index % 2 ? 0.85 : 0.7}
        />
      ))}
    </g>
  ),
  // Quarter discs, as seats in a hall
  ({ shape, light }, turn) => (
    <g>
      {Array.from({ length: 24 }, (_, index) => {
        const x = (index % 6) * 70 - 10;
        const y = Math.floor(index / 6) * 70 - 15;
        const flip = (index * 7 + Math.round(turn * 10)) % 4;
        return (
          <path
            // biome-ignore lint/suspicious/noArrayIndexKey: the tiles never move
            key={index}
            d="M0 0H70A70 70 0 0 1 0 70Z"
            transform={`translate(${x} ${y}) rotate(${flip * 90} 35 35)`}
            fill={index % 3 ? shape : light}
            opacity={index % 3 ? 0.75 : 0.95}
          />
        );
      })}
    </g>
  ),
  // A moon over stairs
  ({ shape, light }, turn) => (
    <g>
      <circle cx={90 + turn * 220} cy="95" r="62" fill={light} />
      {[0, 1, 2, 3, 4].map((step) => (
        <rect
          key={step}
          x={step * 80}
          y={turn < 0.5 ? 220 - step * 26 : 116 + step * 26}
          width="80"
          shapeRendering="crispEdges"
          height="200"
          fill={shape}
          opacity={0.55 + step * 0.1}
        />
      ))}
    </g>
  ),
  // Two discs that meet
  ({ shape, light }, turn) => (
    <g>
      <circle cx={150 - turn * 40} cy="125" r="98" fill={shape} opacity="0.9" />
      <circle cx={250 + turn * 40} cy="125" r="98" fill={light} opacity="0.82" />
    </g>
  ),
  // Slow waves
  ({ shape, light }, turn) => (
    <g transform={`translate(${turn * -60} 0)`} fill="none" strokeWidth="26">
      {[40, 100, 160, 220].map((y, index) => (
        <path
          key={y}
          d={`M-40 ${y} q 65 -60 130 0 t 130 0 t 130 0 t 130 0`}
          stroke={index % 2 ? light : shape}
          opacity={index % 2 ? 0.9 : 0.75}
        />
      ))}
    </g>
  ),
];

/** An event's own picture, drawn from its id: always the same for one event, and never a grey box. */
export function Poster({ seed, className }: { seed: string; className?: string }) {
  const hash = hashOf(seed);
  const palette = palettes[hash % palettes.length] ?? palettes[0];
  const draw = designs[(hash >>> 8) % designs.length];
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 400 250"
      preserveAspectRatio="xMidYMid slice"
      className={className}
      style={{ background: palette.ground }}
    >
      {draw?.(palette, ((hash >>> 16) % 100) / 100)}
    </svg>
  );
}

/** FNV-1a and a last stir: ids made one after the other differ in a letter, their pictures should not look alike. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
