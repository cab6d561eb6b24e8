import { Trans, useLingui } from '@lingui/react/macro';
import { Camera, CameraOff, Flashlight, FlashlightOff } from 'lucide-react';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { Notice } from '@/ui/Notice';
import { useCamera } from '../useCamera';

interface CameraPanelProps {
  isOn: boolean;
  onToggle: (isOn: boolean) => void;
  onCode: (code: string) => void;
}

/** The camera, once someone turned it on: what it sees, and a light where the phone has one. */
export function CameraPanel({ isOn, onToggle, onCode }: CameraPanelProps) {
  const { t } = useLingui();
  const { video, state, hasTorch, isLit, light } = useCamera(isOn, onCode);
  if (!isOn) {
    return (
      <Button
        className="min-h-16 w-full text-lg"
        icon={<Camera aria-hidden className="size-6" />}
        onPress={() => onToggle(true)}
      >
        <Trans>Scan with the camera</Trans>
      </Button>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      {state === 'refused' && (
        <Notice tone="warn" isAlert title={t`The camera is not allowed here.`}>
          <Trans>Allow it for this page in the browser’s settings, or type the code below.</Trans>
        </Notice>
      )}
      {state === 'missing' && (
        <Notice tone="warn" isAlert title={t`There is no camera this page can use.`}>
          <Trans>
            A camera needs an address that begins with https. You can type the code below, or use a hand
            scanner.
          </Trans>
        </Notice>
      )}
      <div
        className={cx(
          'relative aspect-[4/3] w-full overflow-hidden rounded-3xl bg-black',
          (state === 'refused' || state === 'missing') && 'hidden',
        )}
      >
        <video
          ref={video}
          muted
          playsInline
          aria-label={t`What the camera sees`}
          className="size-full object-cover"
        />
        <div
          aria-hidden
          className="pointer-events-none absolute inset-[14%] rounded-3xl border-4 border-white/80"
        />
      </div>
      <div className="flex gap-3">
        <Button
          look="secondary"
          className="flex-1"
          icon={<CameraOff aria-hidden className="size-5" />}
          onPress={() => onToggle(false)}
        >
          <Trans>Camera off</Trans>
        </Button>
        {hasTorch && (
          <Button
            look="secondary"
            className="flex-1"
            icon={
              isLit ? (
                <FlashlightOff aria-hidden className="size-5" />
              ) : (
                <Flashlight aria-hidden className="size-5" />
              )
            }
            onPress={() => void light(!isLit)}
          >
            {isLit ? <Trans>Light off</Trans> : <Trans>Light on</Trans>}
          </Button>
        )}
      </div>
    </div>
  );
}
