import { Trans, useLingui } from '@lingui/react/macro';
import { ArrowUp, Pencil, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Event, Sales, TicketType } from '@/api/generated/model';
import { formatMoney } from '@/lib/money';
import { Badge } from '@/ui/Badge';
import { Bar } from '@/ui/Bar';
import { Button, IconButton } from '@/ui/Button';
import { Skeleton } from '@/ui/Skeleton';
import { share } from '../model';
import { useEditTicketType } from '../queries';
import { TicketTypeDialog } from './TicketTypeDialog';

interface TicketTypeTableProps {
  event: Event;
  types?: TicketType[];
  sales?: Sales;
}

export function TicketTypeTable({ event, types, sales }: TicketTypeTableProps) {
  const [isAdding, setAdding] = useState(false);
  const [editing, setEditing] = useState<string>();
  const move = useEditTicketType(event.id);
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
        {types &&
          [...types]
            .sort((a, b) => a.position - b.position)
            .map((type, place) => (
              <TypeRow
                key={type.id}
                type={type}
                figures={figures.get(type.id)}
                onEdit={() => setEditing(type.id)}
                onUp={
                  place === 0
                    ? undefined
                    : () =>
                        move.mutate({ id: type.id, version: type.version, change: { position: place - 1 } })
                }
              />
            ))}
      </ul>
      {types && (isAdding || editing) && (
        <TicketTypeDialog
          key={editing ?? 'new'}
          event={event}
          types={types}
          type={types.find(({ id }) => id === editing)}
          onClose={() => {
            setAdding(false);
            setEditing(undefined);
          }}
        />
      )}
    </section>
  );
}

interface TypeRowProps {
  type: TicketType;
  figures?: Sales['by_ticket_type'][number];
  onEdit: () => void;
  onUp?: () => void;
}

function TypeRow({ type, figures, onEdit, onUp }: TypeRowProps) {
  const { t } = useLingui();
  const sold = figures?.confirmed ?? 0;
  const held = figures?.held ?? 0;
  return (
    <li className="py-4">
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="flex flex-1 flex-wrap items-center gap-2 font-semibold">
          <bdi>{type.name}</bdi>
          {type.hidden && (
            <Badge>
              <Trans>Hidden</Trans>
            </Badge>
          )}
          {type.add_on_to.length > 0 && (
            <Badge>
              <Trans>Extra</Trans>
            </Badge>
          )}
        </h3>
        <p className="font-semibold tabular-nums">
          {type.pricing === 'pay_what_you_want' ? (
            <Trans>Pay what you want</Trans>
          ) : type.price.amount === 0 ? (
            <Trans>Free</Trans>
          ) : (
            formatMoney(type.price)
          )}
        </p>
        <div className="flex self-center">
          {onUp && (
            <IconButton label={t`Move up: ${type.name}`} onPress={onUp}>
              <ArrowUp aria-hidden className="size-4" />
            </IconButton>
          )}
          <IconButton label={t`Edit: ${type.name}`} onPress={onEdit}>
            <Pencil aria-hidden className="size-4" />
          </IconButton>
        </div>
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
