import type { Db } from './db';
import { engagementHandlers } from './engagement';
import { eventHandlers } from './events';
import { identityHandlers } from './identity';
import { insightHandlers } from './insight';
import { ticketingHandlers } from './ticketing';
import { waitlistHandlers } from './waitlist';

/** The whole API over one mocked server's memory. */
export function handlers(db: Db) {
  return [
    ...identityHandlers(db),
    ...eventHandlers(db),
    ...ticketingHandlers(db),
    ...waitlistHandlers(db),
    ...insightHandlers(db),
    ...engagementHandlers(db),
  ];
}
