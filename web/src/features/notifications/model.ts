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
