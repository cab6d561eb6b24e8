import { Trans, useLingui } from '@lingui/react/macro';
import { Expand } from 'lucide-react';
import type { Event, Ticket } from '@/api/generated/model';
import { formatMoment, formatSpan } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { QrCode } from '@/ui/QrCode';

interface TicketCardProps {
  ticket: Ticket;
  event?: Event;
  position?: { index: number; of: number };
  onOpen: () => void;
}

/** Drawn as the paper one: what it is above the perforation, what the door reads below. */
export function TicketCard({ ticket, event, position, onOpen }: TicketCardProps) {
  const { t } = useLingui();
  const isValid = ticket.status === 'valid';
  return (
    <article className="overflow-hidden rounded-3xl border border-line bg-surface">
      <header className="p-5">
        <div className="flex items-start justify-between gap-3">
          <h3 className="text-lg font-bold">
            <bdi>{event?.title ?? ticket.ticket_type_name}</bdi>
          </h3>
          <TicketStatusBadge ticket={ticket} />
        </div>
        {event && <p className="mt-1 text-[0.9375rem] text-muted">{formatSpan(event)}</p>}
        <p className="mt-3 flex justify-between gap-3 text-[0.9375rem]">
          <span>
            <span className="font-semibold">
              <bdi>{ticket.ticket_type_name}</bdi>
            </span>{' '}
            · <bdi>{ticket.attendee.name}</bdi>
          </span>
          {position && (
            <span className="text-muted">
              <Trans>
                {position.index + 1} of {position.of}
              </Trans>
            </span>
          )}
        </p>
      </header>
      <div className="relative border-t-2 border-dashed border-line">
        <span className="absolute -start-3 -top-3 size-6 rounded-full border border-line bg-bg" />
        <span className="absolute -end-3 -top-3 size-6 rounded-full border border-line bg-bg" />
      </div>
      <div className="flex flex-col items-center gap-4 p-5">
        {isValid ? (
          <QrCode
            value={ticket.code}
            label={t`Ticket code for ${ticket.attendee.name}`}
            className="w-[62mm] max-w-full min-w-[56mm] rounded-xl"
          />
        ) : (
          <p className="py-10 text-center text-muted">
            <Trans>This ticket can no longer be used.</Trans>
          </p>
        )}
        <p className="text-xs break-all text-muted select-all">{ticket.id}</p>
        {isValid && (
          <Button look="secondary" icon={<Expand aria-hidden className="size-5" />} onPress={onOpen}>
            <Trans>Show full screen</Trans>
          </Button>
        )}
      </div>
    </article>
  );
}

function TicketStatusBadge({ ticket }: { ticket: Ticket }) {
  switch (ticket.status) {
    case 'valid':
      return ticket.checked_in_at ? (
        <Badge>
          <Trans>Used {formatMoment(ticket.checked_in_at)}</Trans>
        </Badge>
      ) : (
        <Badge tone="ok">
          <Trans>Valid</Trans>
        </Badge>
      );
    case 'cancelled':
      return (
        <Badge tone="danger">
          <Trans>Cancelled</Trans>
        </Badge>
      );
    case 'transferred':
      return (
        <Badge>
          <Trans>Passed on</Trans>
        </Badge>
      );
    default:
      return ticket.status satisfies never;
  }
}
