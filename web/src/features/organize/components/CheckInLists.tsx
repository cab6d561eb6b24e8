import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { CheckInList, Event, TicketType } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { formatDay, formatTime } from '@/lib/time';
import { Button } from '@/ui/Button';
import { ConfirmDialog, Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { TextField } from '@/ui/TextField';
import { useDoorActions } from '../checkIn';
import { ProblemNotice } from './ProblemNotice';

interface CheckInListsProps {
  event: Event;
  lists: CheckInList[];
  types: TicketType[];
}

/** Where people are checked in, and how many are in, counted over all doors. */
export function CheckInLists({ event, lists, types }: CheckInListsProps) {
  const [editing, setEditing] = useState<CheckInList | 'new'>();
  return (
    <section aria-labelledby="lists" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="lists" className="text-xl font-bold">
          <Trans>Check-in lists</Trans>
        </h2>
        <Button
          look="secondary"
          icon={<Plus aria-hidden className="size-5" />}
          onPress={() => setEditing('new')}
        >
          <Trans>Add a list</Trans>
        </Button>
      </div>
      <ul className="mt-2 divide-y divide-line">
        {lists.map((list) => (
          <ListRow key={list.id} event={event} list={list} types={types} onEdit={() => setEditing(list)} />
        ))}
      </ul>
      {editing && (
        <ListDialog
          event={event}
          list={editing === 'new' ? undefined : editing}
          types={types}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

interface ListRowProps {
  event: Event;
  list: CheckInList;
  types: TicketType[];
  onEdit: () => void;
}

function ListRow({ event, list, types, onEdit }: ListRowProps) {
  const { t } = useLingui();
  const names = list.ticket_type_ids?.map((id) => types.find((type) => type.id === id)?.name ?? id);
  const moment = (at: string) => `${formatDay(at, event.time_zone)} ${formatTime(at, event.time_zone)}`;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 py-4">
      <div className="min-w-48 flex-1">
        <h3 className="font-semibold">
          <bdi>{list.name}</bdi>
        </h3>
        <p className="text-[0.9375rem] text-muted">
          {names ? <bdi>{names.join(', ')}</bdi> : <Trans>All tickets</Trans>}
          {list.starts_at && <> · {t`from ${moment(list.starts_at)}`}</>}
          {list.ends_at && <> · {t`until ${moment(list.ends_at)}`}</>}
          {' · '}
          {list.reentry ? <Trans>in and out</Trans> : <Trans>once</Trans>}
        </p>
      </div>
      <dl className="flex gap-6 tabular-nums">
        <div className="flex flex-col-reverse">
          <dt className="text-sm text-muted">{t`Admitted`}</dt>
          <dd className="text-2xl font-bold">{list.admitted}</dd>
        </div>
        <div className="flex flex-col-reverse">
          <dt className="text-sm text-muted">{t`Inside`}</dt>
          <dd className="text-2xl font-bold">{list.inside}</dd>
        </div>
      </dl>
      <Button look="quiet" className="ms-auto" aria-label={t`Change ${list.name}`} onPress={onEdit}>
        <Trans>Change</Trans>
      </Button>
    </li>
  );
}

interface ListDialogProps {
  event: Event;
  list: CheckInList | undefined;
  types: TicketType[];
  onClose: () => void;
}

function ListDialog({ event, list, types, onClose }: ListDialogProps) {
  const { t } = useLingui();
  const { save, remove } = useDoorActions(event.id);
  const [isAll, setAll] = useState(!list?.ticket_type_ids);
  const [isRemoving, setRemoving] = useState(false);
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    const time = (name: string) => {
      const text = String(form.get(name) ?? '');
      return text === '' ? null : `${text}:00`;
    };
    save.mutate(
      {
        id: list?.id,
        list: {
          name: String(form.get('name')).trim(),
          ticket_type_ids: isAll ? null : form.getAll('types').map(String),
          starts_at: time('starts_at'),
          ends_at: time('ends_at'),
          reentry: form.get('reentry') === 'on',
        },
      },
      { onSuccess: onClose },
    );
  };
  const problem = save.error ?? remove.error;
  return (
    <Dialog title={list ? t`Change the list` : t`Add a list`} isOpen onClose={onClose} isWide>
      <Form onSubmit={submit} validationErrors={fieldErrors(save.error)} className="mt-6 flex flex-col gap-5">
        <TextField
          name="name"
          label={t`Name`}
          isRequired
          maxLength={60}
          defaultValue={list?.name ?? ''}
          hint={t`What the door is called: Main entrance, Backstage, Day 2.`}
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="font-semibold">{t`Which tickets`}</legend>
          <label className="flex min-h-11 items-center gap-3">
            <input
              type="checkbox"
              className="size-5 accent-(--accent)"
              checked={isAll}
              onChange={({ target }) => setAll(target.checked)}
            />
            <Trans>All tickets</Trans>
          </label>
          {!isAll &&
            types.map(({ id, name }) => (
              <label key={id} className="ms-6 flex min-h-11 items-center gap-3">
                <input
                  type="checkbox"
                  name="types"
                  value={id}
                  defaultChecked={list?.ticket_type_ids?.includes(id) ?? false}
                  className="size-5 accent-(--accent)"
                />
                <bdi>{name}</bdi>
              </label>
            ))}
        </fieldset>
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField
            name="starts_at"
            type="datetime-local"
            label={t`Opens`}
            defaultValue={list?.starts_at?.slice(0, 16) ?? ''}
            hint={t`Leave empty for any time.`}
          />
          <TextField
            name="ends_at"
            type="datetime-local"
            label={t`Closes`}
            defaultValue={list?.ends_at?.slice(0, 16) ?? ''}
          />
        </div>
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            name="reentry"
            className="size-5 accent-(--accent)"
            defaultChecked={list?.reentry ?? false}
          />
          <Trans>Whoever went out may come in again</Trans>
        </label>
        {problem && <ProblemNotice problem={problem} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          {list && list.id !== 'main' && (
            <Button look="quiet-danger" className="sm:me-auto" onPress={() => setRemoving(true)}>
              <Trans>Delete…</Trans>
            </Button>
          )}
          <Button look="secondary" onPress={onClose}>
            <Trans>Discard</Trans>
          </Button>
          <Button type="submit" isPending={save.isPending}>
            <Trans>Save the list</Trans>
          </Button>
        </div>
      </Form>
      {list && (
        <ConfirmDialog
          title={t`Delete this list?`}
          isOpen={isRemoving}
          onClose={() => setRemoving(false)}
          onConfirm={() =>
            remove.mutate(list.id, { onSuccess: onClose, onSettled: () => setRemoving(false) })
          }
          confirmLabel={t`Delete`}
          cancelLabel={t`Keep it`}
          isPending={remove.isPending}
          isDanger
        >
          <Plural
            value={list.admitted}
            _0="Nobody was scanned here yet, so nothing is lost."
            other="A list that scanned tickets is kept."
          />
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
