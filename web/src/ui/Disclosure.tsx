import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';

export function Disclosure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <details className="group rounded-2xl border border-line">
      <summary className="flex min-h-12 cursor-pointer list-none items-center justify-between gap-3 rounded-2xl px-4 font-semibold hover:bg-sunken [&::-webkit-details-marker]:hidden">
        {label}
        <ChevronDown aria-hidden className="size-5 text-muted transition-transform group-open:rotate-180" />
      </summary>
      <div className="border-t border-line p-4">{children}</div>
    </details>
  );
}
