import type { AxiosRequestConfig } from 'axios';
import {
  getManifest,
  getOwnGateLink,
  mergeCheckIns,
  searchAttendees,
  undoCheckIn,
  validateTicket,
  validateTicketCode,
} from '@/api/generated';
import type { Validation } from '@/api/generated/model';
import { isProblem } from '@/api/problem';
import { type DoorData, openPage, withPage } from './manifest';
import type { Direction, Found, QueuedScan, Shown, Verdict } from './model';

/** Longer than a good network ever takes, shorter than a queue is patient: then this phone judges by itself. */
const VERDICT_TIMEOUT_MS = 4_000;
const SCANS_PER_MERGE = 200;
const PAGES_MAX = 1_000;

/** Who asks: a paired phone by its credential, a member by the session. */
export interface Door {
  eventId: string;
  listId: string;
  credential?: string | undefined;
}

function as({ credential }: Pick<Door, 'credential'>, more: AxiosRequestConfig = {}): AxiosRequestConfig {
  return credential ? { ...more, headers: { Authorization: `Gate ${credential}` } } : more;
}

export function ownGateLink(credential: string) {
  return getOwnGateLink(as({ credential }));
}

export interface Asked {
  shown: Shown;
  direction: Direction;
  nonce: string;
  overrideReason?: string | undefined;
}

/** The server's verdict. Asked again with the same nonce, it is the same. */
export async function ask(door: Door, { shown, direction, nonce, overrideReason }: Asked): Promise<Verdict> {
  const body = {
    event_id: door.eventId,
    list: door.listId,
    direction,
    nonce,
    ...(overrideReason ? { override_reason: overrideReason } : {}),
  };
  const options = as(door, { timeout: VERDICT_TIMEOUT_MS });
  try {
    const answer =
      'code' in shown
        ? await validateTicketCode({ ...body, code: shown.code }, options)
        : await validateTicket(shown.ticketId, body, options);
    return verdictOf(answer, shown);
  } catch (error) {
    const isUnknown =
      isProblem(error, 'not-found') ||
      (isProblem(error, 'validation') && error.errors.some(({ pointer }) => pointer === '/code'));
    if (isUnknown) return { kind: 'unknown_code', offline: false };
    throw error;
  }
}

function verdictOf(answer: Validation, shown: Shown): Verdict {
  return {
    kind: answer.result,
    offline: false,
    ticketId: answer.attendee?.ticket_id ?? ('ticketId' in shown ? shown.ticketId : undefined),
    name: answer.attendee?.name,
    type: answer.attendee?.ticket_type_name,
    firstAt: answer.first_admitted_at,
    firstGate: answer.first_gate,
  };
}

export async function search(door: Door, q: string, signal?: AbortSignal): Promise<Found[]> {
  const { items } = await searchAttendees(door.eventId, { q, list: door.listId }, as(door), signal);
  return items.map((found) => ({
    ticketId: found.ticket_id,
    name: found.name,
    type: found.ticket_type_name,
    valid: found.valid,
    inside: found.inside,
    firstAt: found.first_admitted_at,
  }));
}

export function undo(door: Door, ticketId: string, nonce: string, reason: string) {
  return undoCheckIn(door.eventId, { ticket_id: ticketId, list: door.listId, nonce, reason }, as(door));
}

/** Brings what is known up to date, page by page; what was known before stays as it is. */
export async function fetchData(door: Door, known: DoorData | undefined): Promise<DoorData> {
  let data = known;
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const params = { ...(known ? { since: known.asOf } : {}), ...(cursor ? { cursor } : {}) };
    const answer = await getManifest(door.eventId, door.listId, params, as(door));
    data = withPage(data, await openPage(answer, known), page === 0, Date.now());
    cursor = answer.next_cursor;
    if (cursor === null) return data;
  }
  throw new Error('The list for this door has no end.');
}

/** What became of a part of the queue. */
export interface Told {
  /** Now part of the record. */
  merged: string[];
  /** Of nothing the server knows: there is nothing they could be part of. */
  refused: string[];
  /** How many let in someone who should not have been. */
  conflicts: number;
}

/** Tells the server of scans it does not know, part by part. */
export async function merge(
  door: Door,
  queue: QueuedScan[],
  onTold: (told: Told) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < queue.length; at += SCANS_PER_MERGE) {
    const scans = queue.slice(at, at + SCANS_PER_MERGE).map((scan) => ({
      ...(scan.code ? { code: scan.code } : { ticket_id: scan.ticketId }),
      list: door.listId,
      nonce: scan.nonce,
      scanned_at: scan.scannedAt,
      direction: scan.direction,
      ...(scan.overrideReason ? { override_reason: scan.overrideReason } : {}),
    }));
    const { results, conflicts } = await mergeCheckIns(door.eventId, { scans }, as(door));
    const isKept = (state: string) => state === 'merged' || state === 'undone';
    await onTold({
      merged: results.filter(({ state }) => isKept(state)).map(({ nonce }) => nonce),
      refused: results.filter(({ state }) => !isKept(state)).map(({ nonce }) => nonce),
      conflicts,
    });
  }
}
