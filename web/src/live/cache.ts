import type { QueryClient } from '@tanstack/react-query';
import {
  getGetEventQueryKey,
  getGetSalesQueryKey,
  getListNotificationsQueryKey,
  getListTicketTypesQueryKey,
} from '@/api/generated';
import type { Event, Notification, NotificationList, TicketTypeList } from '@/api/generated/model';
import type {
  DeskDelta,
  DeskEntry,
  DeskSnapshot,
  EventFeed,
  FeedMessage,
  MeDelta,
  MeSnapshot,
  Topic,
} from './messages';

const RECENT_KEPT = 50;

/** No call answers with these: they exist only in the live feed. */
export const recentKey = (eventId: string) => ['desk', eventId, 'recent'] as const;

/** Puts what the line said where the screens already look. Values are absolute, so twice does no harm. */
export function applyToCache(client: QueryClient, message: FeedMessage): void {
  const [kind, id = ''] = message.topic.split(':');
  if (kind === 'event') applyEvent(client, id, message.data as Partial<EventFeed>);
  else if (kind === 'desk') applyDesk(client, id, message.data as DeskSnapshot | DeskDelta);
  else applyMe(client, message.data as MeSnapshot | MeDelta);
}

/** What to ask again by ordinary calls while the line is down. */
export function keysOf(topic: Topic): readonly (readonly unknown[])[] {
  const [kind, id = ''] = topic.split(':');
  if (kind === 'event') return [getGetEventQueryKey(id), getListTicketTypesQueryKey(id)];
  if (kind === 'desk') return [getGetSalesQueryKey(id)];
  return [getListNotificationsQueryKey()];
}

function applyEvent(client: QueryClient, id: string, data: Partial<EventFeed>) {
  const { event, ticket_types, event_available, waitlist } = data;
  if (event) {
    client.setQueryData<Event>(getGetEventQueryKey(id), (old) =>
      old && old.version > event.version ? old : event,
    );
  }
  if (!ticket_types && event_available === undefined && waitlist === undefined) return;
  client.setQueryData<TicketTypeList>(getListTicketTypesQueryKey(id), (old) => ({
    items: mergeById(old?.items ?? [], ticket_types ?? []),
    next_cursor: null,
    event_available: event_available === undefined ? (old?.event_available ?? null) : event_available,
    waitlist: waitlist === undefined ? (old?.waitlist ?? null) : waitlist,
  }));
}

function applyDesk(client: QueryClient, id: string, data: DeskSnapshot | DeskDelta) {
  client.setQueryData(getGetSalesQueryKey(id), data.sales);
  const news = 'recent' in data ? data.recent : data.entry ? [data.entry] : [];
  client.setQueryData<DeskEntry[]>(recentKey(id), (old = []) =>
    newestFirst(old, news, ({ at }) => at).slice(0, RECENT_KEPT),
  );
}

function applyMe(client: QueryClient, data: MeSnapshot | MeDelta) {
  const news = 'notifications' in data ? data.notifications : [data.notification];
  client.setQueryData<NotificationList>(getListNotificationsQueryKey(), (old) => ({
    items: newestFirst<Notification>(old?.items ?? [], news, ({ timestamp }) => timestamp),
    next_cursor: old?.next_cursor ?? null,
    unread: data.unread,
  }));
}

function mergeById<T extends { id: string }>(old: T[], news: T[]): T[] {
  const byId = new Map(old.map((item) => [item.id, item]));
  for (const item of news) byId.set(item.id, item);
  return [...byId.values()];
}

function newestFirst<T extends { id: string }>(old: T[], news: T[], at: (item: T) => string): T[] {
  return mergeById(old, news).sort((a, b) => Date.parse(at(b)) - Date.parse(at(a)));
}
