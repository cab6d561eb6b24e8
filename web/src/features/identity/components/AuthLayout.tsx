import type { ReactNode } from 'react';
import { PageHeading } from '@/ui/Heading';
import { Poster } from '@/ui/Poster';

export function AuthLayout({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto grid max-w-5xl overflow-hidden rounded-3xl border border-line bg-surface md:grid-cols-2">
      <div className="p-6 sm:p-10">
        <PageHeading title={title} className="sm:text-3xl" />
        <p className="mt-2 text-muted">{lead}</p>
        {children}
      </div>
      <Poster seed="doors at eight" className="hidden size-full md:block" />
    </div>
  );
}
