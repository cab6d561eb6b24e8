import { Trans, useLingui } from '@lingui/react/macro';
import { Hourglass, LoaderCircle } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Order } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { useTopic } from '@/live/LiveProvider';
import { Button, LinkButton } from '@/ui/Button';
import { leaveFor } from '../payment';
import type { Purchase } from '../purchase';
import { OfflineInstructions } from './OfflineInstructions';
import { OrderLines } from './OrderLines';

/** A payment is under way. The line tells when something changed; coming back to the page asks as well. */
export function AwaitingPanel({ purchase, order }: { purchase: Purchase; order: Order }) {
  const { t } = useLingui();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useTopic(`event:${order.event_id}`, () => void purchase.recheck());
  useEffect(() => {
    const seen = () => document.visibilityState === 'visible' && void purchase.recheck();
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [purchase]);

  const { payment } = order;
  const offline = payment?.method === 'offline';
  const page = payment?.redirect_url;
  return (
    <section aria-labelledby="awaiting" className="rounded-3xl border border-line bg-surface p-5 sm:p-7">
      <h2
        id="awaiting"
        ref={heading}
        tabIndex={-1}
        className="flex items-center gap-3 text-2xl font-bold outline-none"
      >
        {offline ? (
          <Hourglass aria-hidden className="size-6 text-accent" />
        ) : (
          <LoaderCircle aria-hidden className="size-6 animate-spin text-accent motion-reduce:animate-none" />
        )}
        {offline ? t`Your places are kept` : t`We are checking your payment`}
      </h2>
      {offline ? (
        <OfflineInstructions order={order} />
      ) : (
        <p role="status" className="mt-3 text-muted">
          {payment?.state === 'put_aside' ? (
            <Trans>
              What arrived is not the amount we asked for. Nothing is lost: the organizer has been told and
              will contact you.
            </Trans>
          ) : (
            <Trans>
              Your tickets appear here as soon as the payment is confirmed. You cannot be charged twice.
            </Trans>
          )}
        </p>
      )}
      <OrderLines order={order} />
      <div className="mt-6 flex flex-wrap gap-3">
        {page && (
          <Button onPress={() => leaveFor(page)}>
            <Trans>Go to the payment page</Trans>
          </Button>
        )}
        {!offline && (
          <Button look="secondary" onPress={() => void purchase.recheck()}>
            <Trans>Check now</Trans>
          </Button>
        )}
        <LinkButton look="secondary" to={paths.order(order.id)}>
          <Trans>Show the order</Trans>
        </LinkButton>
        <Button look="quiet" onPress={() => void purchase.release()}>
          <Trans>Give the places up</Trans>
        </Button>
      </div>
    </section>
  );
}
