import { Trans, useLingui } from '@lingui/react/macro';
import { paths } from '@/lib/paths';
import { LinkButton } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';

export function NotFoundPage() {
  const { t } = useLingui();
  return (
    <div className="mx-auto max-w-lg py-16 text-center">
      <p aria-hidden="true" className="text-8xl font-bold tracking-tighter text-accent">
        404
      </p>
      <PageHeading title={t`There is nothing here`} className="mt-4" />
      <p className="mt-4 text-lg text-muted">
        <Trans>The address may be mistyped, or this page is not for everyone to see.</Trans>
      </p>
      <LinkButton to={paths.discover()} className="mt-8">
        <Trans>Find an event</Trans>
      </LinkButton>
    </div>
  );
}
