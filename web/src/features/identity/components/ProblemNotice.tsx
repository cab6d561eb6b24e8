import { useLingui } from '@lingui/react/macro';
import type { ApiProblem } from '@/api/problem';
import { Notice } from '@/ui/Notice';

/** What went wrong while signing in or up. Errors of single fields stand at their fields instead. */
export function ProblemNotice({ problem }: { problem: ApiProblem }) {
  const { t } = useLingui();
  switch (problem.type) {
    case 'validation':
      return null;
    case 'invalid-credentials':
      return <Notice tone="danger" isAlert title={t`E-mail or password is wrong.`} />;
    case 'email-taken':
      return (
        <Notice tone="danger" isAlert title={t`There is already an account with this e-mail address.`}>
          {t`Log in instead, or use another address.`}
        </Notice>
      );
    case 'rate-limited':
      return (
        <Notice tone="warn" isAlert title={t`Too many attempts.`}>
          {t`Please wait ${problem.retryAfterSeconds ?? 60} seconds and try again.`}
        </Notice>
      );
    case 'network':
      return (
        <Notice tone="warn" isAlert title={t`No connection.`}>
          {t`Check your network and press the button again.`}
        </Notice>
      );
    default:
      return (
        <Notice tone="danger" isAlert title={t`That did not work.`}>
          {problem.detail || problem.message}
          {problem.requestId && <span className="block text-sm text-muted">{problem.requestId}</span>}
        </Notice>
      );
  }
}
