import { lazy, Suspense, useEffect, useState } from 'react';
import type { Event, Ticket } from '@/api/generated/model';
import { TicketCard } from './TicketCard';

const loadFullScreen = () => import('./TicketFullScreen');
const TicketFullScreen = lazy(() =>
  loadFullScreen().then((module) => ({ default: module.TicketFullScreen })),
);

/** Tickets side by side, swiped on a phone as one leafs through paper ones. */
export function TicketDeck({ tickets, event }: { tickets: Ticket[]; event?: Event }) {
  const [open, setOpen] = useState<Ticket>();
  // Fetched after the tickets are on screen, so that it is there when the network at the venue is not.
  useEffect(() => void loadFullScreen().catch(() => undefined), []);
  return (
    <>
      <ul className="-mx-4 flex snap-x snap-mandatory gap-4 overflow-x-auto px-4 pb-2 sm:mx-0 sm:px-0">
        {tickets.map((ticket, index) => (
          <li key={ticket.id} className="w-[min(100%,22rem)] shrink-0 snap-center">
            <TicketCard
              ticket={ticket}
              event={event}
              position={tickets.length > 1 ? { index, of: tickets.length } : undefined}
              onOpen={() => setOpen(ticket)}
            />
          </li>
        ))}
      </ul>
      <Suspense>
        {open && <TicketFullScreen ticket={open} event={event} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </>
  );
}
