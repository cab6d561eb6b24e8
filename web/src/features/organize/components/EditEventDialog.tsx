import { Trans, useLingui } from '@lingui/react/macro';
import type { FormEvent } from 'react';
import type { Event } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { wallClock } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { SelectField } from '@/ui/SelectField';
import { Skeleton } from '@/ui/Skeleton';
import { TextField } from '@/ui/TextField';
import { eventChange } from '../model';
import { useEventForEdit, useUpdateEvent } from '../queries';
import { timeZones } from '../zones';
import { ProblemNotice } from './ProblemNotice';

export function EditEventDialog({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const { t } = useLingui();
  const current = useEventForEdit(eventId);
  return (
    <Dialog title={t`Edit details`} isOpen onClose={onClose} isWide>
      {current.error && (
        <div className="mt-4">
          <ProblemNotice problem={current.error} />
        </div>
      )}
      {current.data ? (
        <EditEventForm event={current.data.event} etag={current.data.etag} onClose={onClose} />
      ) : (
        <Skeleton className="mt-6 h-96" />
      )}
    </Dialog>
  );
}

function EditEventForm({ event, etag, onClose }: { event: Event; etag?: string; onClose: () => void }) {
  const { t } = useLingui();
  const update = useUpdateEvent(event.id);
  const local = (at: string) => wallClock(new Date(at), event.time_zone);
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const change = eventChange(new FormData(submitted.currentTarget), event);
    if (Object.keys(change).length === 0) onClose();
    else update.mutate({ change, etag }, { onSuccess: onClose });
  };
  return (
    <Form onSubmit={submit} validationErrors={fieldErrors(update.error)} className="mt-6 flex flex-col gap-5">
      <TextField name="title" label={t`Title`} defaultValue={event.title} maxLength={150} isRequired />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          name="starts_at"
          label={t`Starts`}
          type="datetime-local"
          defaultValue={local(event.starts_at)}
          isRequired
        />
        <TextField
          name="ends_at"
          label={t`Ends`}
          type="datetime-local"
          defaultValue={local(event.ends_at)}
          isRequired
        />
        <SelectField
          name="time_zone"
          label={t`Time zone`}
          defaultValue={event.time_zone}
          options={[...new Set([event.time_zone, ...timeZones()])]}
        />
        <TextField
          name="max_capacity"
          label={t`Most people in total`}
          type="number"
          inputMode="numeric"
          min="1"
          placeholder={t`No limit`}
          defaultValue={event.max_capacity?.toString() ?? ''}
        />
        <TextField name="venue" label={t`Where`} defaultValue={event.venue?.name ?? ''} maxLength={150} />
        <TextField
          name="address"
          label={t`Address of the place`}
          defaultValue={event.venue?.address ?? ''}
          maxLength={300}
        />
      </div>
      <TextField
        name="description"
        label={t`Description`}
        rows={5}
        defaultValue={event.description ?? ''}
        maxLength={10_000}
      />
      {event.status === 'published' && (
        <p className="text-sm text-muted">
          <Trans>People with tickets are told about what you change.</Trans>
        </p>
      )}
      {update.error && <ProblemNotice problem={update.error} />}
      <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
        <Button look="secondary" onPress={onClose}>
          <Trans>Discard</Trans>
        </Button>
        <Button type="submit" isPending={update.isPending}>
          <Trans>Save</Trans>
        </Button>
      </div>
    </Form>
  );
}
