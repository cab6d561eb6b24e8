import { Trans, useLingui } from '@lingui/react/macro';
import { FlaskConical, Landmark } from 'lucide-react';
import { useEffect } from 'react';
import { useGetSandboxPayment, usePlaySandboxPayment } from '@/api/generated';
import type { SandboxOutcome } from '@/api/generated/model';
import { isProblem } from '@/api/problem';
import { formatMoney } from '@/lib/money';
import { Button } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';

/** Where a page leads back to, on whatever name this server is reached by. */
function back(url: string) {
  const page = new URL(url, location.href);
  location.replace(page.pathname + page.search);
}

/** Plays a payment provider: everything a real one does, and no money moves. */
export function SandboxPaymentPage({ paymentId }: { paymentId: string }) {
  const { t } = useLingui();
  const { data: payment } = useGetSandboxPayment(paymentId, { query: { throwOnError: true } });
  const play = usePlaySandboxPayment();
  const after = play.data ?? payment;
  const isOver = after !== undefined && after.state !== 'open' && after.state !== 'challenged';
  const returnUrl = after?.return_url;
  useEffect(() => {
    if (play.data && isOver && returnUrl) back(returnUrl);
  }, [play.data, isOver, returnUrl]);
  if (!payment || !after) return <Skeleton className="h-96 rounded-3xl" />;

  const press = (outcome: SandboxOutcome) => play.mutate({ paymentId, data: { outcome } });
  const others: { outcome: SandboxOutcome; label: string; hint: string }[] = [
    { outcome: 'late', label: t`Pay, too late`, hint: t`The money comes when the places are gone.` },
    { outcome: 'duplicate', label: t`Pay, told twice`, hint: t`The provider sends its message two times.` },
    { outcome: 'silent', label: t`Pay, never told`, hint: t`The provider says nothing and has to be asked.` },
    { outcome: 'wrong_amount', label: t`Pay too little`, hint: t`Less arrives than was asked for.` },
  ];
  return (
    <div className="mx-auto max-w-xl">
      <Notice tone="warn" title={t`This is a test: no money moves.`}>
        <Trans>This page plays a payment provider. Nothing you do here costs anything.</Trans>
      </Notice>
      <PageHeading title={t`Test payment`} className="mt-6" />
      <dl className="mt-4 flex items-baseline justify-between gap-4 rounded-3xl border border-line bg-surface p-5 sm:p-7">
        <dt>
          <bdi>{payment.title}</bdi>
        </dt>
        <dd className="text-2xl font-bold tabular-nums">{formatMoney(payment.amount)}</dd>
      </dl>
      {play.error && (
        <div className="mt-4">
          <Notice
            tone="danger"
            isAlert
            title={isProblem(play.error) ? play.error.message : t`That did not work.`}
          />
        </div>
      )}
      <div className="mt-6">
        {isOver ? (
          <Notice title={t`This payment is over.`} action={<BackButton url={after.return_url} />} />
        ) : after.state === 'challenged' ? (
          <section
            aria-labelledby="challenge"
            className="rounded-3xl border border-line bg-surface p-5 sm:p-7"
          >
            <h2 id="challenge" className="flex items-center gap-3 text-xl font-bold">
              <Landmark aria-hidden className="size-6 text-accent" />
              <Trans>Your bank wants to know that it is you</Trans>
            </h2>
            <div className="mt-5 flex flex-wrap gap-3">
              <Button isPending={play.isPending} onPress={() => press('success')}>
                <Trans>It is me</Trans>
              </Button>
              <Button look="secondary" isDisabled={play.isPending} onPress={() => press('decline')}>
                <Trans>It is not me</Trans>
              </Button>
            </div>
          </section>
        ) : (
          <div className="flex flex-col gap-4">
            <Button isPending={play.isPending} onPress={() => press('success')} className="min-h-13 text-lg">
              <Trans>Pay {formatMoney(payment.amount)}</Trans>
            </Button>
            <div className="grid gap-3 sm:grid-cols-2">
              <Button look="secondary" isDisabled={play.isPending} onPress={() => press('challenge')}>
                <Trans>Ask the bank first (3-D Secure)</Trans>
              </Button>
              <Button look="secondary" isDisabled={play.isPending} onPress={() => press('decline')}>
                <Trans>Decline the card</Trans>
              </Button>
            </div>
            <h2 className="mt-4 flex items-center gap-2 font-semibold">
              <FlaskConical aria-hidden className="size-5 text-accent" />
              <Trans>What providers do on a bad day</Trans>
            </h2>
            <ul className="divide-y divide-line rounded-3xl border border-line bg-surface">
              {others.map(({ outcome, label, hint }) => (
                <li key={outcome} className="flex flex-wrap items-center justify-between gap-3 px-5 py-3">
                  <p id={`hint-${outcome}`} className="min-w-0 flex-1 basis-52 text-muted">
                    {hint}
                  </p>
                  <Button
                    look="quiet"
                    aria-describedby={`hint-${outcome}`}
                    isDisabled={play.isPending}
                    onPress={() => press(outcome)}
                  >
                    {label}
                  </Button>
                </li>
              ))}
            </ul>
            <BackButton url={payment.return_url} />
          </div>
        )}
      </div>
    </div>
  );
}

function BackButton({ url }: { url: string }) {
  return (
    <Button look="quiet" onPress={() => back(url)}>
      <Trans>Back to the shop</Trans>
    </Button>
  );
}
