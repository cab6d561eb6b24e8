import { useLingui } from '@lingui/react/macro';
import { formatMoment } from '@/lib/time';
import type { Verdict } from '../model';

/** The word staff reads from two metres away, and the line beneath it. */
export function useVerdictWords(): (verdict: Verdict) => { word: string; detail: string } {
  const { t } = useLingui();
  return ({ kind, firstAt, firstGate }) => {
    switch (kind) {
      case 'admitted':
        return { word: t`Welcome`, detail: t`Admitted` };
      case 'exited':
        return { word: t`Goodbye`, detail: t`Let out` };
      case 'already_admitted': {
        const when = firstAt ? formatMoment(firstAt) : undefined;
        if (when && firstGate) return { word: t`Already in`, detail: t`Admitted at ${when}, ${firstGate}` };
        return {
          word: t`Already in`,
          detail: when ? t`Admitted at ${when}` : t`This ticket was used before`,
        };
      }
      case 'not_inside':
        return { word: t`Not inside`, detail: t`Nobody came in with this ticket` };
      case 'not_on_list':
        return { word: t`Wrong door`, detail: t`This kind of ticket is not for here` };
      case 'outside_time':
        return { word: t`Not now`, detail: t`This door is not open at this time` };
      case 'cancelled':
        return { word: t`Cancelled`, detail: t`This ticket is no longer valid` };
      case 'transferred':
        return { word: t`Passed on`, detail: t`Someone else has this ticket now: this is an old code` };
      case 'wrong_event':
        return { word: t`Wrong event`, detail: t`This ticket is for another event` };
      case 'unknown_code':
        return { word: t`Unknown`, detail: t`This is not one of our codes` };
      case 'unlisted':
        return {
          word: t`Not listed`,
          detail: t`A real code, but not on this phone’s list. Ask a supervisor`,
        };
      case 'no_answer':
        return { word: t`No answer`, detail: t`Do not let in yet: check the connection and try again` };
      default:
        return kind satisfies never;
    }
  };
}
