import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useGetPaymentOptions } from '@/api/generated';
import type { PaymentMethod } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { formatMoney } from '@/lib/money';
import { Button } from '@/ui/Button';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { choiceOf, methodsOf } from '../payment';
import type { Purchase, Step } from '../purchase';
import { useQuestions } from '../queries';
import { HoldTimer } from './HoldTimer';
import { OrderDetails } from './OrderDetails';
import { OrderLines } from './OrderLines';
import { PaymentMethods } from './PaymentMethods';

interface HoldPanelProps {
  purchase: Purchase;
  step: Extract<Step, { at: 'held' | 'paying' }>;
}

/** Places are set aside; what is left is to pay, or to let them go. */
export function HoldPanel({ purchase, step }: HoldPanelProps) {
  const { t } = useLingui();
  const { order, receivedAt } = step.hold;
  const isPaying = step.at === 'paying';
  const options = useGetPaymentOptions(order.event_id);
  const isFree = order.total.amount === 0;
  const methods = isFree ? [] : methodsOf(options.data);
  const [chosen, setMethod] = useState<PaymentMethod>();
  // One way to pay is no choice: one press is enough.
  const method = chosen ?? methods[0];
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone: go on where the reader goes on.
  useEffect(() => heading.current?.focus(), []);
  const questions = useQuestions(order.event_id);
  const pay = (event: FormEvent) => {
    event.preventDefault();
    if (isFree) void purchase.pay({ method: 'free' });
    else if (method) void purchase.pay(choiceOf(method));
  };
  return (
    <Form
      onSubmit={pay}
      aria-labelledby="payment"
      className="rounded-3xl border border-line bg-surface p-5 sm:p-7"
    >
      <h2 id="payment" ref={heading} tabIndex={-1} className="text-2xl font-bold outline-none">
        {isFree ? <Trans>Almost there</Trans> : <Trans>Payment</Trans>}
      </h2>
      {step.at === 'held' && step.problem && (
        <div className="mt-4">
          <PaymentProblem problem={step.problem} />
        </div>
      )}
      <OrderLines order={order} />
      <OrderDetails purchase={purchase} order={order} questions={questions.data?.items ?? []} />
      <div className="mt-5 flex flex-col gap-4">
        {methods.length > 1 && (
          <PaymentMethods methods={methods} value={method} onChange={setMethod} isDisabled={isPaying} />
        )}
        {method === 'sandbox' && (
          <Notice title={t`Test payment: no money moves`}>
            <Trans>
              This shop runs in sandbox mode. Pay to get real tickets, or see what a refused card looks like.
            </Trans>
          </Notice>
        )}
        {method === 'offline' && (
          <p className="text-muted">
            {options.data?.pay_at_door ? (
              <Trans>Your places are kept until the event. You see how to pay with your order.</Trans>
            ) : (
              <Plural
                value={options.data?.offline_due_days ?? 0}
                one="Your places are kept for a day. You see how to pay with your order."
                other="Your places are kept for # days. You see how to pay with your order."
              />
            )}
          </p>
        )}
        {method === 'stripe' && (
          <p className="text-muted">
            <Trans>You pay on Stripe’s page and come back here for your tickets.</Trans>
          </p>
        )}
        {!isFree && options.data && methods.length === 0 && (
          <Notice tone="warn" title={t`Nothing can be paid here at the moment.`}>
            <Trans>
              The organizer has not chosen how to be paid. Your places stay yours until the time is up.
            </Trans>
          </Notice>
        )}
      </div>
      <div className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))] lg:static lg:mt-6 lg:border-0 lg:bg-transparent lg:p-0">
        {order.expires_at && (
          <HoldTimer
            deadline={{ expiresAt: order.expires_at, serverNow: order.server_now, receivedAt }}
            onExpired={() => !isPaying && purchase.lapse()}
          />
        )}
        <Button
          type="submit"
          isPending={isPaying}
          isDisabled={!isFree && !method}
          className="mt-3 min-h-13 w-full text-lg"
        >
          {isFree ? (
            <Trans>Get tickets</Trans>
          ) : method === 'offline' ? (
            <Trans>Order and pay {formatMoney(order.total)} later</Trans>
          ) : (
            <Trans>Pay {formatMoney(order.total)}</Trans>
          )}
        </Button>
      </div>
      <div className="mt-3 flex flex-wrap justify-between gap-2">
        {method === 'sandbox' && (
          <>
            <Button
              look="quiet"
              isDisabled={isPaying}
              onPress={() => void purchase.pay({ method, outcome: 'decline' })}
            >
              <Trans>Decline, to try it</Trans>
            </Button>
            <Button
              look="quiet"
              isDisabled={isPaying}
              onPress={() => void purchase.pay({ method, outcome: 'page' })}
            >
              <Trans>Open the test provider’s page</Trans>
            </Button>
          </>
        )}
        {order.renewable && (
          <Button look="quiet" isDisabled={isPaying} onPress={() => void purchase.renew()}>
            <Trans>I need more time</Trans>
          </Button>
        )}
        <Button look="quiet" isDisabled={isPaying} onPress={() => void purchase.release()}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </Form>
  );
}

function PaymentProblem({ problem }: { problem: ApiProblem }) {
  const { t } = useLingui();
  if (problem.type === 'payment-declined') {
    return (
      <Notice tone="danger" isAlert title={t`The payment was declined.`}>
        <Trans>Nothing was charged. Your places are still held: try again.</Trans>
      </Notice>
    );
  }
  if (problem.type === 'validation') {
    return (
      <Notice tone="danger" isAlert title={t`Some answers need another look.`}>
        {problem.errors.map(({ pointer, detail }) => (
          <p key={pointer + detail}>{detail}</p>
        ))}
      </Notice>
    );
  }
  return (
    <Notice tone="danger" isAlert title={problem.message}>
      {problem.detail}
      {problem.requestId && <p className="text-sm text-muted">{problem.requestId}</p>}
    </Notice>
  );
}
