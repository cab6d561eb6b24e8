import { Plural, Trans } from '@lingui/react/macro';
import type { TicketType } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { Badge } from '@/ui/Badge';
import { Stepper } from '@/ui/Stepper';
import { availabilityOf } from '../model';

interface TicketTypeRowProps {
  type: TicketType;
  left: number | null;
  max: number;
  quantity: number;
  onChange: (quantity: number) => void;
}

export function TicketTypeRow({ type, left, max, quantity, onChange }: TicketTypeRowProps) {
  const availability = availabilityOf(type, left);
  const isOver = availability.kind === 'sold-out' || availability.kind === 'closed';
  // Someone else was faster. The number stays the buyer's own; they are told, and decide.
  const isTooMany = quantity > max;
  return (
    <li className="flex items-center justify-between gap-4 py-4">
      <div className="min-w-0">
        <p className="font-semibold">
          <bdi>{type.name}</bdi>
        </p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-muted tabular-nums">
            {type.price.amount === 0 ? <Trans>Free</Trans> : formatMoney(type.price)}
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
    </li>
  );
}
