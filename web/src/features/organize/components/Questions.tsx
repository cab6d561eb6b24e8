import { Trans, useLingui } from '@lingui/react/macro';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Question, TicketType } from '@/api/generated/model';
import { fieldErrors } from '@/api/problem';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { TextField } from '@/ui/TextField';
import { question as questionOf } from '../model';
import { useDeleteQuestion, useEventQuestions, useSaveQuestion } from '../queries';
import { CheckBox, Choices, OptionsField } from './Choices';
import { ProblemNotice } from './ProblemNotice';

/** What buyers and attendees are asked while their places are held. */
export function Questions({ eventId, types }: { eventId: string; types: TicketType[] }) {
  const questions = useEventQuestions(eventId);
  const [editing, setEditing] = useState<Question | 'new'>();
  return (
    <section aria-labelledby="questions" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <div className="flex items-center justify-between gap-3">
        <h2 id="questions" className="text-xl font-bold">
          <Trans>Questions</Trans>
        </h2>
        <Button
          look="secondary"
          icon={<Plus aria-hidden className="size-5" />}
          onPress={() => setEditing('new')}
        >
          <Trans>Ask something</Trans>
        </Button>
      </div>
      {questions?.length === 0 && (
        <p className="mt-4 text-muted">
          <Trans>Nothing is asked but name and e-mail.</Trans>
        </p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {questions?.map((question) => (
          <li key={question.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
            <p className="flex flex-wrap items-center gap-2">
              <bdi className="font-semibold">{question.label}</bdi>
              <Badge>
                {question.asked === 'order' ? <Trans>Once an order</Trans> : <Trans>Each attendee</Trans>}
              </Badge>
              {question.required && (
                <Badge>
                  <Trans>Required</Trans>
                </Badge>
              )}
            </p>
            <Button look="quiet" onPress={() => setEditing(question)}>
              <Trans>Edit</Trans>
            </Button>
          </li>
        ))}
      </ul>
      {editing && (
        <QuestionDialog
          eventId={eventId}
          types={types}
          questions={questions ?? []}
          question={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

interface QuestionDialogProps {
  eventId: string;
  types: TicketType[];
  questions: Question[];
  question?: Question;
  onClose: () => void;
}

function QuestionDialog({ eventId, types, questions, question, onClose }: QuestionDialogProps) {
  const { t } = useLingui();
  const [kind, setKind] = useState<string>(question?.kind ?? 'text');
  const [cause, setCause] = useState(question?.shown_if?.question_id ?? '');
  const save = useSaveQuestion(eventId);
  const remove = useDeleteQuestion(eventId);
  const error = save.error ?? remove.error;
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const change = questionOf(new FormData(submitted.currentTarget));
    save.mutate(question ? { id: question.id, version: question.version, change } : { change }, {
      onSuccess: onClose,
    });
  };
  const others = questions.filter(({ id }) => id !== question?.id);
  return (
    <Dialog title={question ? t`Edit the question` : t`Ask something`} isOpen onClose={onClose} isWide>
      <Form onSubmit={submit} validationErrors={fieldErrors(error)} className="mt-6 flex flex-col gap-5">
        <TextField
          name="label"
          label={t`Question`}
          defaultValue={question?.label}
          maxLength={200}
          isRequired
        />
        <TextField name="help" label={t`Help`} defaultValue={question?.help ?? ''} maxLength={2000} />
        <div className="grid gap-4 sm:grid-cols-2">
          <OptionsField
            name="kind"
            label={t`Answer`}
            defaultValue={kind}
            onChange={setKind}
            options={[
              { value: 'text', label: t`Text` },
              { value: 'number', label: t`A number` },
              { value: 'choice', label: t`One of several` },
              { value: 'date', label: t`A day` },
              { value: 'consent', label: t`A box to tick` },
            ]}
          />
          <OptionsField
            name="asked"
            label={t`Asked of`}
            defaultValue={question?.asked ?? 'order'}
            options={[
              { value: 'order', label: t`the buyer, once` },
              { value: 'attendee', label: t`each attendee` },
            ]}
          />
        </div>
        {kind === 'choice' && (
          <TextField
            name="choices"
            label={t`Answers to choose from, one a line`}
            rows={4}
            defaultValue={question?.choices.join('\n')}
            isRequired
          />
        )}
        <CheckBox name="required" isChecked={question?.required ?? false}>
          <Trans>Must be answered</Trans>
        </CheckBox>
        <Choices
          legend={t`Only with these tickets (none chosen: with all)`}
          name="ticket_type_ids"
          options={types}
          chosen={question?.ticket_type_ids ?? []}
        />
        {others.length > 0 && (
          <div className="grid gap-4 sm:grid-cols-2">
            <OptionsField
              name="shown_if"
              label={t`Only asked depending on`}
              defaultValue={cause}
              onChange={setCause}
              options={[
                { value: '', label: t`nothing` },
                ...others.map(({ id, label }) => ({ value: id, label })),
              ]}
            />
            {cause !== '' && (
              <TextField
                name="equals"
                label={t`being answered with`}
                defaultValue={question?.shown_if?.equals}
                hint={t`The same words; true for a ticked box.`}
                isRequired
              />
            )}
          </div>
        )}
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          {question && (
            <Button
              look="quiet"
              className="sm:me-auto"
              isPending={remove.isPending}
              onPress={() => remove.mutate(question.id, { onSuccess: onClose })}
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
