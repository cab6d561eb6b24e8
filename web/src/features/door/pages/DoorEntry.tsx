import { Trans, useLingui } from '@lingui/react/macro';
import { DoorOpen } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { paths } from '@/lib/paths';
import { Button, LinkButton } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { type Pairing, pairings } from '../store';
import { usePairing } from '../usePairing';
import { PairedDoorPage } from './DoorPage';

/** A phone with a gate link goes straight to its door; without one, `children` asks who is there. */
export function DoorEntry({ eventId, children }: { eventId: string; children: ReactNode }) {
  const { t } = useLingui();
  const { state, retry, forget } = usePairing(eventId);
  switch (state.status) {
    case 'looking':
      return <Skeleton className="mx-auto h-96 max-w-2xl rounded-3xl" />;
    case 'none':
      return children;
    case 'paired':
      return <PairedDoorPage pairing={state.pairing} onForget={forget} />;
    case 'failed':
      return (
        <div className="mx-auto max-w-2xl">
          <PageHeading title={t`Door`}>{t`This phone could not be paired`}</PageHeading>
          <div className="mt-6">
            <Notice
              tone="danger"
              isAlert
              title={state.problem.message}
              action={
                <Button look="secondary" onPress={retry}>
                  <Trans>Try again</Trans>
                </Button>
              }
            >
              {state.problem.type === 'unauthenticated' ? (
                <Trans>
                  This is not a gate link that works. Ask the organizer to show it again, and scan it whole.
                </Trans>
              ) : (
                state.problem.detail
              )}
            </Notice>
          </div>
        </div>
      );
    default:
      return state satisfies never;
  }
}

/** What the app on the home screen opens with: the doors this phone is paired with. */
export function DoorsPage() {
  const { t } = useLingui();
  const [doors, setDoors] = useState<Pairing[]>();
  useEffect(() => {
    void pairings().then(setDoors);
  }, []);
  if (!doors) return <Skeleton className="mx-auto h-60 max-w-2xl rounded-3xl" />;
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeading title={t`Doors`}>{t`Doors of this phone`}</PageHeading>
      {doors.length === 0 && (
        <div className="mt-6">
          <EmptyState
            icon={<DoorOpen aria-hidden className="size-7" />}
            title={t`Not paired with a door yet`}
          >
            <Trans>
              Scan the gate link the organizer shows you with this phone’s camera. No account is needed.
            </Trans>
          </EmptyState>
        </div>
      )}
      <ul className="mt-6 flex flex-col gap-3">
        {doors.map(({ eventId, eventTitle, gate }) => (
          <li key={eventId}>
            <LinkButton to={paths.door(eventId)} className="min-h-16 w-full text-lg">
              <bdi className="truncate">
                {eventTitle} · {gate}
              </bdi>
            </LinkButton>
          </li>
        ))}
      </ul>
    </div>
  );
}
