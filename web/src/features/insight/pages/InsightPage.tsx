import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { Insight } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { paths } from '@/lib/paths';
import { LiveIndicator } from '@/live/LiveIndicator';
import { Bar } from '@/ui/Bar';
import { Button } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { Skeleton } from '@/ui/Skeleton';
import { Chart } from '../components/Chart';
import { Exports } from '../components/Exports';
import { type FunnelStep, funnel, isByDay, type Series, spans } from '../model';
import { useInsight } from '../queries';

const ranges = { day: 24, week: 24 * 7, month: 24 * 31 } as const;
type Range = keyof typeof ranges;

/** What became of those who looked, what was sold when, and everything as files. */
export function InsightPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const [range, setRange] = useState<Range>('week');
  const { event, insight } = useInsight(eventId, ranges[range]);
  if (!event || !insight) return <Skeleton className="h-96 rounded-3xl" />;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Link to={paths.desk(eventId)} className="text-accent underline underline-offset-4">
          <bdi>{event.title}</bdi>
        </Link>
        <LiveIndicator />
      </div>
      <PageHeading title={t`Insight`} className="mt-3" />
      <div className="mt-8 grid grid-cols-[minmax(0,1fr)] items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex flex-col gap-8">
          <Charts insight={insight} range={range} onRange={setRange} />
          <ByType insight={insight} />
        </div>
        <div className="flex flex-col gap-8">
          <Funnel insight={insight} />
          <Exports eventId={eventId} fileName={slug(event.title)} />
        </div>
      </div>
    </>
  );
}

interface ChartsProps {
  insight: Insight;
  range: Range;
  onRange: (range: Range) => void;
}

function Charts({ insight, range, onRange }: ChartsProps) {
  const { t, i18n } = useLingui();
  const [series, setSeries] = useState<Series>('sold');
  const { currency, hours } = insight;
  const names = {
    sold: t`Tickets sold`,
    revenue: t`Revenue`,
    views: t`Page views`,
    begun: t`Orders begun`,
    confirmed: t`Orders confirmed`,
    abandoned: t`Orders abandoned`,
    checked_in: t`Checked in`,
  } satisfies Record<Series, string>;
  const times = { day: t`24 hours`, week: t`7 days`, month: t`31 days` } satisfies Record<Range, string>;
  const byDay = isByDay(hours);
  const formatSpan = (start: number) =>
    i18n.date(
      new Date(start),
      byDay ? { day: 'numeric', month: 'short' } : { hour: 'numeric', minute: '2-digit' },
    );
  const formatValue = (value: number) =>
    series === 'revenue' && currency ? formatMoney({ amount: value, currency }) : i18n.number(value);
  return (
    <section aria-labelledby="time" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="time" className="text-xl font-bold">
          <Trans>Over time</Trans>
        </h2>
        <fieldset className="flex gap-2">
          <legend className="sr-only">
            <Trans>How far back</Trans>
          </legend>
          {(Object.keys(ranges) as Range[]).map((one) => (
            <Button
              key={one}
              look={one === range ? 'primary' : 'secondary'}
              aria-pressed={one === range}
              onPress={() => onRange(one)}
            >
              {times[one]}
            </Button>
          ))}
        </fieldset>
      </div>
      <label className="mt-4 flex flex-wrap items-center gap-3">
        <span className="font-semibold">
          <Trans>Show</Trans>
        </span>
        <select
          className="field max-w-60"
          value={series}
          onChange={(event) => setSeries(event.target.value as Series)}
        >
          {(Object.keys(names) as Series[]).map((one) => (
            <option key={one} value={one}>
              {names[one]}
            </option>
          ))}
        </select>
      </label>
      <div className="mt-5">
        <Chart
          title={names[series]}
          spans={spans(hours, series)}
          formatSpan={formatSpan}
          formatValue={formatValue}
        />
      </div>
    </section>
  );
}

function Funnel({ insight }: { insight: Insight }) {
  const { t, i18n } = useLingui();
  const names = {
    views: t`Page views`,
    begun: t`Orders begun`,
    confirmed: t`Orders confirmed`,
    abandoned: t`Orders abandoned`,
  } satisfies Record<FunnelStep['key'], string>;
  const steps = funnel(insight);
  const most = Math.max(1, ...steps.map(({ count }) => count));
  return (
    <section aria-labelledby="funnel" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="funnel" className="text-xl font-bold">
        <Trans>From a look to a ticket</Trans>
      </h2>
      <ul className="mt-4 flex flex-col gap-4">
        {steps.map(({ key, count, percent }) => (
          <li key={key}>
            <p className="flex items-baseline justify-between gap-3">
              <span>{names[key]}</span>
              <span className="tabular-nums">
                <span className="font-semibold">{i18n.number(count)}</span>
                {percent !== null && <span className="text-muted"> · {percent} %</span>}
              </span>
            </p>
            <p className="mt-1.5 flex">
              <Bar percent={(100 * count) / most} />
            </p>
          </li>
        ))}
      </ul>
      <p className="mt-4 text-sm text-muted">
        <Trans>Views are counted without recognising anybody: no cookie, no address.</Trans>
      </p>
    </section>
  );
}

function ByType({ insight }: { insight: Insight }) {
  const { i18n } = useLingui();
  return (
    <section
      aria-labelledby="types"
      className="overflow-x-auto rounded-3xl border border-line bg-surface p-5 sm:p-6"
    >
      <h2 id="types" className="text-xl font-bold">
        <Trans>By ticket type</Trans>
      </h2>
      <table className="mt-3 w-full tabular-nums">
        <thead>
          <tr className="border-b border-line text-sm text-muted [&>th]:px-2 [&>th]:py-2 [&>th]:text-end [&>th]:font-medium">
            <th scope="col" className="text-start!">
              <Trans>Tickets</Trans>
            </th>
            <th scope="col">
              <Trans>Sold</Trans>
            </th>
            <th scope="col">
              <Trans>Held</Trans>
            </th>
            <th scope="col">
              <Trans>Checked in</Trans>
            </th>
            <th scope="col">
              <Trans>Revenue</Trans>
            </th>
          </tr>
        </thead>
        <tbody className="[&_td]:px-2 [&_td]:py-2 [&_td]:text-end [&_th]:px-2 [&_th]:py-2">
          {insight.by_ticket_type.map((type) => (
            <tr key={type.ticket_type_id} className="border-b border-line">
              <th scope="row" className="text-start font-medium">
                <bdi>{type.name}</bdi>
              </th>
              <td>
                {i18n.number(type.sold)}
                {type.capacity !== null && (
                  <span className="text-muted"> / {i18n.number(type.capacity)}</span>
                )}
              </td>
              <td>{i18n.number(type.held)}</td>
              <td>{i18n.number(type.checked_in)}</td>
              <td>{formatMoney(type.revenue)}</td>
            </tr>
          ))}
          <tr className="font-semibold">
            <th scope="row" className="text-start">
              <Trans>All</Trans>
            </th>
            <td>{i18n.number(insight.sold)}</td>
            <td>{i18n.number(insight.held)}</td>
            <td>{i18n.number(insight.total.checked_in)}</td>
            <td>{insight.revenue ? formatMoney(insight.revenue) : '–'}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'event';
