import { describe, expect, it } from 'vitest';
import { base45 } from './base45';
import { readCode } from './code';
import { type DoorData, openPage, withPage } from './manifest';
import { findByName, judge, type QueuedScan, shownBy, stateOf } from './model';

const EVENT = 'evt_00000000000000000000000009';
const TICKET = 'tkt_0000000E000000000000000001';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const signer = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;

function base64url(bytes: ArrayBuffer | Uint8Array) {
  return Buffer.from(bytes as Uint8Array).toString('base64url');
}

const key = { kid: '1', x: base64url(await crypto.subtle.exportKey('raw', signer.publicKey)) };

function encode45(bytes: Uint8Array) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    let value = isPair ? (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
    for (let digit = 0; digit < (isPair ? 3 : 2); digit += 1) {
      text += ALPHABET[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

function idBytes(id: string) {
  let value = 0n;
  for (const letter of id.slice(4))
    value = value * 32n + BigInt('0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(letter));
  return Uint8Array.from({ length: 16 }, (_, place) => Number((value >> BigInt(8 * (15 - place))) & 255n));
}

async function code({ event = EVENT, ticket = TICKET, generation = 0 } = {}) {
  const signed = Uint8Array.of(1, 1, ...idBytes(event), ...idBytes(ticket), generation);
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', signer.privateKey, signed));
  return encode45(Uint8Array.of(...signed, ...signature));
}

function door(
  change: Partial<DoorData['list']> = {},
  ticket: Partial<{ valid: boolean; generation: number }> = {},
): DoorData {
  return {
    eventId: EVENT,
    eventTitle: 'Jazz Night',
    list: {
      id: 'main',
      name: 'Main entrance',
      ticket_type_ids: null,
      starts_at: null,
      ends_at: null,
      reentry: false,
      admitted: 0,
      inside: 0,
      ...change,
    },
    types: new Map([['tty_1', { name: 'Standing', admission: true }]]),
    keys: new Map([['1', key]]),
    tickets: new Map([
      [TICKET, { type: 'tty_1', generation: 0, valid: true, name: 'Zoë Ångström', ...ticket }],
    ]),
    checkIns: new Map(),
    asOf: '1',
    syncedAt: 0,
    clockOffsetMs: 0,
  };
}

const now = Date.parse('2027-07-04T19:00:00Z');
const entry = { direction: 'entry' as const, now, isOverridden: false };

function queued(change: Partial<QueuedScan> = {}): QueuedScan {
  const scannedAt = '2027-07-04T18:59:00.000Z';
  return { nonce: 'a', door: 'd', ticketId: TICKET, direction: 'entry', scannedAt, ...change };
}

describe('a code', () => {
  it('is read as base 45 of RFC 9285', () => {
    expect(new TextDecoder().decode(base45('QED8WEX0'))).toBe('ietf!');
    for (const text of ['A', 'AB:::', 'GGW', ':::', 'é12']) expect(base45(text)).toBeUndefined();
  });

  it('says its event, its ticket and its generation', async () => {
    expect(readCode(` ${await code({ generation: 3 })}\n`)).toMatchObject({
      key: '1',
      eventId: EVENT,
      ticketId: TICKET,
      generation: 3,
    });
    expect(readCode('')).toBeUndefined();
    expect(readCode((await code()).slice(2))).toBeUndefined();
  });
});

describe('a verdict without the server', () => {
  const kind = async (
    data: DoorData,
    shown: { code: string } | { ticketId: string },
    queue: QueuedScan[] = [],
    more = {},
  ) => (await judge(data, queue, { ...entry, ...more, shown })).kind;

  it('lets in a ticket that is signed and listed, and names whom', async () => {
    const verdict = await judge(door(), [], { ...entry, shown: { code: await code() } });
    expect(verdict).toEqual({
      kind: 'admitted',
      offline: true,
      ticketId: TICKET,
      name: 'Zoë Ångström',
      type: 'Standing',
    });
  });

  it('has its own word for everything that is wrong with a code', async () => {
    const good = await code();
    const forged = `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`;
    expect(await kind(door(), { code: forged })).toBe('unknown_code');
    expect(await kind(door(), { code: 'hello' })).toBe('unknown_code');
    expect(await kind(door(), { code: await code({ event: 'evt_00000000000000000000000008' }) })).toBe(
      'wrong_event',
    );
    expect(await kind(door({}, { generation: 1 }), { code: good })).toBe('transferred');
    expect(await kind(door({}, { valid: false }), { code: good })).toBe('cancelled');
    expect(await kind(door({ ticket_type_ids: ['tty_2'] }), { code: good })).toBe('not_on_list');
    expect(await kind(door({ ends_at: '2027-07-04T19:00:00Z' }), { code: good })).toBe('outside_time');
    expect(await kind(door({ starts_at: '2027-07-04T19:00:01Z' }), { code: good })).toBe('outside_time');
    const sold = { code: await code({ ticket: 'tkt_0000000E000000000000000002' }) };
    expect(await kind(door(), sold)).toBe('unlisted');
    expect(await kind(door(), sold, [], { isOverridden: true })).toBe('admitted');
  });

  it('knows who is in, from the server and from its own queue', async () => {
    const shown = { code: await code() };
    const data = door();
    data.checkIns.set(TICKET, {
      first_admitted_at: '2027-07-04T18:00:00Z',
      first_gate: 'North',
      inside: true,
      nonces: ['x'],
    });
    expect(await judge(data, [], { ...entry, shown })).toMatchObject({
      kind: 'already_admitted',
      firstAt: '2027-07-04T18:00:00Z',
      firstGate: 'North',
    });
    expect(await kind(door(), shown, [queued()])).toBe('already_admitted');
    expect(await kind(door(), shown, [queued()], { direction: 'exit' })).toBe('exited');
    expect(await kind(door(), shown, [], { direction: 'exit' })).toBe('not_inside');
    const out = [queued(), queued({ nonce: 'b', direction: 'exit', scannedAt: '2027-07-04T18:59:30.000Z' })];
    expect(await kind(door(), shown, out)).toBe('already_admitted');
    expect(await kind(door({ reentry: true }), shown, out)).toBe('admitted');
  });

  it('does not count a scan twice that the server knows by now', () => {
    const data = door();
    data.checkIns.set(TICKET, {
      first_admitted_at: '2027-07-04T18:59:00Z',
      first_gate: null,
      inside: false,
      nonces: ['a', 'b'],
    });
    expect(stateOf(data, [queued()], TICKET).inside).toBe(false);
  });
});

it('finds people by the beginnings of their names', () => {
  const found = (query: string) =>
    findByName(door(), [queued()], query, 20).map(({ name, inside }) => [name, inside]);
  expect(found('angs zo')).toEqual([['Zoë Ångström', true]]);
  expect(found('oe')).toEqual([]);
  expect(found(' ')).toEqual([]);
});

it('tells a ticket’s id from a code', () => {
  expect(shownBy(TICKET.toLowerCase())).toEqual({ ticketId: TICKET });
  expect(shownBy('NCF5*')).toEqual({ code: 'NCF5*' });
});

describe('the list for a door', () => {
  const page = {
    version: 1,
    event_id: EVENT,
    event_title: 'Jazz Night',
    time_zone: 'Europe/Lisbon',
    whole: true,
    as_of: 'one',
    server_now: '2027-07-04T19:00:10Z',
    list: door().list,
    ticket_types: [{ id: 'tty_1', name: 'Standing', admission: true }],
    keys: [key],
    tickets: [{ id: TICKET, type: 0, generation: 0, valid: true, name: 'Ada' }],
    check_ins: [],
    next_cursor: null,
  };

  async function signed(payload: object, by = signer.privateKey) {
    const parts = [{ alg: 'EdDSA', kid: '1' }, payload].map((part) =>
      base64url(Buffer.from(JSON.stringify(part))),
    );
    const [header = '', body = ''] = parts;
    const signature = await crypto.subtle.sign('Ed25519', by, new TextEncoder().encode(`${header}.${body}`));
    return { protected: header, payload: body, signature: base64url(signature), next_cursor: null };
  }

  it('is opened with its key, and refused if anything of it was changed', async () => {
    const good = await signed(page);
    expect(await openPage(good)).toEqual(page);
    const other = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    await expect(openPage(await signed(page, other.privateKey))).rejects.toThrow();
    const changed = {
      ...good,
      payload: base64url(Buffer.from(JSON.stringify({ ...page, event_title: 'Other' }))),
    };
    await expect(openPage(changed)).rejects.toThrow();
    await expect(openPage(await signed({ ...page, version: 2 }))).rejects.toThrow();
  });

  it('is replaced by a whole one and added to by what changed', () => {
    const first = withPage(undefined, page, true, now);
    expect(first.clockOffsetMs).toBe(10_000);
    const other = { id: 'tkt_2', type: 0, generation: 1, valid: false, name: 'Grace' };
    const more = withPage(first, { ...page, whole: false, as_of: 'two', tickets: [other] }, true, now);
    expect([...more.tickets.keys()]).toEqual([TICKET, 'tkt_2']);
    expect(more.asOf).toBe('two');
    // What was known before is not touched: a page that fails must not leave half of it.
    expect(first.tickets.size).toBe(1);
    const whole = withPage(more, { ...page, tickets: [other] }, true, now);
    expect([...whole.tickets.keys()]).toEqual(['tkt_2']);
    const second = withPage(whole, { ...page, as_of: 'later' }, false, now);
    expect([second.tickets.size, second.asOf]).toEqual([2, 'one']);
  });
});
