import { Trans, useLingui } from '@lingui/react/macro';
import { useLocation } from 'react-router-dom';
import { formatSpan, zoneCity } from '@/lib/time';
import { LiveIndicator } from '@/live/LiveIndicator';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { DeskActions } from '../components/DeskActions';
import { EventStatusBadge } from '../components/EventStatusBadge';
import { MessageComposer } from '../components/MessageComposer';
import { PromoCodes } from '../components/PromoCodes';
import { Questions } from '../components/Questions';
import { RecentActivity } from '../components/RecentActivity';
import { SalesFigures } from '../components/SalesFigures';
import { TicketTypeTable } from '../components/TicketTypeTable';
import { useDesk } from '../queries';

/** Everything about one event, live, on one page. */
export function DeskPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const { event, sales, types, recent } = useDesk(eventId);
  const incomplete = (useLocation().state as { incomplete?: string } | null)?.incomplete;
  if (!event) return <DeskSkeleton />;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <EventStatusBadge status={event.status} />
        <LiveIndicator />
      </div>
      <PageHeading title={event.title} className="mt-3">
        <bdi>{event.title}</bdi>
      </PageHeading>
      <p className="mt-2 text-muted">
        {formatSpan(event)} ({zoneCity(event.time_zone)})
        {event.venue && (
          <>
            {' · '}
            <bdi>{event.venue.name}</bdi>
          </>
        )}
      </p>
      <div className="mt-6">
        <DeskActions event={event} hasTickets={types === undefined || types.items.length > 0} />
      </div>
      {incomplete !== undefined && (
        <div className="mt-6">
          <Notice tone="warn" isAlert title={t`The event is saved as a draft, but it is not complete.`}>
            {incomplete} <Trans>Put that right below, then publish.</Trans>
          </Notice>
        </div>
      )}
      <div className="mt-8">
        {sales ? <SalesFigures sales={sales} /> : <Skeleton className="h-32 rounded-3xl" />}
      </div>
      <div className="mt-8 grid grid-cols-[minmax(0,1fr)] items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex flex-col gap-8">
          <TicketTypeTable event={event} types={types?.items} sales={sales} />
          <PromoCodes event={event} types={types?.items ?? []} />
          <Questions eventId={eventId} types={types?.items ?? []} />
          {event.status !== 'draft' && <MessageComposer eventId={eventId} />}
        </div>
        <RecentActivity entries={recent} />
      </div>
    </>
  );
}

function DeskSkeleton() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-6 w-32" />
      <Skeleton className="mt-3 h-11 w-2/3" />
      <Skeleton className="mt-6 h-11 w-80" />
      <Skeleton className="mt-8 h-32 rounded-3xl" />
      <Skeleton className="mt-8 h-80 rounded-3xl" />
    </div>
  );
}
