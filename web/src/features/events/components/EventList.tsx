import { Trans, useLingui } from '@lingui/react/macro';
import { CalendarSearch } from 'lucide-react';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import type { EventSearch } from '../model';
import { useEventSearch } from '../queries';
import { EventCard } from './EventCard';

interface EventListProps {
  search: EventSearch;
  onClear?: () => void;
}

const grid = 'grid gap-x-6 gap-y-12 sm:grid-cols-2 lg:grid-cols-3';

export function EventList({ search, onClear }: EventListProps) {
  const { t } = useLingui();
  const events = useEventSearch(search);

  if (events.isPending) return <EventListSkeleton />;
  if (events.isError && !events.data) {
    return (
      <Notice
        tone="warn"
        isAlert
        title={t`The list could not be loaded.`}
        action={
          <Button look="secondary" onPress={() => void events.refetch()}>
            <Trans>Try again</Trans>
          </Button>
        }
      >
        {events.error.requestId}
      </Notice>
    );
  }
  if (events.data.length === 0 && !events.hasNextPage) return <NothingFound onClear={onClear} />;

  return (
    <section aria-label={t`Events`} aria-busy={events.isPlaceholderData}>
      <ul className={cx(grid, 'transition-opacity', events.isPlaceholderData && 'opacity-50')}>
        {events.data.map((event) => (
          <li key={event.id}>
            <EventCard event={event} />
          </li>
        ))}
      </ul>
      {events.hasNextPage && (
        <div className="mt-14 flex justify-center">
          <Button
            look="secondary"
            isPending={events.isFetchingNextPage}
            onPress={() => void events.fetchNextPage()}
          >
            <Trans>Show more events</Trans>
          </Button>
        </div>
      )}
    </section>
  );
}

function NothingFound({ onClear }: { onClear?: () => void }) {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<CalendarSearch aria-hidden className="size-7" />}
      title={onClear ? t`Nothing matches` : t`Nothing planned yet`}
      action={
        onClear && (
          <Button look="secondary" onPress={onClear}>
            <Trans>Show all events</Trans>
          </Button>
        )
      }
    >
      {onClear ? (
        <Trans>Try other words or other days.</Trans>
      ) : (
        <Trans>New events appear here as soon as they are published.</Trans>
      )}
    </EmptyState>
  );
}

function EventListSkeleton() {
  return (
    <div className={grid} aria-busy="true">
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <div key={key}>
          <Skeleton className="aspect-[16/10] rounded-3xl" />
          <Skeleton className="mt-4 h-7 w-3/4" />
          <Skeleton className="mt-1.5 h-5 w-1/2" />
          <Skeleton className="mt-1.5 h-5 w-1/3" />
        </div>
      ))}
    </div>
  );
}
