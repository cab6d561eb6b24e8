import { useEffect, useState, useSyncExternalStore } from 'react';
import { useUser } from '@/api/session';
import { Purchase } from './purchase';
import { purchaseCalls } from './queries';

/** The purchase of one event, resumed where a reload left it, with a signed-in reader's name already written. */
export function usePurchase(eventId: string): Purchase {
  const [purchase] = useState(() => new Purchase(eventId, { calls: purchaseCalls }));
  useSyncExternalStore(purchase.subscribe, () => purchase.step);
  useSyncExternalStore(purchase.subscribe, () => purchase.draft);
  const user = useUser();

  useEffect(() => void purchase.resume(), [purchase]);
  useEffect(() => {
    if (!user) return;
    const { name, email } = purchase.draft;
    purchase.edit({ name: name || user.name, email: email || user.email });
  }, [purchase, user]);
  return purchase;
}
