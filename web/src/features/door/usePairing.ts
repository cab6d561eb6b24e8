import { useEffect, useState } from 'react';
import { type ApiProblem, isProblem } from '@/api/problem';
import { ownGateLink } from './api';
import { forgetPairing, keepPairing, type Pairing, pairingOf } from './store';

export type PairingState =
  | { status: 'looking' }
  | { status: 'none' }
  | { status: 'paired'; pairing: Pairing }
  | { status: 'failed'; problem: ApiProblem };

/**
 * A gate link's credential stands behind the `#` of its address, which no server sees. It is taken from there once,
 * kept on this phone, and taken off the address.
 */
export function usePairing(eventId: string) {
  const [state, setState] = useState<PairingState>({ status: 'looking' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another run
  useEffect(() => {
    let isHere = true;
    const set = (next: PairingState) => {
      if (isHere) setState(next);
    };
    void (async () => {
      const credential = decodeURIComponent(location.hash.slice(1));
      const kept = await pairingOf(eventId);
      if (!credential.startsWith('gat_')) {
        return set(kept ? { status: 'paired', pairing: kept } : { status: 'none' });
      }
      try {
        const own = await ownGateLink(credential);
        const pairing: Pairing = {
          eventId: own.event_id,
          credential,
          listId: own.list_id,
          gate: own.gate,
          isSupervisor: own.role === 'supervisor',
          eventTitle: own.event_title,
        };
        await keepPairing(pairing);
        history.replaceState(history.state, '', location.pathname);
        set({ status: 'paired', pairing });
      } catch (error) {
        if (!isProblem(error)) throw error;
        set({ status: 'failed', problem: error });
      }
    })();
    return () => {
      isHere = false;
    };
  }, [eventId, attempt]);
  return {
    state,
    retry: () => {
      setState({ status: 'looking' });
      setAttempt((before) => before + 1);
    },
    forget: async () => {
      await forgetPairing(eventId);
      history.replaceState(history.state, '', location.pathname);
      setState({ status: 'none' });
    },
  };
}
