import { type ComponentProps, useEffect, useRef } from 'react';
import { Form as AriaForm } from 'react-aria-components';

/**
 * A form whose server-side errors land on their fields. The browser moves focus to its own findings; this does the
 * same for the server's.
 */
export function Form({ validationErrors, ...props }: ComponentProps<typeof AriaForm>) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!validationErrors || Object.keys(validationErrors).length === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [validationErrors]);
  return <AriaForm ref={form} validationErrors={validationErrors} {...props} />;
}
