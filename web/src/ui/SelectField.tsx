import { type ReactNode, useId } from 'react';
import { cx } from './cx';

interface SelectFieldProps {
  label: string;
  name: string;
  defaultValue: string;
  options: readonly string[];
  hint?: ReactNode;
  className?: string;
  onChange?: (value: string) => void;
}

/** The browser's own select: on a phone it is the best one there is, and it costs nothing. */
export function SelectField({
  label,
  name,
  defaultValue,
  options,
  hint,
  className,
  onChange,
}: SelectFieldProps) {
  const id = useId();
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-[0.9375rem] font-semibold">
        {label}
      </label>
      <select
        id={id}
        name={name}
        defaultValue={defaultValue}
        onChange={(event) => onChange?.(event.target.value)}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="field"
      >
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
