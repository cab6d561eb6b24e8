import { useLingui } from '@lingui/react/macro';
import type { HTMLAttributes, ReactNode, Ref } from 'react';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
} from 'react-aria-components';
import { cx } from './cx';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children'> {
  label: string;
  hint?: ReactNode;
  rows?: number;
  suffix?: ReactNode;
  placeholder?: string;
  min?: string;
  max?: string;
  inputMode?: HTMLAttributes<HTMLInputElement>['inputMode'];
  inputRef?: Ref<HTMLInputElement>;
  className?: string;
}

/** Label, field, hint and error, tied together; the words of an error are ours, not the browser's. */
export function TextField({
  label,
  hint,
  rows,
  suffix,
  placeholder,
  min,
  max,
  inputMode,
  inputRef,
  className,
  ...props
}: TextFieldProps) {
  return (
    <AriaTextField {...props} className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <Label className="text-[0.9375rem] font-semibold">{label}</Label>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className="field" />
      ) : (
        <div className="relative">
          <Input
            ref={inputRef}
            placeholder={placeholder}
            min={min}
            max={max}
            inputMode={inputMode}
            className={cx('field', suffix !== undefined && 'pe-16')}
          />
          {suffix !== undefined && (
            <span className="pointer-events-none absolute inset-y-0 end-0 flex items-center pe-4 text-muted">
              {suffix}
            </span>
          )}
        </div>
      )}
      {hint && (
        <Text slot="description" className="text-sm text-muted">
          {hint}
        </Text>
      )}
      <OurFieldError />
    </AriaTextField>
  );
}

function OurFieldError() {
  const { t } = useLingui();
  return (
    <FieldError className="text-sm font-medium text-danger">
      {({ validationDetails: why, validationErrors }) => {
        if (why.customError) return validationErrors.join(' ');
        if (why.valueMissing) return t`Please fill this in.`;
        if (why.typeMismatch) return t`That does not look right. Check it for typing mistakes.`;
        if (why.tooShort) return t`That is too short.`;
        if (why.rangeUnderflow || why.rangeOverflow) return t`That is out of range.`;
        return validationErrors.join(' ');
      }}
    </FieldError>
  );
}
