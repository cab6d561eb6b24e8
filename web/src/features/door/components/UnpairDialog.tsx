import { Trans, useLingui } from '@lingui/react/macro';
import { ConfirmDialog } from '@/ui/Dialog';

export function UnpairDialog({ onConfirm, onClose }: { onConfirm: () => void; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <ConfirmDialog
      title={t`Unpair this phone?`}
      isOpen
      onClose={onClose}
      onConfirm={onConfirm}
      confirmLabel={t`Unpair`}
      cancelLabel={t`Stay paired`}
      isDanger
    >
      <Trans>
        It forgets the names on its list. To scan here again it needs a gate link from the organizer.
      </Trans>
    </ConfirmDialog>
  );
}
