import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { PromoCodeOffer } from '@/api/generated/model';
import { isProblem } from '@/api/problem';
import { formatMoney } from '@/lib/money';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { TextField } from '@/ui/TextField';
import type { Purchase } from '../purchase';
import { useCheckCode } from '../queries';

/** A code is tried before anything is ordered, so that what it gives is seen first. */
export function PromoCodeField({ purchase, eventId }: { purchase: Purchase; eventId: string }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const check = useCheckCode(eventId);
  const { code } = purchase.draft;
  const apply = () =>
    check.mutate(text.trim(), { onSuccess: (offer) => purchase.edit({ code: offer.code }) });
  const wrong = isProblem(check.error)
    ? check.error.type === 'rate-limited'
      ? t`Too many codes that do not work. Wait a minute, then try again.`
      : t`This code does not work here. Check how it is written.`
    : undefined;
  if (code) {
    return (
      <div
        role="status"
        className="mt-4 flex items-center justify-between gap-3 rounded-2xl bg-accent-soft px-4 py-3"
      >
        <p>
          <span className="font-semibold">{code}</span> <Given offer={check.data} />
        </p>
        <Button look="quiet" onPress={() => purchase.edit({ code: undefined })}>
          <Trans>Take it out</Trans>
        </Button>
      </div>
    );
  }
  return (
    <div className="mt-4">
      <Disclosure label={t`I have a promo code`}>
        <div className="flex flex-wrap items-end gap-3">
          <TextField
            label={t`Promo code`}
            value={text}
            onChange={setText}
            maxLength={32}
            autoComplete="off"
            className="min-w-40 flex-1"
            isInvalid={wrong !== undefined}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              apply();
            }}
          />
          <Button
            look="secondary"
            isPending={check.isPending}
            isDisabled={text.trim() === ''}
            onPress={apply}
          >
            <Trans>Use it</Trans>
          </Button>
        </div>
        {wrong && (
          <p role="alert" className="mt-2 text-sm font-medium text-danger">
            {wrong}
          </p>
        )}
      </Disclosure>
    </div>
  );
}

function Given({ offer }: { offer: PromoCodeOffer | undefined }) {
  if (offer?.percent_basis_points) {
    const percent = offer.percent_basis_points / 100;
    return <Trans>takes {percent}% off. You see the total before you pay.</Trans>;
  }
  if (offer?.amount) {
    const amount = formatMoney(offer.amount);
    return <Trans>takes {amount} off. You see the total before you pay.</Trans>;
  }
  if (offer && offer.unlocks.length > 0) {
    return (
      <Plural
        value={offer.unlocks.length}
        one="shows # more kind of ticket."
        other="shows # more kinds of tickets."
      />
    );
  }
  return <Trans>is used.</Trans>;
}
