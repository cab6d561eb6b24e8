import type { NotificationList } from '@/api/generated/model';

export function markRead(page: NotificationList, ids: string[], at: string): NotificationList {
  const fresh = page.items.filter((item) => ids.includes(item.id) && item.read_at === null).length;
  return {
    ...page,
    unread: Math.max(0, page.unread - fresh),
    items: page.items.map((item) =>
      ids.includes(item.id) ? { ...item, read_at: item.read_at ?? at } : item,
    ),
  };
}

export function withOlder(page: NotificationList, older: NotificationList): NotificationList {
  const known = new Set(page.items.map(({ id }) => id));
  return {
    ...page,
    next_cursor: older.next_cursor,
    items: [...page.items, ...older.items.filter(({ id }) => !known.has(id))],
  };
}
