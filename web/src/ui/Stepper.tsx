import { useLingui } from '@lingui/react/macro';
import { Minus, Plus } from 'lucide-react';
import { IconButton } from './Button';

interface StepperProps {
  label: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
  isDisabled?: boolean;
}

/**
 * A native number field between two buttons: typed, stepped or spun, and called by its label. It has no `max` of its
 * own: where the most fell below what someone chose, the browser would hold the form back in its own words.
 */
export function Stepper({ label, value, max, onChange, isDisabled }: StepperProps) {
  const { t } = useLingui();
  const set = (next: number) => onChange(Math.min(Math.max(Math.trunc(next) || 0, 0), Math.max(max, value)));
  return (
    <div className="inline-flex items-center rounded-full border border-field/60 bg-surface">
      <IconButton
        label={t`One less: ${label}`}
        isDisabled={isDisabled || value === 0}
        onPress={() => set(value - 1)}
      >
        <Minus aria-hidden className="size-4" />
      </IconButton>
      <input
        type="number"
        inputMode="numeric"
        aria-label={label}
        min={0}
        disabled={isDisabled}
        value={value}
        onFocus={(event) => event.target.select()}
        onChange={(event) => set(event.target.valueAsNumber)}
        className="w-8 appearance-none rounded-md bg-transparent text-center text-lg font-semibold tabular-nums [-moz-appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none"
      />
      <IconButton
        label={t`One more: ${label}`}
        isDisabled={isDisabled || value >= max}
        onPress={() => set(value + 1)}
      >
        <Plus aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
