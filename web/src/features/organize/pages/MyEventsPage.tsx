import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { CalendarPlus, Plus } from 'lucide-react';
import { Link } from 'react-router-dom';
import type { Event, Organizer } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { formatDay, formatTime } from '@/lib/time';
import { Button, LinkButton } from '@/ui/Button';
import { DateBlock } from '@/ui/DateBlock';
import { EmptyState } from '@/ui/EmptyState';
import { PageHeading } from '@/ui/Heading';
import { Skeleton } from '@/ui/Skeleton';
import { EventStatusBadge } from '../components/EventStatusBadge';
import { useOrganizerEvents, useOrganizers } from '../queries';

export function MyEventsPage() {
  const { t } = useLingui();
  const organizers = useOrganizers();
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <PageHeading title={t`Your events`} />
        {organizers && organizers.length > 0 && (
          <LinkButton to={paths.newEvent()} icon={<Plus aria-hidden className="size-5" />}>
            <Trans>New event</Trans>
          </LinkButton>
        )}
      </div>
      <div className="mt-8 flex flex-col gap-12">
        {!organizers && <ListSkeleton />}
        {organizers?.length === 0 && <FirstEvent />}
        {organizers?.map((organizer) => (
          <OrganizerEvents key={organizer.id} organizer={organizer} />
        ))}
      </div>
    </>
  );
}

function FirstEvent() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<CalendarPlus aria-hidden className="size-7" />}
      title={t`Run your first event`}
      action={
        <LinkButton to={paths.newEvent()}>
          <Trans>Create an event</Trans>
        </LinkButton>
      }
    >
      <Trans>Title, time, place and tickets: one screen, about a minute.</Trans>
    </EmptyState>
  );
}

function OrganizerEvents({ organizer }: { organizer: Organizer }) {
  const events = useOrganizerEvents(organizer.id);
  return (
    <section aria-labelledby={organizer.id}>
      <h2 id={organizer.id} className="mb-4 text-lg font-semibold text-muted">
        <bdi>{organizer.name}</bdi>
      </h2>
      {events.isPending && <ListSkeleton />}
      {events.data?.length === 0 && <FirstEvent />}
      {events.data && events.data.length > 0 && (
        <ul className="overflow-hidden rounded-3xl border border-line bg-surface">
          {events.data.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      {events.hasNextPage && (
        <Button
          look="secondary"
          className="mt-6"
          isPending={events.isFetchingNextPage}
          onPress={() => void events.fetchNextPage()}
        >
          <Trans>Show more events</Trans>
        </Button>
      )}
    </section>
  );
}

function EventRow({ event }: { event: Event }) {
  return (
    <li className="relative flex items-center gap-4 border-b border-line p-4 last:border-0 hover:bg-sunken sm:p-5">
      <DateBlock at={event.starts_at} zone={event.time_zone} className="shrink-0 border border-line" />
      <div className="min-w-0 flex-1">
        <h3 className="text-lg font-bold">
          <Link to={paths.desk(event.id)} className="after:absolute after:inset-0">
            <bdi>{event.title}</bdi>
          </Link>
        </h3>
        <p className="text-[0.9375rem] text-muted">
          {formatDay(event.starts_at, event.time_zone)}, {formatTime(event.starts_at, event.time_zone)}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-2 text-[0.9375rem] text-muted">
          <span className="sm:hidden">
            <EventStatusBadge status={event.status} />
          </span>
          <Plural value={event.registered_users} one="# attendee" other="# attendees" />
        </p>
      </div>
      <div className="hidden sm:block">
        <EventStatusBadge status={event.status} />
      </div>
    </li>
  );
}

function ListSkeleton() {
  return <Skeleton className="h-72 rounded-3xl" />;
}
