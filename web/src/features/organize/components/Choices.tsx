interface ChoicesProps {
  legend: string;
  name: string;
  options: { id: string; name: string }[];
  chosen?: string[];
}

/** Any of a few, as check boxes: a form of its own would ask for more presses. */
export function Choices({ legend, name, options, chosen = [] }: ChoicesProps) {
  if (options.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="text-[0.9375rem] font-semibold">{legend}</legend>
      {options.map((option) => (
        <CheckBox key={option.id} name={name} value={option.id} isChecked={chosen.includes(option.id)}>
          <bdi>{option.name}</bdi>
        </CheckBox>
      ))}
    </fieldset>
  );
}

interface CheckBoxProps {
  name: string;
  value?: string;
  isChecked: boolean;
  children: React.ReactNode;
  onChange?: (isChecked: boolean) => void;
}

export function CheckBox({ name, value, isChecked, children, onChange }: CheckBoxProps) {
  return (
    <label className="flex min-h-11 items-center gap-3">
      <input
        type="checkbox"
        name={name}
        {...(value === undefined ? {} : { value })}
        defaultChecked={isChecked}
        onChange={(event) => onChange?.(event.target.checked)}
        className="size-5 shrink-0 accent-accent"
      />
      <span>{children}</span>
    </label>
  );
}

interface OptionsFieldProps {
  label: string;
  name: string;
  defaultValue: string;
  options: { value: string; label: string }[];
  onChange?: (value: string) => void;
}

/** One of a few, by the browser's own select. */
export function OptionsField({ label, name, defaultValue, options, onChange }: OptionsFieldProps) {
  return (
    <label className="flex min-w-0 flex-col gap-1.5">
      <span className="text-[0.9375rem] font-semibold">{label}</span>
      <select
        name={name}
        defaultValue={defaultValue}
        onChange={(event) => onChange?.(event.target.value)}
        className="field"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
