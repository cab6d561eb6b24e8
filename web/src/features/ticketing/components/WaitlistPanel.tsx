import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { TicketType, WaitlistEntry } from '@/api/generated/model';
import { LiveIndicator } from '@/live/LiveIndicator';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';
import type { Purchase } from '../purchase';
import { useLeave } from '../waitlist';
import { HoldTimer } from './HoldTimer';

interface WaitlistPanelProps {
  entry: WaitlistEntry;
  types: TicketType[];
  purchase: Purchase;
}

/** Someone's place in line, live; once it is their turn, what is offered and for how long. */
export function WaitlistPanel({ entry, types, purchase }: WaitlistPanelProps) {
  const { t } = useLingui();
  const [receivedAt] = useState(Date.now);
  const [lapsed, setLapsed] = useState<string>();
  const { offer } = entry;
  const names = types.filter(({ id }) => entry.ticket_type_ids.includes(id)).map(({ name }) => name);
  const isOffered = entry.state === 'offered' && offer !== null && lapsed !== offer.order_id;
  if (entry.state === 'lapsed' || (entry.state === 'offered' && !isOffered)) {
    return (
      <div className="mt-6">
        <Notice tone="warn" title={t`Your place on the waitlist has ended.`}>
          <Trans>
            The offer was not taken in time, or there are not so many tickets any more. You can join again.
          </Trans>
        </Notice>
      </div>
    );
  }
  return (
    <section aria-labelledby="waitlist" className="mt-6 rounded-3xl border border-line bg-surface p-5 sm:p-7">
      <div className="flex items-center justify-between gap-3">
        <h2 id="waitlist" className="text-2xl font-bold">
          {isOffered ? <Trans>It is your turn</Trans> : <Trans>You are on the waitlist</Trans>}
        </h2>
        <LiveIndicator />
      </div>
      <p className="mt-2 text-muted">
        <Plural value={entry.quantity} one="# ticket" other="# tickets" />
        {' · '}
        <bdi>{names.join(', ')}</bdi>
      </p>
      {isOffered ? (
        <>
          <div className="mt-5">
            <HoldTimer
              deadline={{ expiresAt: offer.expires_at, serverNow: entry.server_now, receivedAt }}
              onExpired={() => setLapsed(offer.order_id)}
            />
          </div>
          <Button
            className="mt-4 min-h-13 w-full text-lg"
            onPress={() => void purchase.adopt(offer.order_id, offer.order_secret)}
          >
            <Trans>Get your tickets</Trans>
          </Button>
          <Leave entry={entry} isOffered />
        </>
      ) : (
        <>
          <p role="status" className="mt-5 flex items-baseline gap-3">
            <span className="text-5xl font-bold tracking-tight tabular-nums">{entry.position}</span>
            <span className="text-muted">
              <Plural
                value={entry.ahead ?? 0}
                _0="You are next in line."
                one="# person is ahead of you."
                other="# people are ahead of you."
              />
            </span>
          </p>
          <p className="mt-3 text-[0.9375rem] text-muted">
            <Trans>
              Keep this page open, or come back: your place is kept. We tell you here as soon as it is your
              turn.
            </Trans>
          </p>
          <Leave entry={entry} />
        </>
      )}
    </section>
  );
}

function Leave({ entry, isOffered = false }: { entry: WaitlistEntry; isOffered?: boolean }) {
  const { t } = useLingui();
  const [isAsking, setAsking] = useState(false);
  const leave = useLeave();
  const close = () => setAsking(false);
  return (
    <div className="mt-4">
      <Button look="quiet-danger" onPress={() => setAsking(true)}>
        {isOffered ? <Trans>Decline…</Trans> : <Trans>Leave the waitlist…</Trans>}
      </Button>
      {leave.error && (
        <Notice tone="danger" isAlert title={leave.error.message}>
          {leave.error.detail}
        </Notice>
      )}
      <ConfirmDialog
        title={isOffered ? t`Decline the offer?` : t`Leave the waitlist?`}
        isOpen={isAsking}
        onClose={close}
        onConfirm={() => leave.mutate(entry, { onSettled: close })}
        confirmLabel={isOffered ? t`Decline` : t`Leave`}
        cancelLabel={t`Keep my place`}
        isPending={leave.isPending}
        isDanger
      >
        {isOffered ? (
          <Trans>The tickets go to the next in line. You can join again, at the end.</Trans>
        ) : (
          <Trans>You lose your place. You can join again, at the end.</Trans>
        )}
      </ConfirmDialog>
    </div>
  );
}
