import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Lock } from 'lucide-react';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import type { EventStatus, TicketTypeList } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { formatMoney } from '@/lib/money';
import { LiveIndicator } from '@/live/LiveIndicator';
import { Button } from '@/ui/Button';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { availabilityOf, chosenLines, countOf, leftOf, maxOf, total } from '../model';
import type { Purchase } from '../purchase';
import { useQuestions, useUnlockedTypes } from '../queries';
import { PromoCodeField } from './PromoCodeField';
import { PurchaseProblem } from './PurchaseProblem';
import { TicketTypeRow } from './TicketTypeRow';

interface PurchaseFormProps {
  purchase: Purchase;
  eventId: string;
  types: TicketTypeList;
  eventStatus: EventStatus;
}

export function PurchaseForm({ purchase, eventId, types, eventStatus }: PurchaseFormProps) {
  const { t } = useLingui();
  const { draft, step } = purchase;
  const [nothingChosen, setNothingChosen] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const problem = step.at === 'choosing' ? step.problem : undefined;
  const errors = useMemo(() => fieldErrors(problem), [problem]);
  const unlocked = useUnlockedTypes(eventId, draft.code);
  const questions = useQuestions(eventId);
  // Members see hidden ones everywhere else; here they buy like anyone.
  const open = types.items.filter(({ hidden }) => !hidden);
  const shown = (unlocked.data?.items ?? []).filter(({ id }) => !open.some((type) => type.id === id));
  const items = [...open, ...(draft.code ? shown : [])].sort((a, b) => a.position - b.position);
  const lines = chosenLines(items, draft);
  const isDraft = eventStatus === 'draft';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setNothingChosen(lines.length === 0);
    if (lines.length > 0) void purchase.place(items, (questions.data?.items.length ?? 0) > 0);
    else list.current?.querySelector('input')?.focus();
  };

  const isOver = items.every((type) => {
    const { kind } = availabilityOf(type, leftOf(type, types.event_available));
    return kind === 'sold-out' || kind === 'closed';
  });
  // A buyer who had chosen keeps the form, to see what became of it.
  const nothingToGet = isOver && lines.length === 0;

  if (items.length === 0 && !draft.code) return <Notice title={t`There are no tickets yet.`} />;

  return (
    <Form
      onSubmit={submit}
      validationErrors={errors}
      className="rounded-3xl border border-line bg-surface p-5 sm:p-7"
    >
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-2xl font-bold">
          <Trans>Tickets</Trans>
        </h2>
        <LiveIndicator />
      </div>
      <ul ref={list} className="mt-3 divide-y divide-line">
        {items.map((type) => {
          const left = leftOf(type, types.event_available);
          return (
            <TicketTypeRow
              key={type.id}
              type={type}
              left={left}
              max={maxOf(type, left)}
              quantity={draft.quantities[type.id] ?? 0}
              onChange={(quantity) => {
                setNothingChosen(false);
                purchase.setQuantity(type.id, quantity);
              }}
              price={draft.prices?.[type.id]}
              onPrice={(text) => purchase.setPrice(type.id, text)}
            />
          );
        })}
      </ul>

      {nothingToGet ? (
        <Notice title={t`Nothing left right now.`}>
          <Trans>What comes back is offered to the waitlist first.</Trans>
        </Notice>
      ) : (
        <>
          <PromoCodeField purchase={purchase} eventId={eventId} />
          <BuyerFields purchase={purchase} />
          <div className="mt-5 flex flex-col gap-3 empty:hidden">
            {nothingChosen && (
              <Notice tone="warn" isAlert title={t`Choose how many tickets you want first.`} />
            )}
            {step.at === 'choosing' && (step.problem || step.holdExpired) && (
              <PurchaseProblem purchase={purchase} step={step} types={items} />
            )}
            {isDraft && <Notice title={t`Tickets can be had once the event is published.`} />}
          </div>

          <SubmitBar purchase={purchase} lines={lines} isDraft={isDraft} />
        </>
      )}
    </Form>
  );
}

function BuyerFields({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { draft } = purchase;
  return (
    <div className="mt-2 flex flex-col gap-4 border-t border-line pt-5">
      <TextField
        name="name"
        label={t`Your name`}
        autoComplete="name"
        value={draft.name}
        onChange={(name) => purchase.edit({ name })}
        isRequired
      />
      <TextField
        name="email"
        type="email"
        label={t`E-mail`}
        autoComplete="email"
        inputMode="email"
        value={draft.email}
        onChange={(email) => purchase.edit({ email })}
        isRequired
      />
    </div>
  );
}

interface SubmitBarProps {
  purchase: Purchase;
  lines: ReturnType<typeof chosenLines>;
  isDraft: boolean;
}

/** The total and the one button. On a phone it stays under the thumb. */
function SubmitBar({ purchase, lines, isDraft }: SubmitBarProps) {
  const sum = total(lines, purchase.draft);
  const count = countOf(lines);
  const isFree = sum?.amount === 0;
  return (
    <div className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))] lg:static lg:mt-6 lg:border-0 lg:bg-transparent lg:p-0">
      <div className="flex items-center gap-4 lg:flex-col lg:items-stretch">
        <p
          aria-live="polite"
          className="min-w-24 flex-1 leading-tight lg:flex lg:items-baseline lg:justify-between"
        >
          <span className="block text-sm text-muted lg:text-base">
            {count === 0 ? <Trans>Total</Trans> : <Plural value={count} one="# ticket" other="# tickets" />}
          </span>
          <span className="text-xl font-bold tabular-nums">
            {isFree ? <Trans>Free</Trans> : sum ? formatMoney(sum) : '–'}
          </span>
        </p>
        <Button
          type="submit"
          isPending={purchase.step.at === 'placing'}
          isDisabled={isDraft}
          className="min-h-13 flex-1 text-lg"
        >
          {sum && !isFree ? <Trans>Continue to payment</Trans> : <Trans>Get tickets</Trans>}
        </Button>
      </div>
      <p className="mt-3 hidden items-center justify-center gap-1.5 text-sm text-muted lg:flex">
        <Lock aria-hidden className="size-4" />
        <Trans>The price you see is all you pay.</Trans>
      </p>
    </div>
  );
}
