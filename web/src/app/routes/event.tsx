import { useParams } from 'react-router-dom';
import { EventPage } from '@/features/events/pages/EventPage';
import { TicketPurchase } from '@/features/ticketing/components/TicketPurchase';

export function Component() {
  const { eventId = '' } = useParams();
  return <EventPage key={eventId} eventId={eventId} purchase={(event) => <TicketPurchase event={event} />} />;
}
