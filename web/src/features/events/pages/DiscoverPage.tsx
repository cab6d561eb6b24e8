import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { PageHeading } from '@/ui/Heading';
import { EventFilters } from '../components/EventFilters';
import { EventList } from '../components/EventList';
import { searchFromUrl } from '../model';

export function DiscoverPage() {
  const { t } = useLingui();
  const [params, setParams] = useSearchParams();
  const search = useMemo(() => searchFromUrl(params), [params]);
  const change = useCallback(
    (fields: Record<string, string>) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(fields)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  const filtered = ['q', 'from', 'to'].some((name) => params.get(name));

  return (
    <>
      <PageHeading title={t`Discover events`} className="max-w-3xl text-4xl tracking-[-0.035em] sm:text-6xl">
        <Trans>Worth showing up for.</Trans>
      </PageHeading>
      <p className="mt-4 max-w-xl text-lg text-muted">
        <Trans>Find an event, get your ticket, be there. What you see is what is left, right now.</Trans>
      </p>
      <div className="mt-8 mb-10 sm:mt-10 sm:mb-12">
        <EventFilters params={params} onChange={change} />
      </div>
      <EventList search={search} onClear={filtered ? () => change({ q: '', from: '', to: '' }) : undefined} />
    </>
  );
}
