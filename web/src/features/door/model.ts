import type { ValidationResult } from '@/api/generated/model';
import { readCode } from './code';
import type { DoorData, DoorTicket } from './manifest';
import { isSignedBy } from './signature';

export type Direction = 'entry' | 'exit';

/** What was shown at the door: a code, or a ticket that was found by name or typed. */
export type Shown = { code: string } | { ticketId: string };

/** One attempt at the door and what came of it. Nothing is shown as let in before there is a verdict. */
export interface Scan {
  nonce: string;
  at: string;
  shown: Shown;
  direction: Direction;
  verdict: Verdict;
  undone?: boolean;
}

export interface Verdict {
  kind: VerdictKind;
  /** Judged by this phone alone, from the signature and what it knows. */
  offline: boolean;
  ticketId?: string | undefined;
  name?: string | undefined;
  type?: string | undefined;
  firstAt?: string | null | undefined;
  firstGate?: string | null | undefined;
}

export type VerdictKind =
  | ValidationResult
  /** One of our codes, but not on the list this phone has: sold since, or not. */
  | 'unlisted'
  /** Nobody could be asked, and this phone knows too little: neither in nor out. */
  | 'no_answer';

/** A scan that let someone through: kept on the phone until the list for the door has it, whoever told of it. */
export interface QueuedScan {
  nonce: string;
  /** Of which event and list. */
  door: string;
  ticketId: string;
  code?: string | undefined;
  direction: Direction;
  scannedAt: string;
  overrideReason?: string | undefined;
  /** The server knows of it. */
  isTold?: boolean | undefined;
}

/** Scans that the list for the door does not have yet. */
export function unlisted(data: DoorData | undefined, queue: readonly QueuedScan[]): QueuedScan[] {
  return queue.filter(({ ticketId, nonce }) => !data?.checkIns.get(ticketId)?.nonces.includes(nonce));
}

export type Tone = 'ok' | 'warn' | 'danger';

export const tones = {
  admitted: 'ok',
  exited: 'ok',
  already_admitted: 'warn',
  not_inside: 'warn',
  not_on_list: 'danger',
  outside_time: 'danger',
  cancelled: 'danger',
  transferred: 'danger',
  wrong_event: 'danger',
  unknown_code: 'danger',
  unlisted: 'warn',
  no_answer: 'warn',
} satisfies Record<VerdictKind, Tone>;

/** What a supervisor may decide otherwise. */
export const overridable: ReadonlySet<VerdictKind> = new Set([
  'already_admitted',
  'not_on_list',
  'outside_time',
  'unlisted',
]);

export function isTicketId(text: string): boolean {
  return /^tkt_[0-9A-HJKMNP-TV-Z]{26}$/i.test(text);
}

export function shownBy(text: string): Shown {
  return isTicketId(text) ? { ticketId: `tkt_${text.slice(4).toUpperCase()}` } : { code: text };
}

export function doorOf(eventId: string, listId: string): string {
  return `${eventId}/${listId}`;
}

interface Asked {
  shown: Shown;
  direction: Direction;
  /** By the server's clock. */
  now: number;
  isOverridden: boolean;
}

/** What this phone can say by itself: the signature, the list it has, and what it let through since. */
export async function judge(data: DoorData, queue: readonly QueuedScan[], asked: Asked): Promise<Verdict> {
  const verdict = (kind: VerdictKind, more: Partial<Verdict> = {}): Verdict => ({
    kind,
    offline: true,
    ...more,
  });
  let ticketId: string;
  let generation: number | undefined;
  if ('code' in asked.shown) {
    const code = readCode(asked.shown.code);
    const key = code && data.keys.get(code.key);
    if (!code || !key || !(await isSignedBy(key, code.signed, code.signature)))
      return verdict('unknown_code');
    if (code.eventId !== data.eventId) return verdict('wrong_event');
    ({ ticketId, generation } = code);
  } else ({ ticketId } = asked.shown);
  const ticket = data.tickets.get(ticketId);
  if (!ticket) {
    if (generation === undefined) return verdict('unknown_code', { ticketId });
    return verdict(asked.isOverridden ? 'admitted' : 'unlisted', { ticketId });
  }
  const type = data.types.get(ticket.type);
  const whose = { ticketId, name: ticket.name, type: type?.name };
  const state = stateOf(data, queue, ticketId);
  if (asked.direction === 'exit') return verdict(state.inside ? 'exited' : 'not_inside', whose);
  if (!ticket.valid) return verdict('cancelled', whose);
  if (generation !== undefined && generation !== ticket.generation) return verdict('transferred', whose);
  if (asked.isOverridden) return verdict('admitted', whose);
  const misfit = misfitOf(data, ticket, asked.now);
  if (misfit) return verdict(misfit, whose);
  if (state.firstAt && (state.inside || !data.list.reentry)) {
    return verdict('already_admitted', { ...whose, firstAt: state.firstAt, firstGate: state.firstGate });
  }
  return verdict('admitted', whose);
}

function misfitOf({ list, types }: DoorData, ticket: DoorTicket, now: number): VerdictKind | undefined {
  const isListed = list.ticket_type_ids
    ? list.ticket_type_ids.includes(ticket.type)
    : (types.get(ticket.type)?.admission ?? true);
  if (!isListed) return 'not_on_list';
  const isEarly = list.starts_at !== null && now < Date.parse(list.starts_at);
  const isLate = list.ends_at !== null && now >= Date.parse(list.ends_at);
  return isEarly || isLate ? 'outside_time' : undefined;
}

interface TicketState {
  firstAt: string | null;
  firstGate: string | null;
  inside: boolean;
}

/** Where a ticket stands: as the server told, and as this phone let it through since. */
export function stateOf(data: DoorData, queue: readonly QueuedScan[], ticketId: string): TicketState {
  const told = data.checkIns.get(ticketId);
  const state: TicketState = {
    firstAt: told?.first_admitted_at ?? null,
    firstGate: told?.first_gate ?? null,
    inside: told?.inside ?? false,
  };
  const own = unlisted(
    data,
    queue.filter((scan) => scan.ticketId === ticketId),
  );
  for (const scan of own.sort((a, b) => Date.parse(a.scannedAt) - Date.parse(b.scannedAt))) {
    if (scan.direction === 'exit') state.inside = false;
    else {
      state.firstAt ??= scan.scannedAt;
      state.inside = true;
    }
  }
  return state;
}

/** Lower case without accents, as the server folds names. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

export interface Found {
  ticketId: string;
  name: string;
  type: string;
  valid: boolean;
  inside: boolean;
  firstAt: string | null;
}

/** At most `limit` people whose name has, for every word, a word that begins so. */
export function findByName(
  data: DoorData,
  queue: readonly QueuedScan[],
  query: string,
  limit: number,
): Found[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const found: Found[] = [];
  if (words.length === 0) return found;
  for (const [ticketId, ticket] of data.tickets) {
    const name = folded(ticket.name);
    const own = [name, ...name.split(/[^\p{L}\p{N}]+/u)];
    if (!words.every((word) => own.some((part) => part.startsWith(word)))) continue;
    const { inside, firstAt } = stateOf(data, queue, ticketId);
    const type = data.types.get(ticket.type)?.name ?? '';
    found.push({ ticketId, name: ticket.name, type, valid: ticket.valid, inside, firstAt });
    if (found.length === limit) break;
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}
