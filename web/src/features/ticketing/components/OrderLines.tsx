import { Trans } from '@lingui/react/macro';
import type { Order } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';

export function OrderLines({ order }: { order: Order }) {
  return (
    <dl className="mt-5 flex flex-col gap-2">
      {order.items.map(({ ticket_type_id, name, quantity, unit_price }) => (
        <div key={ticket_type_id} className="flex justify-between gap-4">
          <dt>
            <bdi>{name}</bdi> <span className="text-muted">× {quantity}</span>
          </dt>
          <dd className="tabular-nums">
            {formatMoney({ ...unit_price, amount: unit_price.amount * quantity })}
          </dd>
        </div>
      ))}
      {order.discount.amount > 0 && (
        <div className="flex justify-between gap-4 text-accent">
          <dt>
            <Trans>Discount</Trans> {order.promo_code}
          </dt>
          <dd className="tabular-nums">−{formatMoney(order.discount)}</dd>
        </div>
      )}
      {order.tax.amount > 0 && (
        <div className="flex justify-between gap-4 text-muted">
          <dt>
            {order.items.every((item) => item.tax_included) ? (
              <Trans>Tax included</Trans>
            ) : (
              <Trans>Tax</Trans>
            )}
          </dt>
          <dd className="tabular-nums">{formatMoney(order.tax)}</dd>
        </div>
      )}
      <div className="mt-1 flex justify-between gap-4 border-t border-line pt-3 text-lg font-bold">
        <dt>
          <Trans>Total</Trans>
        </dt>
        <dd className="tabular-nums">
          {order.total.amount === 0 ? <Trans>Free</Trans> : formatMoney(order.total)}
        </dd>
      </div>
    </dl>
  );
}
