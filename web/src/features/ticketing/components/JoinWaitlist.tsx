import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useMemo, useState } from 'react';
import type { TicketType, WaitlistEntry } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { formatMoney } from '@/lib/money';
import { Button } from '@/ui/Button';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { Stepper } from '@/ui/Stepper';
import { TextField } from '@/ui/TextField';
import type { Draft } from '../model';
import { useJoin } from '../waitlist';

interface JoinWaitlistProps {
  eventId: string;
  types: TicketType[];
  waiting: number;
  draft: Draft;
  onJoined: (entry: WaitlistEntry) => void;
}

export function JoinWaitlist({ eventId, types, waiting, draft, onJoined }: JoinWaitlistProps) {
  const { t } = useLingui();
  const join = useJoin(eventId);
  const [left, setLeft] = useState<string[]>([]);
  const [quantity, setQuantity] = useState(1);
  const [person, setPerson] = useState<{ name?: string; email?: string }>({});
  const name = person.name ?? draft.name;
  const email = person.email ?? draft.email;
  const chosen = types.filter(({ id }) => !left.includes(id));
  const max = Math.max(1, ...chosen.map(({ max_per_order }) => max_per_order));
  const errors = useMemo(() => fieldErrors(join.error), [join.error]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen.length === 0) return;
    join.mutate(
      {
        ticket_type_ids: chosen.map(({ id }) => id),
        quantity,
        buyer: { name: name.trim(), email: email.trim() },
      },
      { onSuccess: onJoined },
    );
  };

  return (
    <Form
      onSubmit={submit}
      validationErrors={errors}
      className="mt-6 rounded-3xl border border-line bg-surface p-5 sm:p-7"
    >
      <h2 className="text-2xl font-bold">
        <Trans>Join the waitlist</Trans>
      </h2>
      <p className="mt-2 text-muted">
        <Trans>
          What comes free is offered in order, with half an hour to pay. Nobody can jump the queue.
        </Trans>{' '}
        <Plural value={waiting} _0="Nobody waits yet." one="# person waits." other="# people wait." />
      </p>
      {types.length > 1 && (
        <fieldset className="mt-5">
          <legend className="font-semibold">
            <Trans>Any of these will do</Trans>
          </legend>
          {types.map((type) => (
            <label key={type.id} className="mt-2 flex min-h-11 items-center gap-3">
              <input
                type="checkbox"
                className="size-5 accent-accent"
                checked={!left.includes(type.id)}
                onChange={(event) =>
                  setLeft(event.target.checked ? left.filter((id) => id !== type.id) : [...left, type.id])
                }
              />
              <span className="flex-1">
                <bdi>{type.name}</bdi>
              </span>
              <span className="text-muted tabular-nums">
                {type.price.amount === 0 ? <Trans>Free</Trans> : formatMoney(type.price)}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <div className="mt-5 flex items-center justify-between gap-4">
        <div>
          <p className="font-semibold">
            <Trans>How many</Trans>
          </p>
          <p className="text-sm text-muted">
            <Trans>You get all of them, or none.</Trans>
          </p>
        </div>
        <Stepper
          label={t`How many`}
          value={quantity}
          max={max}
          onChange={(next) => setQuantity(Math.max(1, next))}
        />
      </div>
      <div className="mt-5 flex flex-col gap-4">
        <TextField
          name="name"
          label={t`Your name`}
          autoComplete="name"
          value={name}
          onChange={(name) => setPerson({ ...person, name })}
          isRequired
        />
        <TextField
          name="email"
          type="email"
          label={t`E-mail`}
          autoComplete="email"
          inputMode="email"
          value={email}
          onChange={(email) => setPerson({ ...person, email })}
          isRequired
        />
      </div>
      <div className="mt-5 flex flex-col gap-3 empty:hidden">
        {chosen.length === 0 && <Notice tone="warn" title={t`Choose at least one kind of ticket.`} />}
        {join.error && (
          <JoinProblem type={join.error.type} message={join.error.message} detail={join.error.detail} />
        )}
      </div>
      <Button type="submit" isPending={join.isPending} className="mt-5 min-h-13 w-full text-lg">
        <Trans>Join the waitlist</Trans>
      </Button>
    </Form>
  );
}

function JoinProblem({ type, message, detail }: { type: string; message: string; detail?: string }) {
  const { t } = useLingui();
  if (type === 'already-waiting') {
    return (
      <Notice tone="warn" isAlert title={t`This address is on the waitlist already.`}>
        <Trans>You find your place under My tickets, on the device or account you joined with.</Trans>
      </Notice>
    );
  }
  if (type === 'tickets-available') {
    return (
      <Notice tone="warn" isAlert title={t`There are tickets left.`}>
        <Trans>Some of these came free just now: get them above, or wait for the others.</Trans>
      </Notice>
    );
  }
  return (
    <Notice tone="danger" isAlert title={message}>
      {detail}
    </Notice>
  );
}
