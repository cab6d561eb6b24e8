import { Trans } from '@lingui/react/macro';
import { useId } from 'react';
import { niceMax, type Span } from '../model';

interface ChartProps {
  title: string;
  spans: Span[];
  formatSpan: (start: number) => string;
  formatValue: (value: number) => string;
}

const WIDTH = 640;
const HEIGHT = 180;
const LABELS = 5;

/** Bars along time, drawn for the eye; the same numbers stand in a table for everyone. */
export function Chart({ title, spans, formatSpan, formatValue }: ChartProps) {
  const id = useId();
  const max = niceMax(Math.max(0, ...spans.map(({ value }) => value)));
  const width = WIDTH / Math.max(1, spans.length);
  const every = Math.max(1, Math.ceil(spans.length / LABELS));
  const said = spans.filter(({ value }) => value !== 0);
  return (
    <figure aria-labelledby={id} className="m-0">
      <figcaption id={id} className="font-semibold">
        {title}
      </figcaption>
      <div className="mt-3 flex gap-3">
        <div
          aria-hidden="true"
          className="flex h-44 flex-col justify-between text-end text-sm text-muted tabular-nums"
        >
          <span>{formatValue(max)}</span>
          <span>{formatValue(0)}</span>
        </div>
        <div className="min-w-0 flex-1">
          <svg
            aria-hidden="true"
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-44 w-full rtl:-scale-x-100"
          >
            {[0, 0.5, 1].map((part) => (
              <line
                key={part}
                x1={0}
                x2={WIDTH}
                y1={HEIGHT * part}
                y2={HEIGHT * part}
                className="stroke-line"
                vectorEffect="non-scaling-stroke"
              />
            ))}
            {spans.map(({ start, value }, place) => (
              <rect
                key={start}
                x={place * width + width * 0.12}
                width={width * 0.76}
                y={HEIGHT - (HEIGHT * value) / max}
                height={(HEIGHT * value) / max}
                className="fill-accent"
              >
                <title>{`${formatSpan(start)}: ${formatValue(value)}`}</title>
              </rect>
            ))}
          </svg>
          <div aria-hidden="true" className="mt-1 flex text-sm text-muted">
            {spans
              .filter((_, place) => place % every === 0)
              .map(({ start }) => (
                <span key={start} className="truncate" style={{ width: `${(100 * every) / spans.length}%` }}>
                  {formatSpan(start)}
                </span>
              ))}
          </div>
        </div>
      </div>
      <details className="mt-3">
        <summary className="cursor-pointer text-[0.9375rem] text-accent">
          <Trans>As a table</Trans>
        </summary>
        {said.length === 0 ? (
          <p className="mt-2 text-muted">
            <Trans>Nothing in this time.</Trans>
          </p>
        ) : (
          <table className="mt-2 w-full text-start tabular-nums">
            <thead>
              <tr className="border-b border-line text-sm text-muted">
                <th scope="col" className="py-1 text-start font-medium">
                  <Trans>When</Trans>
                </th>
                <th scope="col" className="py-1 text-end font-medium">
                  {title}
                </th>
              </tr>
            </thead>
            <tbody>
              {said.map(({ start, value }) => (
                <tr key={start} className="border-b border-line last:border-0">
                  <th scope="row" className="py-1 text-start font-normal">
                    {formatSpan(start)}
                  </th>
                  <td className="py-1 text-end">{formatValue(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </details>
    </figure>
  );
}
