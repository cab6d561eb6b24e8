import type {
  Event,
  Money,
  Notification,
  Problem,
  Sales,
  TicketType,
  TicketTypeList,
} from '@/api/generated/model';

export type DeskEntryKind =
  | 'order_confirmed'
  | 'order_cancelled'
  | 'ticket_admitted'
  | 'ticket_exited'
  | 'admission_undone';

/** One line of the desk. Only the feed speaks of it, so the OpenAPI document does not. */
export interface DeskEntry {
  id: string;
  at: string;
  kind: DeskEntryKind;
  order_id: string | null;
  ticket_id: string | null;
  quantity: number;
  buyer_name: string;
  amount: Money | null;
}

export interface EventFeed {
  event: Event;
  ticket_types: TicketType[];
  event_available: number | null;
  waitlist: TicketTypeList['waitlist'];
}

export interface MeSnapshot {
  notifications: Notification[];
  unread: number;
}

export interface MeDelta {
  notification: Notification;
  unread: number;
}

export interface DeskSnapshot {
  sales: Sales;
  recent: DeskEntry[];
}

export interface DeskDelta {
  sales: Sales;
  entry: DeskEntry | null;
}

export type Topic = 'me' | `event:${string}` | `desk:${string}`;

interface Feed<Name extends Topic, Snapshot, Delta> {
  snapshot: { type: 'snapshot'; topic: Name; sequence: string; data: Snapshot };
  delta: { type: 'delta'; topic: Name; sequence: string; data: Delta };
}

type MeFeed = Feed<'me', MeSnapshot, MeDelta>;
type PublicFeed = Feed<`event:${string}`, EventFeed, Partial<EventFeed>>;
type DeskFeed = Feed<`desk:${string}`, DeskSnapshot, DeskDelta>;

/** What a subscriber receives: something that stands, or something that changed. */
export type FeedMessage =
  | MeFeed['snapshot' | 'delta']
  | PublicFeed['snapshot' | 'delta']
  | DeskFeed['snapshot' | 'delta'];

/** Every frame the server may send. */
export type ServerMessage =
  | FeedMessage
  | { type: 'authenticated'; user_id: string; expires_at: string }
  | { type: 'resync'; topic: Topic }
  | { type: 'error'; topic?: Topic; problem: Problem }
  | { type: 'ping'; at: string };
