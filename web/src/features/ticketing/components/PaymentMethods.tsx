import { Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import type { PaymentMethod } from '@/api/generated/model';

interface PaymentMethodsProps {
  methods: PaymentMethod[];
  value: PaymentMethod | undefined;
  onChange: (method: PaymentMethod) => void;
  isDisabled: boolean;
}

/** The ways to pay, where there is a choice. The browser's own radio buttons: arrow keys and all. */
export function PaymentMethods({ methods, value, onChange, isDisabled }: PaymentMethodsProps) {
  const { t } = useLingui();
  const name = useId();
  const labels = {
    free: t`Nothing to pay`,
    offline: t`Bank transfer or at the door`,
    sandbox: t`Test payment`,
    stripe: t`Card and other ways, with Stripe`,
  } satisfies Record<PaymentMethod, string>;
  return (
    <fieldset disabled={isDisabled} className="flex flex-col gap-2">
      <legend className="mb-2 font-semibold">
        <Trans>How do you want to pay?</Trans>
      </legend>
      {methods.map((method) => (
        <label
          key={method}
          className="flex min-h-12 cursor-pointer items-center gap-3 rounded-2xl border border-line px-4 py-3 has-checked:border-accent has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={name}
            value={method}
            checked={value === method}
            onChange={() => onChange(method)}
            className="size-5 accent-accent"
          />
          {labels[method]}
        </label>
      ))}
    </fieldset>
  );
}
