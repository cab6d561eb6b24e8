import { Trans, useLingui } from '@lingui/react/macro';
import { ChartColumn, DoorOpen, ExternalLink, ListOrdered, Pencil, ScanLine } from 'lucide-react';
import { useState } from 'react';
import type { Event } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { Button, LinkButton } from '@/ui/Button';
import { CopyButton } from '@/ui/CopyButton';
import { ConfirmDialog } from '@/ui/Dialog';
import { useEventActions } from '../queries';
import { EditEventDialog } from './EditEventDialog';
import { ProblemNotice } from './ProblemNotice';

type Open = 'publish' | 'cancel' | 'edit';

export function DeskActions({ event, hasTickets }: { event: Event; hasTickets: boolean }) {
  const { t } = useLingui();
  const [open, setOpen] = useState<Open>();
  const { publish, cancel } = useEventActions(event.id);
  const close = () => setOpen(undefined);
  const problem = publish.error ?? cancel.error;
  const isOver = event.status === 'cancelled' || event.status === 'ended';

  return (
    <>
      <div className="flex flex-wrap gap-3">
        {event.status === 'draft' && (
          <Button onPress={() => setOpen('publish')}>
            <Trans>Publish…</Trans>
          </Button>
        )}
        {event.status === 'published' && (
          <LinkButton to={paths.door(event.id)} icon={<DoorOpen aria-hidden className="size-5" />}>
            <Trans>Open the door</Trans>
          </LinkButton>
        )}
        <LinkButton
          look="secondary"
          to={paths.checkIn(event.id)}
          icon={<ScanLine aria-hidden className="size-5" />}
        >
          <Trans>Check-in</Trans>
        </LinkButton>
        {!isOver && (
          <Button
            look="secondary"
            icon={<Pencil aria-hidden className="size-5" />}
            onPress={() => setOpen('edit')}
          >
            <Trans>Edit details</Trans>
          </Button>
        )}
        <LinkButton
          look="secondary"
          to={paths.event(event.id)}
          icon={<ExternalLink aria-hidden className="size-5" />}
        >
          <Trans>See the page</Trans>
        </LinkButton>
        {event.status !== 'draft' && (
          <>
            <LinkButton
              look="secondary"
              to={paths.insight(event.id)}
              icon={<ChartColumn aria-hidden className="size-5" />}
            >
              <Trans>Insight and export</Trans>
            </LinkButton>
            <LinkButton
              look="secondary"
              to={paths.waitlist(event.id)}
              icon={<ListOrdered aria-hidden className="size-5" />}
            >
              <Trans>Waitlist</Trans>
            </LinkButton>
          </>
        )}
        <CopyButton text={location.origin + paths.event(event.id)} label={t`Copy link`} />
        {event.status === 'published' && (
          <Button look="quiet-danger" onPress={() => setOpen('cancel')}>
            <Trans>Cancel the event…</Trans>
          </Button>
        )}
      </div>
      {problem && (
        <div className="mt-4">
          <ProblemNotice problem={problem} />
        </div>
      )}
      <ConfirmDialog
        title={t`Publish this event?`}
        isOpen={open === 'publish'}
        onClose={close}
        onConfirm={() => publish.mutate(undefined, { onSettled: close })}
        confirmLabel={t`Publish now`}
        cancelLabel={t`Not yet`}
        isPending={publish.isPending}
      >
        {hasTickets ? (
          <Trans>It appears on the discover page at once, and anyone can get tickets.</Trans>
        ) : (
          <Trans>
            It appears on the discover page at once. There are no tickets to get yet: add some first?
          </Trans>
        )}
      </ConfirmDialog>
      <ConfirmDialog
        title={t`Cancel this event?`}
        isOpen={open === 'cancel'}
        onClose={close}
        onConfirm={() => cancel.mutate(undefined, { onSettled: close })}
        confirmLabel={t`Cancel the event`}
        cancelLabel={t`Keep it`}
        isPending={cancel.isPending}
        isDanger
      >
        <Trans>Sales stop at once and everyone with a ticket is told. This cannot be undone.</Trans>
      </ConfirmDialog>
      {open === 'edit' && <EditEventDialog eventId={event.id} onClose={close} />}
    </>
  );
}
