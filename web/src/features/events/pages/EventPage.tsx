import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Event } from '@/api/generated/model';
import { Badge } from '@/ui/Badge';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Poster } from '@/ui/Poster';
import { Skeleton } from '@/ui/Skeleton';
import { EventFacts } from '../components/EventFacts';
import { useLiveEvent } from '../queries';

interface EventPageProps {
  eventId: string;
  /** The app puts the purchase here: it is another feature's. */
  purchase: (event: Event) => ReactNode;
}

export function EventPage({ eventId, purchase }: EventPageProps) {
  const { data: event } = useLiveEvent(eventId);
  if (!event) return <EventPageSkeleton />;
  return (
    <article className="lg:grid lg:grid-cols-[minmax(0,1fr)_26rem] lg:gap-12">
      <div>
        <Poster seed={event.id} className="h-36 w-full rounded-3xl sm:h-72" />
        <PageHeading title={event.title} className="mt-6 text-3xl sm:mt-8 sm:text-5xl">
          <bdi>{event.title}</bdi>
        </PageHeading>
        <div className="mt-8">
          <EventFacts event={event} />
        </div>
        {event.description && (
          <section className="mt-10 hidden lg:block">
            <Description text={event.description} />
          </section>
        )}
      </div>
      <aside className="mt-10 lg:mt-0">
        <div className="lg:sticky lg:top-24">
          <StatusNotice event={event} />
          {(event.status === 'published' || event.status === 'draft') && purchase(event)}
        </div>
      </aside>
      {event.description && (
        <section className="mt-10 lg:hidden">
          <Description text={event.description} />
        </section>
      )}
    </article>
  );
}

function Description({ text }: { text: string }) {
  return (
    <>
      <h2 className="text-2xl font-bold">
        <Trans>About</Trans>
      </h2>
      <p className="mt-3 max-w-prose text-lg leading-relaxed whitespace-pre-line">
        <bdi>{text}</bdi>
      </p>
    </>
  );
}

function StatusNotice({ event }: { event: Event }) {
  const { t } = useLingui();
  switch (event.status) {
    case 'published':
      return null;
    case 'cancelled':
      return (
        <Notice tone="danger" title={t`This event is cancelled.`}>
          <Trans>No tickets are sold. Everyone who has one has been told.</Trans>
        </Notice>
      );
    case 'ended':
      return <Notice title={t`This event is over.`} />;
    case 'draft':
      return (
        <p className="mb-4 flex items-center gap-3 text-muted">
          <Badge tone="warn">
            <Trans>Draft</Trans>
          </Badge>
          <Trans>Only you and your team see this page.</Trans>
        </p>
      );
    default:
      return event.status satisfies never;
  }
}

function EventPageSkeleton() {
  return (
    <div aria-busy="true" className="lg:grid lg:grid-cols-[minmax(0,1fr)_26rem] lg:gap-12">
      <div>
        <Skeleton className="h-36 w-full rounded-3xl sm:h-72" />
        <Skeleton className="mt-6 h-9 w-3/4 sm:mt-8 sm:h-12" />
        <Skeleton className="mt-8 h-16 w-2/3" />
        <Skeleton className="mt-5 h-16 w-1/2" />
      </div>
      <Skeleton className="mt-10 h-96 rounded-3xl lg:mt-0" />
    </div>
  );
}
