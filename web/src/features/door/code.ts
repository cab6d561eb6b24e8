import { base45 } from './base45';

/** What a ticket's code says: layout, key, event, ticket and generation, then 64 bytes of Ed25519 signature. */
export interface TicketCode {
  key: string;
  eventId: string;
  ticketId: string;
  generation: number;
  signed: Uint8Array;
  signature: Uint8Array;
}

const LAYOUT = 1;
const SIGNED_BYTES = 35;
const SIGNATURE_BYTES = 64;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulid(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let place = 0; place < 26; place += 1) {
    text = CROCKFORD[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

/** Reads a code without believing it; `undefined` if it is not one of ours. */
export function readCode(text: string): TicketCode | undefined {
  const bytes = base45(text.trim());
  if (bytes?.length !== SIGNED_BYTES + SIGNATURE_BYTES || bytes[0] !== LAYOUT) return undefined;
  return {
    key: String(bytes[1]),
    eventId: `evt_${ulid(bytes.subarray(2, 18))}`,
    ticketId: `tkt_${ulid(bytes.subarray(18, 34))}`,
    generation: bytes[34] ?? 0,
    signed: bytes.slice(0, SIGNED_BYTES),
    signature: bytes.slice(SIGNED_BYTES),
  };
}
