import { Trans, useLingui } from '@lingui/react/macro';
import { Ticket as TicketIcon } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { Event, Ticket } from '@/api/generated/model';
import { useSession } from '@/api/session';
import { paths } from '@/lib/paths';
import { formatSpan } from '@/lib/time';
import { Button, LinkButton } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { MyWaitlist } from '../components/MyWaitlist';
import { TicketDeck } from '../components/TicketDeck';
import { guestOrders } from '../guestOrders';
import { ticketsByEvent } from '../model';
import { useEventsById, useMyTickets, useRememberedOrders } from '../queries';
import { useMyEntries } from '../waitlist';

/** The account's tickets, and those bought as a guest on this device. */
export function MyTicketsPage() {
  const { t } = useLingui();
  const session = useSession();
  const [orderIds] = useState(() => guestOrders().map(({ id }) => id));
  const mine = useMyTickets();
  const remembered = useRememberedOrders(orderIds);
  const tickets = [...(mine.data ?? []), ...remembered.tickets];
  const entries = useMyEntries();
  const events = useEventsById([...new Set([...tickets, ...entries].map(({ event_id }) => event_id))]);
  const groups = ticketsByEvent(tickets, events);
  const isPending =
    session.status === 'starting' ||
    (session.status === 'signed-in' && mine.isPending) ||
    remembered.isPending;

  return (
    <>
      <PageHeading title={t`My tickets`} />
      <div className="mt-8 flex flex-col gap-14">
        {mine.isError && (
          <Notice
            tone="warn"
            title={t`The tickets of your account could not be loaded.`}
            action={
              <Button look="secondary" onPress={() => void mine.refetch()}>
                <Trans>Try again</Trans>
              </Button>
            }
          />
        )}
        <MyWaitlist entries={entries} events={events} />
        {groups.map(({ eventId, event, tickets }) => (
          <EventTickets key={eventId} eventId={eventId} event={event} tickets={tickets} />
        ))}
        {mine.hasNextPage && (
          <Button
            look="secondary"
            isPending={mine.isFetchingNextPage}
            onPress={() => void mine.fetchNextPage()}
          >
            <Trans>Show more tickets</Trans>
          </Button>
        )}
        {isPending && groups.length === 0 && (
          <Skeleton className="h-[34rem] w-[min(100%,22rem)] rounded-3xl" />
        )}
        {!isPending && groups.length === 0 && entries.length === 0 && (
          <NoTickets isSignedIn={session.status === 'signed-in'} />
        )}
      </div>
    </>
  );
}

function EventTickets({ eventId, event, tickets }: { eventId: string; event?: Event; tickets: Ticket[] }) {
  return (
    <section aria-labelledby={eventId}>
      <h2 id={eventId} className="text-2xl font-bold">
        <Link to={paths.event(eventId)} className="hover:text-accent">
          <bdi>{event?.title ?? <Trans>Event</Trans>}</bdi>
        </Link>
      </h2>
      {event && (
        <p className="mt-1 text-muted">
          {formatSpan(event)}
          {event.venue && (
            <>
              {' · '}
              <bdi>{event.venue.name}</bdi>
            </>
          )}
        </p>
      )}
      {event?.status === 'cancelled' && (
        <p className="mt-1 font-semibold text-danger">
          <Trans>This event is cancelled.</Trans>
        </p>
      )}
      <div className="mt-5">
        <TicketDeck tickets={tickets} event={event} />
      </div>
    </section>
  );
}

function NoTickets({ isSignedIn }: { isSignedIn: boolean }) {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<TicketIcon aria-hidden className="size-7" />}
      title={t`No tickets yet`}
      action={
        <>
          <LinkButton to={paths.discover()}>
            <Trans>Find an event</Trans>
          </LinkButton>
          {!isSignedIn && (
            <LinkButton look="secondary" to={paths.logIn(paths.tickets())}>
              <Trans>Log in</Trans>
            </LinkButton>
          )}
        </>
      }
    >
      {isSignedIn ? (
        <Trans>Whatever you book shows up here at once.</Trans>
      ) : (
        <Trans>Tickets you buy on this device show up here. Log in to see those of your account.</Trans>
      )}
    </EmptyState>
  );
}
