import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import {
  Button,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';

// React Aria still exports toasts under unstable names: they are imported here and nowhere else.
interface News {
  title: string;
  detail?: string;
}

const queue = new ToastQueue<News>({ maxVisibleToasts: 2 });

/** Toasts are for news only. What a person must act on stands beside its cause. */
export function showToast(news: News): void {
  queue.add(news, { timeout: 8_000 });
}

export function Toasts() {
  const { t } = useLingui();
  return (
    <ToastRegion
      queue={queue}
      aria-label={t`News`}
      className="fixed inset-x-4 top-20 z-50 flex flex-col items-end gap-3 outline-none sm:start-auto sm:end-6"
    >
      {({ toast }) => (
        <Toast
          toast={toast}
          className="flex w-full items-start gap-3 rounded-2xl border border-line bg-surface p-4 shadow-xl sm:w-96"
        >
          <ToastContent className="min-w-0 flex-1">
            <Text slot="title" className="block font-semibold">
              {toast.content.title}
            </Text>
            {toast.content.detail && (
              <Text slot="description" className="mt-0.5 line-clamp-3 block text-[0.9375rem] text-muted">
                {toast.content.detail}
              </Text>
            )}
          </ToastContent>
          <Button
            slot="close"
            aria-label={t`Close`}
            className="-m-2 grid size-11 shrink-0 cursor-pointer place-items-center rounded-full hover:bg-sunken"
          >
            <X aria-hidden className="size-5" />
          </Button>
        </Toast>
      )}
    </ToastRegion>
  );
}
