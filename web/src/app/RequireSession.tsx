import { Trans, useLingui } from '@lingui/react/macro';
import { LockKeyhole } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useSession } from '@/api/session';
import { paths } from '@/lib/paths';
import { LinkButton } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { PageHeading } from '@/ui/Heading';
import { Skeleton } from '@/ui/Skeleton';

/** A page for people we know. A stranger is told what is here and comes straight back after signing in. */
export function RequireSession({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useLingui();
  const { pathname, search } = useLocation();
  const session = useSession();
  if (session.status === 'starting') {
    return (
      <div aria-busy="true">
        <Skeleton className="h-11 w-72" />
        <Skeleton className="mt-8 h-64 w-full" />
      </div>
    );
  }
  if (session.status === 'signed-in') return children;
  return (
    <>
      <PageHeading title={title} className="mb-8" />
      <EmptyState
        icon={<LockKeyhole aria-hidden className="size-7" />}
        title={t`You are signed out`}
        action={
          <>
            <LinkButton to={paths.logIn(pathname + search)}>
              <Trans>Log in</Trans>
            </LinkButton>
            <LinkButton look="secondary" to={paths.signUp(pathname + search)}>
              <Trans>Create an account</Trans>
            </LinkButton>
          </>
        }
      >
        <Trans>Log in and you come straight back to this page.</Trans>
      </EmptyState>
    </>
  );
}
