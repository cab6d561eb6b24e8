import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '@/api/problem';
import { Button } from '@/ui/Button';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { useSendMessage } from '../queries';
import { ProblemNotice } from './ProblemNotice';

/** To everyone with a ticket; it lands in their open pages at once. */
export function MessageComposer({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const [message, setMessage] = useState('');
  const send = useSendMessage(eventId);
  const recipients = send.data?.recipients;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate(message.trim(), { onSuccess: () => setMessage('') });
  };
  return (
    <section aria-labelledby="message" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="message" className="text-xl font-bold">
        <Trans>Send a message to attendees</Trans>
      </h2>
      <Form onSubmit={submit} validationErrors={fieldErrors(send.error)} className="mt-4 flex flex-col gap-4">
        <TextField
          name="message"
          label={t`Message`}
          hint={t`Everyone with a ticket and an account gets it at once.`}
          rows={3}
          maxLength={2_000}
          value={message}
          onChange={setMessage}
          isRequired
        />
        {send.error && <ProblemNotice problem={send.error} />}
        <div role="status">
          {send.isSuccess && message === '' && (
            <Notice tone="ok" title={t`Sent.`}>
              {recipients != null && <Plural value={recipients} one="To # person." other="To # people." />}
            </Notice>
          )}
        </div>
        <Button
          type="submit"
          className="self-start"
          isPending={send.isPending}
          icon={<Send aria-hidden className="size-5 rtl:-scale-x-100" />}
        >
          <Trans>Send message</Trans>
        </Button>
      </Form>
    </section>
  );
}
