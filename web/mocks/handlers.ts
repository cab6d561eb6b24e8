import type { Db } from './db';
import { engagementHandlers } from './engagement';
import { eventHandlers } from './events';
import { identityHandlers } from './identity';
import { ticketingHandlers } from './ticketing';

/** The whole API over one mocked server's memory. */
export function handlers(db: Db) {
  return [...identityHandlers(db), ...eventHandlers(db), ...ticketingHandlers(db), ...engagementHandlers(db)];
}
