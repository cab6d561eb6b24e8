import axios from 'axios';
import { useSyncExternalStore } from 'react';
import type { Session, User } from './generated/model';

/**
 * The access token lives in this module's memory and nowhere else: a script that reads storage finds nothing.
 * What survives a reload is the HttpOnly cookie, exchanged for a new session here.
 */
export type SessionState =
  | { status: 'starting' }
  | { status: 'signed-out' }
  | { status: 'signed-in'; user: User; token: string };

// Not a secret: it only saves a visitor who never signed in a request that must fail.
const HINT = 'turnout.signed-in';
const RENEW_EARLY_MS = 60_000;

let state: SessionState = { status: 'starting' };
let renewing: Promise<boolean> | undefined;
let starting: Promise<unknown> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(next: SessionState) {
  state = next;
  for (const listener of listeners) listener();
}

export function sessionState(): SessionState {
  return state;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): SessionState {
  return useSyncExternalStore(onSessionChange, sessionState);
}

export function useUser(): User | undefined {
  const session = useSession();
  return session.status === 'signed-in' ? session.user : undefined;
}

export function accessToken(): string | undefined {
  return state.status === 'signed-in' ? state.token : undefined;
}

/** `serverNow` is the answer's Date header: the reader's clock may be wrong by hours. */
export function beginSession(session: Session, serverNow = Date.now()): void {
  set({ status: 'signed-in', user: session.user, token: session.access_token });
  localStorage.setItem(HINT, '1');
  const life = Date.parse(session.expires_at) - serverNow;
  clearTimeout(timer);
  timer = setTimeout(() => void renewSession(), Math.max(life - RENEW_EARLY_MS, 5_000));
}

export function endSession(): void {
  clearTimeout(timer);
  localStorage.removeItem(HINT);
  set({ status: 'signed-out' });
}

/** True when there is a session afterwards. Calls made at the same time share one request. */
export function renewSession(): Promise<boolean> {
  renewing ??= inTurn(exchangeCookie).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

// The cookie rotates at each use: two tabs that renew together would sign each other out.
function inTurn(work: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? navigator.locks.request('turnout-session', work) : work();
}

async function exchangeCookie(): Promise<boolean> {
  try {
    const answer = await axios.post<Session>('/api/auth/refresh', undefined, { timeout: 15_000 });
    const date = Date.parse(String(answer.headers.date));
    beginSession(answer.data, Number.isNaN(date) ? undefined : date);
    return true;
  } catch (error) {
    const refused = axios.isAxiosError(error) && error.response && error.response.status < 500;
    if (refused) endSession();
    else if (state.status === 'starting') set({ status: 'signed-out' });
    else timer = setTimeout(() => void renewSession(), 10_000);
    return false;
  }
}

export async function startSession(): Promise<void> {
  // Another tab signed in or out: follow it.
  addEventListener('storage', ({ key, newValue }) => {
    if (key !== HINT) return;
    if (newValue === null) endSession();
    else if (state.status !== 'signed-in') void renewSession();
  });
  if (localStorage.getItem(HINT)) {
    starting = renewSession();
    await starting;
  } else set({ status: 'signed-out' });
}

/** Calls made while the page starts wait for this: asked as a stranger, a draft or an order would be "not found". */
export async function sessionKnown(): Promise<void> {
  if (state.status === 'starting') await starting;
}
