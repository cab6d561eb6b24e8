import { HttpResponse, http } from 'msw';
import type { Notification, NotificationList, Notified } from '../src/api/generated/model';
import { type Db, newId } from './db';
import { problem } from './problem';

export function engagementHandlers(db: Db) {
  return [
    http.post<never, { event_id: string; message: string }>('*/api/notify', async ({ request }) => {
      const { event_id, message } = await request.json();
      const people = new Set(
        db.tickets.filter((ticket) => ticket.event_id === event_id).map(({ user_id }) => user_id),
      );
      people.delete(null);
      for (const id of people) db.tell(id ?? '', event_id, 'announcement', message);
      return HttpResponse.json<Notified>({ id: newId('ann'), recipients: people.size }, { status: 202 });
    }),
    http.get('*/api/notifications', ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      if (!user) return problem('unauthenticated', 401);
      const items = db.notifications.filter(({ user_id }) => user_id === user.id);
      return HttpResponse.json<NotificationList>({
        items,
        next_cursor: null,
        unread: items.filter(({ read_at }) => read_at === null).length,
      });
    }),
    http.post('*/api/notifications/:id/read', ({ params }) => {
      const notification = db.notifications.find(({ id }) => id === params.id);
      if (!notification) return problem('not-found', 404);
      notification.read_at ??= new Date().toISOString();
      return HttpResponse.json<Notification>(notification);
    }),
  ];
}
