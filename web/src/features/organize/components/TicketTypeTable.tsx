import { Trans, useLingui } from '@lingui/react/macro';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Sales, TicketType } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { currencies, formatMoney, likelyCurrency } from '@/lib/money';
import { Bar } from '@/ui/Bar';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { SelectField } from '@/ui/SelectField';
import { Skeleton } from '@/ui/Skeleton';
import { share, ticketType } from '../model';
import { useAddTicketType } from '../queries';
import { ProblemNotice } from './ProblemNotice';
import { TicketTypeFields } from './TicketTypeFields';

interface TicketTypeTableProps {
  eventId: string;
  types?: TicketType[];
  sales?: Sales;
}

export function TicketTypeTable({ eventId, types, sales }: TicketTypeTableProps) {
  const [isAdding, setAdding] = useState(false);
  const figures = new Map(sales?.by_ticket_type.map((figure) => [figure.ticket_type_id, figure]));
  return (
    <section aria-labelledby="types" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex items-center justify-between gap-3">
        <h2 id="types" className="text-xl font-bold">
          <Trans>Tickets</Trans>
        </h2>
        <Button
          look="secondary"
          icon={<Plus aria-hidden className="size-5" />}
          onPress={() => setAdding(true)}
        >
          <Trans>Add tickets</Trans>
        </Button>
      </div>
      {!types && <Skeleton className="mt-4 h-32" />}
      {types?.length === 0 && (
        <p className="mt-4 text-muted">
          <Trans>No tickets yet. Without them nobody can come.</Trans>
        </p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {types?.map((type) => (
          <TypeRow key={type.id} type={type} figures={figures.get(type.id)} />
        ))}
      </ul>
      {isAdding && (
        <AddTicketTypeDialog
          eventId={eventId}
          currency={types?.[0]?.price.currency}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

function TypeRow({ type, figures }: { type: TicketType; figures?: Sales['by_ticket_type'][number] }) {
  const sold = figures?.confirmed ?? 0;
  const held = figures?.held ?? 0;
  return (
    <li className="py-4">
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="font-semibold">
          <bdi>{type.name}</bdi>
        </h3>
        <p className="font-semibold tabular-nums">
          {type.price.amount === 0 ? <Trans>Free</Trans> : formatMoney(type.price)}
        </p>
      </div>
      {type.quantity !== null && (
        <div className="mt-2">
          <Bar percent={share(sold, type.quantity) ?? 0} />
        </div>
      )}
      <p className="mt-2 flex flex-wrap gap-x-4 text-[0.9375rem] text-muted tabular-nums">
        <span>
          {type.quantity === null ? (
            <Trans>{sold} sold</Trans>
          ) : (
            <Trans>
              {sold} of {type.quantity} sold
            </Trans>
          )}
        </span>
        {held > 0 && (
          <span>
            <Trans>{held} in carts</Trans>
          </span>
        )}
        {figures && figures.revenue.amount > 0 && <span>{formatMoney(figures.revenue)}</span>}
      </p>
    </li>
  );
}

interface AddTicketTypeDialogProps {
  eventId: string;
  currency?: string;
  onClose: () => void;
}

function AddTicketTypeDialog({ eventId, currency: inUse, onClose }: AddTicketTypeDialogProps) {
  const { t } = useLingui();
  const [chosen, setCurrency] = useState(likelyCurrency);
  // One event, one currency: an order has one total.
  const currency = inUse ?? chosen;
  const add = useAddTicketType(eventId);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate(ticketType(new FormData(event.currentTarget), '0', currency), { onSuccess: onClose });
  };
  return (
    <Dialog title={t`Add tickets`} isOpen onClose={onClose} isWide>
      <Form onSubmit={submit} validationErrors={fieldErrors(add.error)} className="mt-6 flex flex-col gap-5">
        <TicketTypeFields row="0" currency={currency} />
        {!inUse && (
          <SelectField
            name="currency"
            label={t`Currency`}
            defaultValue={chosen}
            options={currencies}
            onChange={setCurrency}
          />
        )}
        {add.error && <ProblemNotice problem={add.error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          <Button look="secondary" onPress={onClose}>
            <Trans>Discard</Trans>
          </Button>
          <Button type="submit" isPending={add.isPending}>
            <Trans>Add</Trans>
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
