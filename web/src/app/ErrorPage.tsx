import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isRouteErrorResponse, useRouteError } from 'react-router-dom';
import { isProblem } from '@/api/problem';
import { Button, LinkButton } from '@/ui/Button';
import { PageHeading } from '@/ui/Heading';
import { NotFoundPage } from './NotFoundPage';

/** Whatever a page could not handle itself. The request id is what support needs to find it in the logs. */
export function ErrorPage() {
  const { t } = useLingui();
  const error = useRouteError();
  // The next page asks again instead of finding this failure in the cache.
  const { reset } = useQueryErrorResetBoundary();
  useEffect(() => reset(), [reset]);
  if (isProblem(error, 'not-found') || (isRouteErrorResponse(error) && error.status === 404)) {
    return <NotFoundPage />;
  }
  const isOffline = isProblem(error, 'network');
  const requestId = isProblem(error) ? error.requestId : undefined;
  return (
    <div className="mx-auto max-w-lg py-16 text-center">
      <PageHeading title={isOffline ? t`No connection` : t`Something went wrong`} />
      <p className="mt-4 text-lg text-muted">
        {isOffline ? (
          <Trans>The server did not answer. Check your network, then try again.</Trans>
        ) : (
          <Trans>The fault is ours, not yours. Trying again often helps.</Trans>
        )}
      </p>
      {requestId && (
        <p className="mt-4 text-sm text-muted">
          <Trans>Request</Trans> <code className="select-all">{requestId}</code>
        </p>
      )}
      <div className="mt-8 flex justify-center gap-3">
        <Button onPress={() => location.reload()}>
          <Trans>Try again</Trans>
        </Button>
        <LinkButton look="secondary" to="/">
          <Trans>To the start page</Trans>
        </LinkButton>
      </div>
    </div>
  );
}
