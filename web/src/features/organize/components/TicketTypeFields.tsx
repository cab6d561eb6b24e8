import { useLingui } from '@lingui/react/macro';
import { parseAmount } from '@/lib/money';
import { TextField } from '@/ui/TextField';

interface TicketTypeFieldsProps {
  row: string;
  currency: string;
  defaultName?: string;
  defaultPrice?: string;
  defaultQuantity?: string;
}

/** Name, price and number of one ticket type. Price zero is a registration; no number means no limit. */
export function TicketTypeFields({
  row,
  currency,
  defaultName,
  defaultPrice = '0',
  defaultQuantity,
}: TicketTypeFieldsProps) {
  const { t } = useLingui();
  return (
    <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_9rem_9rem]">
      <TextField
        name={`ticket_name${row}`}
        label={t`Ticket`}
        defaultValue={defaultName}
        maxLength={100}
        isRequired
      />
      <TextField
        name={`price${row}`}
        label={t`Price`}
        inputMode="decimal"
        defaultValue={defaultPrice}
        suffix={currency}
        validate={(text) =>
          text === '' || parseAmount(text, currency) !== undefined ? null : t`Write it as 12 or 12.50.`
        }
      />
      <TextField
        name={`quantity${row}`}
        label={t`How many`}
        type="number"
        inputMode="numeric"
        min="1"
        placeholder={t`No limit`}
        defaultValue={defaultQuantity}
      />
    </div>
  );
}
