import { useLingui } from '@lingui/react/macro';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './Button';

export function CopyButton({
  text,
  label,
  look = 'secondary',
}: {
  text: string;
  label: string;
  look?: 'secondary' | 'quiet';
}) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  const Icon = copied ? Check : Copy;
  // Browsers hand out the clipboard over https and localhost only.
  if (!navigator.clipboard) return null;
  return (
    <Button look={look} icon={<Icon aria-hidden className="size-5" />} onPress={() => void copy()}>
      <span aria-live="polite">{copied ? t`Copied` : label}</span>
    </Button>
  );
}
