import type { Order } from '@/api/generated/model';
import { readJson, writeJson } from '@/lib/storage';

/**
 * Orders placed on this device and the secret that opens each. A guest has no account, so this is what brings the
 * tickets back; the server shows a secret once, and never in an address.
 */
interface GuestOrder {
  id: string;
  event_id: string;
  secret: string | null;
}

const KEY = 'turnout.orders';
const KEPT = 100;

export function guestOrders(): GuestOrder[] {
  return readJson<GuestOrder[]>(localStorage, KEY) ?? [];
}

export function secretOf(orderId: string): string | null {
  return guestOrders().find(({ id }) => id === orderId)?.secret ?? null;
}

export function rememberOrder({ id, event_id, secret }: Order, knownSecret: string | null): void {
  const others = guestOrders().filter((order) => order.id !== id);
  writeJson(localStorage, KEY, [{ id, event_id, secret: secret ?? knownSecret }, ...others].slice(0, KEPT));
}

/** A link in an e-mail carries the secret behind `#`, which no browser sends to a server. Kept, then taken away. */
export function takeSecretFromAddress(orderId: string): void {
  const secret = location.hash.slice(1);
  if (!secret) return;
  const others = guestOrders().filter(({ id }) => id !== orderId);
  writeJson(localStorage, KEY, [{ id: orderId, event_id: '', secret }, ...others].slice(0, KEPT));
  history.replaceState(history.state, '', location.pathname + location.search);
}
