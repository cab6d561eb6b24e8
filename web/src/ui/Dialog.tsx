import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './Button';
import { cx } from './cx';

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  role?: 'dialog' | 'alertdialog';
  isWide?: boolean;
}

export function Dialog({ title, isOpen, onClose, children, role, isWide }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={role !== 'alertdialog'}
      className="fixed inset-0 z-40 flex items-end justify-center bg-black/50 sm:items-center sm:p-6"
    >
      <Modal
        className={cx(
          'max-h-[92dvh] w-full overflow-y-auto rounded-t-3xl bg-surface p-6 shadow-2xl outline-none sm:rounded-3xl sm:p-8',
          isWide ? 'sm:max-w-2xl' : 'sm:max-w-md',
        )}
      >
        <AriaDialog role={role} className="outline-none">
          <Heading slot="title" className="text-2xl font-bold">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
  confirmLabel: string;
  cancelLabel: string;
  isDanger?: boolean;
  isPending?: boolean;
  children: ReactNode;
}

/** Says what will happen, and names the button after it. */
export function ConfirmDialog(props: ConfirmProps) {
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={props.onClose} role="alertdialog">
      <div className="mt-3 text-muted">{props.children}</div>
      <div className="mt-8 flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
        <Button look="secondary" onPress={props.onClose}>
          {props.cancelLabel}
        </Button>
        <Button
          look={props.isDanger ? 'danger' : 'primary'}
          isPending={props.isPending}
          onPress={props.onConfirm}
        >
          {props.confirmLabel}
        </Button>
      </div>
    </Dialog>
  );
}
