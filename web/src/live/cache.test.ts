import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test } from 'vitest';
import {
  getGetEventQueryKey,
  getListNotificationsQueryKey,
  getListTicketTypesQueryKey,
} from '@/api/generated';
import type { Event, Notification, NotificationList, TicketTypeList } from '@/api/generated/model';
import { makeWorld } from '@/test/world';
import { applyToCache, recentKey } from './cache';
import type { DeskEntry } from './messages';

let client: QueryClient;
const { event, standing, community, db } = makeWorld();
const topic = `event:${event.id}` as const;

beforeEach(() => {
  client = new QueryClient();
});

test('a change of one ticket type leaves the other ones standing', () => {
  const data = { event, ticket_types: [standing, community], event_available: 50, waitlist: null };
  applyToCache(client, { type: 'snapshot', topic, sequence: '1', data });
  const fewer = { ...standing, available: 3 };
  applyToCache(client, { type: 'delta', topic, sequence: '2', data: { ticket_types: [fewer] } });
  expect(client.getQueryData<TicketTypeList>(getListTicketTypesQueryKey(event.id))).toMatchObject({
    items: [{ id: standing.id, available: 3 }, { id: community.id }],
    event_available: 50,
    waitlist: null,
  });
});

test('an older version of the event does not undo a newer one', () => {
  client.setQueryData<Event>(getGetEventQueryKey(event.id), { ...event, title: 'Newer', version: 9 });
  applyToCache(client, { type: 'delta', topic, sequence: '3', data: { event: { ...event, version: 8 } } });
  expect(client.getQueryData<Event>(getGetEventQueryKey(event.id))?.title).toBe('Newer');
});

test('the desk shows each entry once, newest first, however often it arrives', () => {
  const entry = (id: string, at: string): DeskEntry => ({
    id,
    at,
    kind: 'order_confirmed',
    order_id: null,
    ticket_id: null,
    quantity: 1,
    buyer_name: id,
    amount: null,
  });
  const sales = db.sales(event.id);
  const desk = `desk:${event.id}` as const;
  const first = entry('a', '2027-07-04T18:00:00Z');
  const second = entry('b', '2027-07-04T18:00:01Z');
  applyToCache(client, { type: 'snapshot', topic: desk, sequence: '1', data: { sales, recent: [first] } });
  for (const sequence of ['2', '2']) {
    applyToCache(client, { type: 'delta', topic: desk, sequence, data: { sales, entry: second } });
  }
  expect(client.getQueryData<DeskEntry[]>(recentKey(event.id))?.map(({ id }) => id)).toEqual(['b', 'a']);
});

test('a notification that was read elsewhere becomes read here', () => {
  const notification: Notification = {
    id: 'ntf_1',
    user_id: 'usr_1',
    event_id: null,
    kind: 'announcement',
    message: 'Doors open early',
    timestamp: '2027-07-04T18:00:00Z',
    read_at: null,
  };
  applyToCache(client, {
    type: 'snapshot',
    topic: 'me',
    sequence: '1',
    data: { notifications: [notification], unread: 1 },
  });
  const read = { ...notification, read_at: '2027-07-04T18:05:00Z' };
  applyToCache(client, {
    type: 'delta',
    topic: 'me',
    sequence: '2',
    data: { notification: read, unread: 0 },
  });
  expect(client.getQueryData<NotificationList>(getListNotificationsQueryKey())).toMatchObject({
    unread: 0,
    items: [{ id: 'ntf_1', read_at: '2027-07-04T18:05:00Z' }],
  });
});
