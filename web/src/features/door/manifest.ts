import type { Manifest } from '@/api/generated/model';
import { base64url, isSignedBy, type PublicKey } from './signature';

/** What the signed payload holds; the OpenAPI document describes it beside the operation. */
export interface ManifestPayload {
  version: number;
  event_id: string;
  event_title: string;
  time_zone: string;
  whole: boolean;
  as_of: string;
  server_now: string;
  list: DoorList;
  ticket_types: { id: string; name: string; admission: boolean }[];
  keys: PublicKey[];
  tickets: { id: string; type: number; generation: number; valid: boolean; name: string }[];
  check_ins: ({ id: string } & DoorCheckIn)[];
  next_cursor: string | null;
}

export interface DoorList {
  id: string;
  name: string;
  ticket_type_ids: string[] | null;
  starts_at: string | null;
  ends_at: string | null;
  reentry: boolean;
  admitted: number;
  inside: number;
}

export interface DoorCheckIn {
  first_admitted_at: string | null;
  first_gate: string | null;
  inside: boolean;
  nonces: string[];
}

export interface DoorTicket {
  type: string;
  generation: number;
  valid: boolean;
  name: string;
}

/** Everything a phone knows of its door. Kept as it is in IndexedDB. */
export interface DoorData {
  eventId: string;
  eventTitle: string;
  list: DoorList;
  types: Map<string, { name: string; admission: boolean }>;
  keys: Map<string, PublicKey>;
  tickets: Map<string, DoorTicket>;
  checkIns: Map<string, DoorCheckIn>;
  asOf: string;
  /** By this phone's clock. */
  syncedAt: number;
  /** What to add to this phone's clock to have the server's. */
  clockOffsetMs: number;
}

const VERSION = 1;

/** Opens a page: its signature must be by one of the keys it brings, which came over TLS, or by one known before. */
export async function openPage(page: Manifest, known?: DoorData): Promise<ManifestPayload> {
  const payload = JSON.parse(new TextDecoder().decode(base64url(page.payload))) as ManifestPayload;
  const header = JSON.parse(new TextDecoder().decode(base64url(page.protected))) as {
    alg: string;
    kid: string;
  };
  const key = known?.keys.get(header.kid) ?? payload.keys.find(({ kid }) => kid === header.kid);
  const message = new TextEncoder().encode(`${page.protected}.${page.payload}`);
  const isSigned =
    header.alg === 'EdDSA' && key && (await isSignedBy(key, message, base64url(page.signature)));
  if (!isSigned || payload.version !== VERSION)
    throw new Error('The list for this door is not signed as it should be.');
  return payload;
}

/** What is known after a page. The first page of a whole one forgets what was known before. */
export function withPage(
  known: DoorData | undefined,
  page: ManifestPayload,
  isFirst: boolean,
  now: number,
): DoorData {
  const fresh = isFirst && page.whole;
  const data: DoorData = {
    eventId: page.event_id,
    eventTitle: page.event_title,
    list: page.list,
    types: new Map(fresh ? [] : known?.types),
    keys: new Map(known?.keys),
    tickets: new Map(fresh ? [] : known?.tickets),
    checkIns: new Map(fresh ? [] : known?.checkIns),
    asOf: isFirst || !known ? page.as_of : known.asOf,
    syncedAt: now,
    clockOffsetMs: Date.parse(page.server_now) - now,
  };
  for (const { id, name, admission } of page.ticket_types) data.types.set(id, { name, admission });
  for (const key of page.keys) data.keys.set(key.kid, key);
  for (const { id, type, ...ticket } of page.tickets) {
    data.tickets.set(id, { ...ticket, type: page.ticket_types[type]?.id ?? '' });
  }
  for (const { id, ...checkIn } of page.check_ins) data.checkIns.set(id, checkIn);
  return data;
}
