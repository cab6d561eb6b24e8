import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, DoorOpen } from 'lucide-react';
import { useEffect } from 'react';
import { getListCheckInConflictsQueryKey, getListCheckInListsQueryKey } from '@/api/generated';
import { paths } from '@/lib/paths';
import { LiveIndicator } from '@/live/LiveIndicator';
import { LinkButton } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { Skeleton } from '@/ui/Skeleton';
import { useCheckInLists, useConflicts, useGateLinks } from '../checkIn';
import { CheckInLists } from '../components/CheckInLists';
import { Conflicts } from '../components/Conflicts';
import { GateLinks } from '../components/GateLinks';
import { useDesk } from '../queries';

/** Everything about an event's doors, live. */
export function CheckInPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const { event, types, recent } = useDesk(eventId);
  const lists = useCheckInLists(eventId);
  const links = useGateLinks(eventId);
  const conflicts = useConflicts(eventId);
  useFreshFigures(eventId, recent?.find(({ kind }) => kind !== 'order_confirmed')?.id);
  if (!event || !lists || !links) return <Skeleton className="h-96 rounded-3xl" />;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <LinkButton
          look="quiet"
          to={paths.desk(eventId)}
          icon={<ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />}
        >
          <bdi className="max-w-60 truncate">{event.title}</bdi>
        </LinkButton>
        <LiveIndicator />
      </div>
      <PageHeading title={t`Check-in: ${event.title}`} className="mt-3">
        <Trans>Check-in</Trans>
      </PageHeading>
      <div className="mt-6 flex flex-wrap gap-3">
        <LinkButton to={paths.door(eventId)} icon={<DoorOpen aria-hidden className="size-5" />}>
          <Trans>Open the door here</Trans>
        </LinkButton>
      </div>
      <div className="mt-8 flex flex-col gap-8">
        {conflicts && <Conflicts eventId={eventId} conflicts={conflicts} lists={lists} links={links} />}
        <CheckInLists event={event} lists={lists} types={types?.items ?? []} />
        <GateLinks eventId={eventId} lists={lists} links={links} />
      </div>
    </>
  );
}

/** The desk's feed says that something happened at a door; the lists say what they count now. */
function useFreshFigures(eventId: string, latest: string | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (!latest) return;
    const timer = setTimeout(() => {
      void client.invalidateQueries({ queryKey: getListCheckInListsQueryKey(eventId) });
      void client.invalidateQueries({ queryKey: getListCheckInConflictsQueryKey(eventId) });
    }, 250);
    return () => clearTimeout(timer);
  }, [client, eventId, latest]);
}
