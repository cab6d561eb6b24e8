import { useLingui } from '@lingui/react/macro';
import { formatMoment } from '@/lib/time';
import type { Verdict } from '../model';

/** The word staff reads from two metres away, and the line beneath it. */
export function useVerdictWords({ verdict }: { verdict: Verdict }): { word: string; detail: string } {
  const { t } = useLingui();
  const validation = verdict.kind === 'no_answer' ? undefined : verdict.validation;
  switch (verdict.kind) {
    case 'admitted':
      return { word: t`Welcome`, detail: t`Admitted` };
    case 'already_admitted':
      return {
        word: t`Already in`,
        detail: validation?.first_admitted_at
          ? t`Admitted at ${formatMoment(validation.first_admitted_at)}`
          : t`This ticket was used before`,
      };
    case 'cancelled':
      return { word: t`Cancelled`, detail: t`This ticket is no longer valid` };
    case 'wrong_event':
      return { word: t`Wrong event`, detail: t`This ticket is for another event` };
    case 'unknown_code':
      return { word: t`Unknown`, detail: t`This is not one of our codes` };
    case 'no_answer':
      return { word: t`No answer`, detail: t`Do not let in yet: check the connection and try again` };
    default:
      return verdict satisfies never;
  }
}
