import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  getListNotificationsQueryKey,
  listNotifications,
  readNotification,
  useListNotifications,
} from '@/api/generated';
import type { Notification, NotificationList } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { useUser } from '@/api/session';
import { markRead, withOlder } from './model';

const key = getListNotificationsQueryKey();

export function useNotifications() {
  const user = useUser();
  return useListNotifications(undefined, { query: { enabled: user !== undefined } });
}

/** Adds the next page below what is shown, in the one list that the live feed keeps fresh. */
export function useOlderNotifications() {
  const client = useQueryClient();
  return useMutation<NotificationList, ApiProblem, string>({
    mutationFn: (cursor) => listNotifications({ cursor }),
    onSuccess: (older) =>
      client.setQueryData<NotificationList>(key, (page) => (page ? withOlder(page, older) : older)),
  });
}

/** Shown as read at once: the worst a failure can do is to show it as new again. */
export function useReadNotifications() {
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, Notification[], { before?: NotificationList }>({
    mutationFn: (notifications) => Promise.all(notifications.map(({ id }) => readNotification(id))),
    onMutate: async (notifications) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData<NotificationList>(key);
      client.setQueryData<NotificationList>(
        key,
        (page) =>
          page &&
          markRead(
            page,
            notifications.map(({ id }) => id),
            new Date().toISOString(),
          ),
      );
      return { before };
    },
    onError: (_problem, _notifications, context) => client.setQueryData(key, context?.before),
  });
}
