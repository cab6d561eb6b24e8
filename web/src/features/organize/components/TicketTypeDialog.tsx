import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { Event, TicketType } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { currencies, likelyCurrency, minorDigits, parseAmount } from '@/lib/money';
import { wallClock } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Disclosure } from '@/ui/Disclosure';
import { Form } from '@/ui/Form';
import { SelectField } from '@/ui/SelectField';
import { TextField } from '@/ui/TextField';
import { amountText, basisPoints, percentText, termsOf, ticketTypeChange, ticketTypeTerms } from '../model';
import { useAddPool, useAddTicketType, useDeleteTicketType, useEditTicketType, usePools } from '../queries';
import { CheckBox, Choices, OptionsField } from './Choices';
import { ProblemNotice } from './ProblemNotice';
import { TicketTypeFields } from './TicketTypeFields';

interface TicketTypeDialogProps {
  event: Event;
  types: TicketType[];
  /** The one to edit; a new one if there is none. */
  type?: TicketType;
  onClose: () => void;
}

/** A name and a price are enough; what few need is folded away. */
export function TicketTypeDialog({ event, types, type, onClose }: TicketTypeDialogProps) {
  const { t } = useLingui();
  const [chosen, setCurrency] = useState(likelyCurrency);
  // One event, one currency: an order has one total.
  const inUse = types[0]?.price.currency;
  const currency = inUse ?? chosen;
  const add = useAddTicketType(event.id);
  const edit = useEditTicketType(event.id);
  const remove = useDeleteTicketType(event.id);
  const error = add.error ?? edit.error ?? remove.error;
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const terms = ticketTypeTerms(new FormData(submitted.currentTarget), currency);
    if (!type) return add.mutate(terms, { onSuccess: onClose });
    const change = ticketTypeChange(terms, termsOf(type, event.time_zone));
    if (Object.keys(change).length === 0) return onClose();
    edit.mutate({ id: type.id, version: type.version, change }, { onSuccess: onClose });
  };
  const digits = minorDigits(currency);
  return (
    <Dialog title={type ? t`Edit tickets` : t`Add tickets`} isOpen onClose={onClose} isWide>
      <Form onSubmit={submit} validationErrors={fieldErrors(error)} className="mt-6 flex flex-col gap-5">
        <TicketTypeFields
          row="0"
          currency={currency}
          defaultName={type?.name}
          defaultPrice={type ? amountText(type.price, digits) : undefined}
          defaultQuantity={type?.quantity?.toString()}
        />
        {!inUse && (
          <SelectField
            name="currency"
            label={t`Currency`}
            defaultValue={chosen}
            options={currencies}
            onChange={setCurrency}
          />
        )}
        <Disclosure label={t`More options`}>
          <Options event={event} types={types} type={type} currency={currency} />
        </Disclosure>
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          {type && (
            <Button
              look="quiet"
              className="sm:me-auto"
              isPending={remove.isPending}
              onPress={() => remove.mutate(type.id, { onSuccess: onClose })}
            >
              <Trans>Delete</Trans>
            </Button>
          )}
          <Button look="secondary" onPress={onClose}>
            <Trans>Discard</Trans>
          </Button>
          <Button type="submit" isPending={add.isPending || edit.isPending}>
            {type ? <Trans>Save</Trans> : <Trans>Add</Trans>}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

interface OptionsProps {
  event: Event;
  types: TicketType[];
  type?: TicketType;
  currency: string;
}

function Options({ event, types, type, currency }: OptionsProps) {
  const { t } = useLingui();
  const [namesPrice, setNamesPrice] = useState(type?.pricing === 'pay_what_you_want');
  const local = (at: string | null | undefined) => (at ? wallClock(new Date(at), event.time_zone) : '');
  const others = types.filter(({ id, add_on_to }) => id !== type?.id && add_on_to.length === 0);
  return (
    <div className="flex flex-col gap-5">
      <TextField
        name="description"
        label={t`Description`}
        rows={3}
        maxLength={2000}
        defaultValue={type?.description ?? ''}
      />
      <CheckBox name="pay_what_you_want" isChecked={namesPrice} onChange={setNamesPrice}>
        <Trans>The buyer names the price; the price above is the least</Trans>
      </CheckBox>
      {namesPrice && (
        <TextField
          name="suggested_price"
          label={t`Suggested price`}
          inputMode="decimal"
          suffix={currency}
          defaultValue={amountText(type?.suggested_price, minorDigits(currency))}
          validate={(text) =>
            text === '' || parseAmount(text, currency) !== undefined ? null : t`Write it as 12 or 12.50.`
          }
        />
      )}
      <div className="grid gap-4 sm:grid-cols-3">
        <TextField
          name="tax_rate"
          label={t`Tax`}
          suffix="%"
          inputMode="decimal"
          placeholder={t`None`}
          defaultValue={percentText(type?.tax?.rate_basis_points)}
          validate={(text) =>
            text === '' || basisPoints(text) !== undefined ? null : t`Write it as 7 or 7.5.`
          }
        />
        <TextField
          name="tax_name"
          label={t`Name of the tax`}
          defaultValue={type?.tax?.name ?? 'VAT'}
          maxLength={40}
        />
        <OptionsField
          name="tax_mode"
          label={t`The price`}
          defaultValue={type?.tax?.included === false ? 'added' : 'included'}
          options={[
            { value: 'included', label: t`includes it` },
            { value: 'added', label: t`comes without it` },
          ]}
        />
        <TextField
          name="min_per_order"
          label={t`Least in an order`}
          type="number"
          min="1"
          max="100"
          defaultValue={String(type?.min_per_order ?? 1)}
        />
        <TextField
          name="max_per_order"
          label={t`Most in an order`}
          type="number"
          min="1"
          max="100"
          defaultValue={String(type?.max_per_order ?? 10)}
        />
        <TextField
          name="max_per_person"
          label={t`Most for a person`}
          type="number"
          min="1"
          max="1000"
          placeholder={t`No limit`}
          defaultValue={type?.max_per_person?.toString() ?? ''}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          name="sales_starts"
          label={t`Sold from`}
          type="datetime-local"
          defaultValue={local(type?.sales_start_at)}
        />
        <TextField
          name="sales_ends"
          label={t`Sold until`}
          type="datetime-local"
          defaultValue={local(type?.sales_end_at)}
        />
      </div>
      <CheckBox name="hidden" isChecked={type?.hidden ?? false}>
        <Trans>Hidden until a promo code shows it</Trans>
      </CheckBox>
      <CheckBox name="no_admission" isChecked={type?.admission === false}>
        <Trans>Lets nobody in, like a T-shirt or a parking space</Trans>
      </CheckBox>
      <Choices
        legend={t`An extra, only sold beside`}
        name="add_on_to"
        options={others}
        chosen={type?.add_on_to}
      />
      <Pools eventId={event.id} chosen={type?.pool_ids} />
    </div>
  );
}

/** A number of places that several kinds of tickets share. */
function Pools({ eventId, chosen }: { eventId: string; chosen?: string[] }) {
  const { t } = useLingui();
  const pools = usePools(eventId);
  const add = useAddPool(eventId);
  const [name, setName] = useState('');
  const [capacity, setCapacity] = useState('');
  const options = (pools ?? []).map(({ id, name, available, capacity }) => ({
    id,
    name: `${name} (${available} / ${capacity})`,
  }));
  return (
    <div className="flex flex-col gap-3">
      <Choices legend={t`Shares places with others`} name="pool_ids" options={options} chosen={chosen} />
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          label={t`New shared places`}
          placeholder={t`Workshop room`}
          value={name}
          onChange={setName}
          maxLength={100}
          className="min-w-40 flex-1"
        />
        <TextField
          label={t`How many`}
          type="number"
          min="0"
          value={capacity}
          onChange={setCapacity}
          className="w-28"
        />
        <Button
          look="secondary"
          isPending={add.isPending}
          isDisabled={name.trim() === '' || capacity === ''}
          onPress={() =>
            add.mutate(
              { name: name.trim(), capacity: Number(capacity) },
              {
                onSuccess: () => {
                  setName('');
                  setCapacity('');
                },
              },
            )
          }
        >
          <Trans>Add</Trans>
        </Button>
      </div>
      {add.error && <ProblemNotice problem={add.error} />}
    </div>
  );
}
