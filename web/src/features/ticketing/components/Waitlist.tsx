import { useState } from 'react';
import type { Event, TicketTypeList, WaitlistEntry } from '@/api/generated/model';
import type { Purchase } from '../purchase';
import { useEntryAt, waitableTypes } from '../waitlist';
import { JoinWaitlist } from './JoinWaitlist';
import { WaitlistPanel } from './WaitlistPanel';

interface WaitlistProps {
  event: Event;
  types: TicketTypeList;
  purchase: Purchase;
}

/** For who comes too late: to wait in line, to see one's place, to be offered what comes free. */
export function Waitlist({ event, types, purchase }: WaitlistProps) {
  const [joined, setJoined] = useState<WaitlistEntry>();
  const entry = useEntryAt(event.id, types, joined);
  const isOpen = entry?.state === 'waiting' || entry?.state === 'offered';
  const waitable = waitableTypes(types);
  return (
    <>
      {entry && entry.state !== 'taken' && entry.state !== 'left' && (
        <WaitlistPanel entry={entry} types={types.items} purchase={purchase} />
      )}
      {!isOpen && event.status === 'published' && waitable.length > 0 && (
        <JoinWaitlist
          eventId={event.id}
          types={waitable}
          waiting={types.waitlist?.waiting ?? 0}
          draft={purchase.draft}
          onJoined={setJoined}
        />
      )}
    </>
  );
}
