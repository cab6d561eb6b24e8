import { Trans, useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Event, Ticket } from '@/api/generated/model';
import { IconButton } from '@/ui/Button';
import { CopyButton } from '@/ui/CopyButton';
import { QrCode } from '@/ui/QrCode';

interface TicketFullScreenProps {
  ticket: Ticket;
  event?: Event;
  onClose: () => void;
}

/** For the scanner at the door: white in every theme, as large as the screen allows, and the screen stays on. */
export function TicketFullScreen({ ticket, event, onClose }: TicketFullScreenProps) {
  const { t } = useLingui();
  useEffect(() => {
    const lock = navigator.wakeLock?.request('screen').catch(() => undefined);
    return () => void lock?.then((held) => held?.release());
  }, []);
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} className="fixed inset-0 z-50 bg-white">
      <Modal className="size-full overflow-y-auto">
        {/* The dialog is a sheet of white paper, so it takes the light theme's colours whatever the app wears. */}
        <Dialog
          data-theme="light"
          className="flex min-h-full flex-col items-center justify-center gap-4 p-4 text-center text-ink outline-none"
        >
          <IconButton label={t`Close`} onPress={onClose} className="absolute end-3 top-3">
            <X aria-hidden className="size-7" />
          </IconButton>
          <Heading slot="title" className="px-12 text-2xl font-bold">
            <bdi>{event?.title ?? ticket.ticket_type_name}</bdi>
          </Heading>
          <p className="text-lg">
            <bdi>{ticket.ticket_type_name}</bdi> · <bdi>{ticket.attendee.name}</bdi>
          </p>
          <QrCode
            value={ticket.code}
            label={t`Ticket code for ${ticket.attendee.name}`}
            className="w-[min(92vw,62dvh)] min-w-[56mm]"
          />
          <p className="max-w-full text-sm break-all text-muted select-all">{ticket.id}</p>
          <CopyButton text={ticket.code} label={t`Copy the code`} />
          <p className="text-muted">
            <Trans>Turn the brightness up if the scanner hesitates.</Trans>
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
