import { Trans, useLingui } from '@lingui/react/macro';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Event, PromoCode, TicketType } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { formatMoney, likelyCurrency, minorDigits } from '@/lib/money';
import { wallClock } from '@/lib/time';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { TextField } from '@/ui/TextField';
import { amountText, basisPoints, percentText, promoCode } from '../model';
import { useDeletePromoCode, usePromoCodes, useSavePromoCode } from '../queries';
import { Choices, OptionsField } from './Choices';
import { ProblemNotice } from './ProblemNotice';

/** Codes that make tickets cheaper, show hidden ones, or have places set aside. */
export function PromoCodes({ event, types }: { event: Event; types: TicketType[] }) {
  const codes = usePromoCodes(event.id);
  const [editing, setEditing] = useState<PromoCode | 'new'>();
  return (
    <section aria-labelledby="codes" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex items-center justify-between gap-3">
        <h2 id="codes" className="text-xl font-bold">
          <Trans>Promo codes</Trans>
        </h2>
        <Button
          look="secondary"
          icon={<Plus aria-hidden className="size-5" />}
          onPress={() => setEditing('new')}
        >
          <Trans>Add a code</Trans>
        </Button>
      </div>
      {codes?.items.length === 0 && (
        <p className="mt-4 text-muted">
          <Trans>No codes yet. One can take something off, or show tickets that are hidden.</Trans>
        </p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {codes?.items.map((code) => (
          <li key={code.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
            <div>
              <p className="flex items-center gap-2 font-semibold">
                {code.code}
                {!code.usable && (
                  <Badge>
                    <Trans>Not usable now</Trans>
                  </Badge>
                )}
              </p>
              <p className="text-[0.9375rem] text-muted tabular-nums">
                <Gives code={code} />{' '}
                {code.max_uses === null ? (
                  <Trans>Used by {code.uses} orders.</Trans>
                ) : (
                  <Trans>
                    Used by {code.uses} of {code.max_uses} orders.
                  </Trans>
                )}
              </p>
            </div>
            <Button look="quiet" onPress={() => setEditing(code)}>
              <Trans>Edit</Trans>
            </Button>
          </li>
        ))}
      </ul>
      {editing && (
        <PromoCodeDialog
          event={event}
          types={types}
          code={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function Gives({ code }: { code: PromoCode }) {
  if (code.percent_basis_points) return <Trans>{code.percent_basis_points / 100}% off.</Trans>;
  if (code.amount) {
    const amount = formatMoney(code.amount);
    return <Trans>{amount} off.</Trans>;
  }
  if (code.unlocks.length > 0) return <Trans>Shows hidden tickets.</Trans>;
  return code.reserved ? <Trans>{code.reserved.available} places set aside.</Trans> : null;
}

interface PromoCodeDialogProps {
  event: Event;
  types: TicketType[];
  code?: PromoCode;
  onClose: () => void;
}

function PromoCodeDialog({ event, types, code, onClose }: PromoCodeDialogProps) {
  const { t } = useLingui();
  const [kind, setKind] = useState(
    code?.amount ? 'amount' : code && !code.percent_basis_points ? 'none' : 'percent',
  );
  const save = useSavePromoCode(event.id);
  const remove = useDeletePromoCode(event.id);
  const error = save.error ?? remove.error;
  const currency = types[0]?.price.currency ?? likelyCurrency();
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const data = new FormData(submitted.currentTarget);
    const change = promoCode(data, currency);
    const text = String(data.get('code') ?? '').trim();
    save.mutate(
      code ? { code: code.code, id: code.id, version: code.version, change } : { code: text, change },
      { onSuccess: onClose },
    );
  };
  return (
    <Dialog title={code ? t`Edit ${code.code}` : t`Add a promo code`} isOpen onClose={onClose} isWide>
      <Form onSubmit={submit} validationErrors={fieldErrors(error)} className="mt-6 flex flex-col gap-5">
        {!code && (
          <TextField
            name="code"
            label={t`Code`}
            maxLength={32}
            autoComplete="off"
            hint={t`Letters, digits, hyphens. Capitals or not makes no difference.`}
            isRequired
          />
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <OptionsField
            name="discount"
            label={t`Discount`}
            defaultValue={kind}
            onChange={setKind}
            options={[
              { value: 'percent', label: t`A percentage` },
              { value: 'amount', label: t`An amount off the order` },
              { value: 'none', label: t`None` },
            ]}
          />
          {kind === 'percent' && (
            <TextField
              name="percent"
              label={t`Percent off`}
              suffix="%"
              inputMode="decimal"
              defaultValue={percentText(code?.percent_basis_points)}
              validate={(text) => (basisPoints(text) ? null : t`Write it as 10 or 12.5.`)}
              isRequired
            />
          )}
          {kind === 'amount' && (
            <TextField
              name="amount"
              label={t`Amount off`}
              suffix={currency}
              inputMode="decimal"
              defaultValue={amountText(code?.amount, minorDigits(currency))}
              isRequired
            />
          )}
          <TextField
            name="max_uses"
            label={t`How many orders can use it`}
            type="number"
            min="1"
            placeholder={t`No limit`}
            defaultValue={code?.max_uses?.toString() ?? ''}
          />
          <TextField
            name="ends_at"
            label={t`Until`}
            type="datetime-local"
            defaultValue={code?.ends_at ? wallClock(new Date(code.ends_at), event.time_zone) : ''}
          />
        </div>
        {kind !== 'none' && (
          <Choices
            legend={t`Only for these tickets (none chosen: for all)`}
            name="ticket_type_ids"
            options={types}
            chosen={code?.ticket_type_ids ?? []}
          />
        )}
        <Choices
          legend={t`Shows and sells these hidden tickets`}
          name="unlocks"
          options={types.filter(({ hidden }) => hidden)}
          chosen={code?.unlocks}
        />
        {types.length > 0 && (
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              name="reserved"
              label={t`Places set aside for it`}
              type="number"
              min="0"
              placeholder="0"
              defaultValue={code?.reserved?.quantity.toString() ?? ''}
            />
            <OptionsField
              name="reserved_type"
              label={t`Of these tickets`}
              defaultValue={code?.reserved?.ticket_type_id ?? types[0]?.id ?? ''}
              options={types.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </div>
        )}
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          {code && (
            <Button
              look="quiet"
              className="sm:me-auto"
              isPending={remove.isPending}
              onPress={() => remove.mutate(code.id, { onSuccess: onClose })}
            >
              <Trans>Delete</Trans>
            </Button>
          )}
          <Button look="secondary" onPress={onClose}>
            <Trans>Discard</Trans>
          </Button>
          <Button type="submit" isPending={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
