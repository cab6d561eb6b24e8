import { useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useState } from 'react';
import { isProblem } from '@/api/problem';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';

interface ReasonDialogProps {
  title: string;
  children: ReactNode;
  confirmLabel: string;
  isDanger?: boolean;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks for the reason that is kept with what someone does against the usual. */
export function ReasonDialog({
  title,
  children,
  confirmLabel,
  isDanger,
  onConfirm,
  onClose,
}: ReasonDialogProps) {
  const { t } = useLingui();
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason')).trim();
    setPending(true);
    setProblem(undefined);
    try {
      await onConfirm(reason);
      onClose();
    } catch (error) {
      const isOffline = isProblem(error) && error.outcomeUnknown;
      setProblem(
        isOffline
          ? t`The server does not answer. Try again when the connection is back.`
          : isProblem(error)
            ? error.detail
            : String(error),
      );
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog title={title} isOpen onClose={onClose} role="alertdialog">
      <div className="mt-3 text-muted">{children}</div>
      <Form onSubmit={(event) => void submit(event)} className="mt-5 flex flex-col gap-5">
        <TextField
          name="reason"
          label={t`Reason`}
          isRequired
          maxLength={120}
          autoFocus
          hint={t`Kept with the scan, for the organizer.`}
        />
        {problem && (
          <Notice tone="danger" isAlert>
            {problem}
          </Notice>
        )}
        <div className="flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
          <Button look="secondary" onPress={onClose}>
            {t`Keep it as it is`}
          </Button>
          <Button type="submit" look={isDanger ? 'danger' : 'primary'} isPending={isPending}>
            {confirmLabel}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
