import { Trans, useLingui } from '@lingui/react/macro';
import { Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { fieldErrors, isProblem } from '@/api/problem';
import { currencies, likelyCurrency } from '@/lib/money';
import { paths } from '@/lib/paths';
import { readerZone, shiftWallClock } from '@/lib/time';
import { Button, IconButton } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/Dialog';
import { Disclosure } from '@/ui/Disclosure';
import { Form } from '@/ui/Form';
import { PageHeading } from '@/ui/Heading';
import { SelectField } from '@/ui/SelectField';
import { Skeleton } from '@/ui/Skeleton';
import { TextField } from '@/ui/TextField';
import { ProblemNotice } from '../components/ProblemNotice';
import { TicketTypeFields } from '../components/TicketTypeFields';
import { likelyStart, type NewEvent, newEvent } from '../model';
import { EventIncomplete, useCreateEvent, useOrganizers } from '../queries';
import { timeZones } from '../zones';

/** One screen, six fields. Whatever can be guessed is guessed, and waits under "More options". */
export function NewEventPage() {
  const organizers = useOrganizers();
  if (!organizers) return <Skeleton className="mx-auto h-[40rem] max-w-2xl rounded-3xl" />;
  return <NewEventForm organizerId={organizers[0]?.id} />;
}

function NewEventForm({ organizerId }: { organizerId?: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const create = useCreateEvent();
  const [starts, setStarts] = useState(likelyStart);
  const [currency, setCurrency] = useState(likelyCurrency);
  const [rows, setRows] = useState(['0']);
  const [toPublish, setToPublish] = useState<NewEvent>();

  const send = (plan: NewEvent, publish: boolean) =>
    create.mutate(
      { plan, publish },
      {
        onSuccess: (event) => void navigate(paths.desk(event.id)),
        onError: (error) => {
          setToPublish(undefined);
          // The event exists: go on where it can be completed instead of making another.
          if (error instanceof EventIncomplete) {
            void navigate(paths.desk(error.event.id), { state: { incomplete: error.why } });
          }
        },
      },
    );

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const plan = newEvent(
      new FormData(event.currentTarget),
      rows,
      organizerId ?? create.variables?.plan.organizerId,
    );
    const { submitter } = event.nativeEvent as SubmitEvent;
    if (submitter?.getAttribute('value') === 'draft') send(plan, false);
    else setToPublish(plan);
  };

  const problem = isProblem(create.error) ? create.error : undefined;
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeading title={t`New event`} />
      <Form onSubmit={submit} validationErrors={fieldErrors(problem)} className="mt-8 flex flex-col gap-6">
        {!organizerId && (
          <TextField
            name="organizer"
            label={t`Who organizes it?`}
            hint={t`Your own name or your organization's. Attendees see it.`}
            autoComplete="organization"
            maxLength={100}
            isRequired
          />
        )}
        <TextField name="title" label={t`Title`} maxLength={150} isRequired />
        <div className="grid gap-6 sm:grid-cols-2">
          <TextField
            name="starts_at"
            label={t`When`}
            type="datetime-local"
            value={starts}
            onChange={setStarts}
            isRequired
          />
          <TextField name="venue" label={t`Where`} placeholder={t`Place or “Online”`} maxLength={150} />
        </div>
        <TicketTypeFields row="0" currency={currency} defaultName={t`General admission`} />
        {rows.slice(1).map((row) => (
          <div key={row} className="flex items-start gap-2">
            <div className="flex-1">
              <TicketTypeFields row={row} currency={currency} />
            </div>
            <IconButton
              label={t`Remove this ticket`}
              className="mt-7"
              onPress={() => setRows(rows.filter((other) => other !== row))}
            >
              <Trash2 aria-hidden className="size-5" />
            </IconButton>
          </div>
        ))}
        <Button
          look="secondary"
          className="self-start"
          icon={<Plus aria-hidden className="size-5" />}
          onPress={() => setRows([...rows, String(Number(rows.at(-1) ?? 0) + 1)])}
        >
          <Trans>Another kind of ticket</Trans>
        </Button>
        <Disclosure label={t`More options`}>
          <div className="flex flex-col gap-5">
            <div className="grid gap-5 sm:grid-cols-2">
              <TextField
                key={starts}
                name="ends_at"
                label={t`Ends`}
                type="datetime-local"
                defaultValue={starts && shiftWallClock(starts, 3)}
                min={starts}
              />
              <SelectField
                name="time_zone"
                label={t`Time zone`}
                defaultValue={readerZone()}
                options={timeZones()}
              />
            </div>
            <TextField name="address" label={t`Address of the place`} maxLength={300} />
            <TextField name="description" label={t`Description`} rows={5} maxLength={10_000} />
            <div className="grid gap-5 sm:grid-cols-2">
              <TextField
                name="max_capacity"
                label={t`Most people in total`}
                hint={t`Over all kinds of tickets.`}
                type="number"
                inputMode="numeric"
                min="1"
                placeholder={t`No limit`}
              />
              <SelectField
                name="currency"
                label={t`Currency`}
                defaultValue={currency}
                options={currencies}
                onChange={setCurrency}
              />
            </div>
          </div>
        </Disclosure>
        {problem && <ProblemNotice problem={problem} />}
        <div className="flex flex-col gap-3 sm:flex-row">
          <Button type="submit" className="min-h-13 flex-1 text-lg">
            <Trans>Publish…</Trans>
          </Button>
          <Button
            type="submit"
            value="draft"
            look="secondary"
            isPending={create.isPending && !toPublish}
            className="min-h-13"
          >
            <Trans>Save as draft</Trans>
          </Button>
        </div>
      </Form>
      <ConfirmDialog
        title={t`Publish this event?`}
        isOpen={toPublish !== undefined}
        onClose={() => setToPublish(undefined)}
        onConfirm={() => toPublish && send(toPublish, true)}
        confirmLabel={t`Publish now`}
        cancelLabel={t`Not yet`}
        isPending={create.isPending}
      >
        <Trans>
          “{toPublish?.event.title}” appears on the discover page at once, and anyone can get tickets. You can
          still change the details; people with tickets are told.
        </Trans>
      </ConfirmDialog>
    </div>
  );
}
