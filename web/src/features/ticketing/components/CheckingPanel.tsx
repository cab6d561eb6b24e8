import { Trans, useLingui } from '@lingui/react/macro';
import { LoaderCircle } from 'lucide-react';
import type { ApiProblem } from '@/api/problem';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import type { Purchase } from '../purchase';

/** While we do not know, we say so. Pressing again sends the same key, so it cannot buy twice. */
export function CheckingPanel({ purchase, gaveUp }: { purchase: Purchase; gaveUp?: ApiProblem }) {
  const { t } = useLingui();
  return (
    <section
      aria-busy={!gaveUp}
      className="rounded-3xl border border-line bg-surface p-5 sm:p-7"
      aria-labelledby="checking"
    >
      <div role="status">
        <h2 id="checking" className="flex items-center gap-3 text-2xl font-bold">
          {!gaveUp && <LoaderCircle aria-hidden className="size-6 animate-spin text-accent" />}
          <Trans>We are checking your order</Trans>
        </h2>
        <p className="mt-3 text-muted">
          <Trans>Please keep this page open. You cannot be charged twice.</Trans>
        </p>
      </div>
      {gaveUp && (
        <div className="mt-5">
          <Notice
            tone="warn"
            isAlert
            title={t`No answer yet.`}
            action={
              <Button onPress={() => void purchase.checkAgain()}>
                <Trans>Check again</Trans>
              </Button>
            }
          >
            <Trans>The connection or our server is slow. Your order may well have arrived.</Trans>
            {gaveUp.requestId && <p className="text-sm text-muted">{gaveUp.requestId}</p>}
          </Notice>
        </div>
      )}
    </section>
  );
}
