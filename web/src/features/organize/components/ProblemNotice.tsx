import { Trans, useLingui } from '@lingui/react/macro';
import type { ApiProblem } from '@/api/problem';
import { Notice } from '@/ui/Notice';

/** Why the desk could not do something. Errors that belong to a field stand there as well. */
export function ProblemNotice({ problem }: { problem: ApiProblem }) {
  const { t } = useLingui();
  switch (problem.type) {
    case 'validation':
      return (
        <Notice tone="danger" isAlert title={t`Some fields need another look.`}>
          <ul>
            {problem.errors.map(({ pointer, detail }) => (
              <li key={pointer}>{detail}</li>
            ))}
          </ul>
        </Notice>
      );
    case 'precondition-failed':
      return (
        <Notice tone="warn" isAlert title={t`Someone else changed this event meanwhile.`}>
          <Trans>Close this and open it again to see their version.</Trans>
        </Notice>
      );
    case 'network':
      return (
        <Notice tone="warn" isAlert title={t`No answer from the server.`}>
          <Trans>Look at your events before you try again: it may have been saved.</Trans>
        </Notice>
      );
    default:
      return (
        <Notice tone="danger" isAlert title={problem.message}>
          {problem.detail}
          {problem.requestId && <p className="text-sm text-muted">{problem.requestId}</p>}
        </Notice>
      );
  }
}
