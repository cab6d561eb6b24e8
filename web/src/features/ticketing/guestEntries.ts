import type { WaitlistEntry } from '@/api/generated/model';
import { readJson, writeJson } from '@/lib/storage';

/** Waitlist entries made on this device and the secret that opens each: a guest has no account to find them by. */
interface GuestEntry {
  id: string;
  event_id: string;
  secret: string | null;
}

const KEY = 'turnout.waitlist';
const KEPT = 50;

export function guestEntries(): GuestEntry[] {
  return readJson<GuestEntry[]>(localStorage, KEY) ?? [];
}

export function rememberEntry({ id, event_id, secret }: WaitlistEntry): void {
  const others = guestEntries().filter((entry) => entry.id !== id);
  writeJson(localStorage, KEY, [{ id, event_id, secret }, ...others].slice(0, KEPT));
}

export function forgetEntry(id: string): void {
  writeJson(
    localStorage,
    KEY,
    guestEntries().filter((entry) => entry.id !== id),
  );
}
