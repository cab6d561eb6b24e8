import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { TicketType } from '@/api/generated/model';
import { formatMoney, minorDigits, parseAmount } from '@/lib/money';
import { Badge } from '@/ui/Badge';
import { Stepper } from '@/ui/Stepper';
import { TextField } from '@/ui/TextField';
import { availabilityOf } from '../model';

interface TicketTypeRowProps {
  type: TicketType;
  left: number | null;
  max: number;
  quantity: number;
  onChange: (quantity: number) => void;
  /** What the buyer offers for one, as it was typed; where that is theirs to say. */
  price: string | undefined;
  onPrice: (text: string) => void;
}

export function TicketTypeRow({ type, left, max, quantity, onChange, price, onPrice }: TicketTypeRowProps) {
  const { t } = useLingui();
  const availability = availabilityOf(type, left);
  const isOver = availability.kind === 'sold-out' || availability.kind === 'closed';
  // Someone else was faster. The number stays the buyer's own; they are told, and decide.
  const isTooMany = quantity > max;
  const opens =
    !type.on_sale && type.sales_start_at && Date.parse(type.sales_start_at) > Date.now()
      ? new Date(type.sales_start_at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
      : undefined;
  const { currency } = type.price;
  const least = formatMoney(type.price);
  return (
    <li className="flex flex-wrap items-center justify-between gap-4 py-4">
      <div className="min-w-0 flex-1">
        <p className="font-semibold">
          <bdi>{type.name}</bdi>
        </p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-muted tabular-nums">
            {type.pricing === 'pay_what_you_want' ? (
              <Trans>Pay what you want</Trans>
            ) : type.price.amount === 0 ? (
              <Trans>Free</Trans>
            ) : (
              formatMoney(type.price)
            )}
            {type.tax && !type.tax.included && (
              <>
                {' '}
                <Trans>
                  + {type.tax.rate_basis_points / 100}% {type.tax.name}
                </Trans>
              </>
            )}
          </span>
          {availability.kind === 'few' && (
            <Badge tone="warn">
              <Trans>Only {availability.left} left</Trans>
            </Badge>
          )}
          {availability.kind === 'closed' && (
            <Badge>
              <Trans>Not on sale</Trans>
            </Badge>
          )}
        </p>
        {type.description && (
          <p className="mt-1 whitespace-pre-line text-sm text-muted">{type.description}</p>
        )}
        {type.add_on_to.length > 0 && (
          <p className="mt-1 text-sm text-muted">
            <Trans>An extra: at most one for each ticket it belongs to.</Trans>
          </p>
        )}
        {type.min_per_order > 1 && (
          <p className="mt-1 text-sm text-muted">
            <Trans>{type.min_per_order} or more at a time.</Trans>
          </p>
        )}
        {opens && (
          <p className="mt-1 text-sm text-muted">
            <Trans>On sale from {opens}</Trans>
          </p>
        )}
        {isTooMany && (
          <p role="status" className="mt-1 text-sm font-medium text-danger">
            <Plural
              value={max}
              _0="None left now. Please take these out."
              one="Only # can be had now. Please choose fewer."
              other="Only # can be had now. Please choose fewer."
            />
          </p>
        )}
      </div>
      {isOver && quantity === 0 ? (
        <Badge>{availability.kind === 'sold-out' ? <Trans>Sold out</Trans> : <Trans>Closed</Trans>}</Badge>
      ) : (
        <Stepper label={type.name} value={quantity} max={max} onChange={onChange} />
      )}
      {type.pricing === 'pay_what_you_want' && quantity > 0 && (
        <TextField
          label={t`Your price for one: ${type.name}`}
          inputMode="decimal"
          suffix={currency}
          className="basis-full"
          value={price ?? String((type.suggested_price ?? type.price).amount / 10 ** minorDigits(currency))}
          onChange={onPrice}
          hint={type.price.amount > 0 ? <Trans>{least} or more.</Trans> : undefined}
          validate={(text) => {
            const amount = parseAmount(text, currency);
            if (amount === undefined) return t`Write it as 12 or 12.50.`;
            return amount < type.price.amount ? t`The least is ${least}.` : null;
          }}
        />
      )}
    </li>
  );
}
