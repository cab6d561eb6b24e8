import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { DoorData } from './manifest';
import type { QueuedScan } from './model';

/** What a phone is paired with, until someone forgets it. */
export interface Pairing {
  eventId: string;
  credential: string;
  listId: string;
  gate: string;
  isSupervisor: boolean;
  eventTitle: string;
}

interface Schema extends DBSchema {
  pairings: { key: string; value: Pairing };
  lists: { key: string; value: DoorData & { door: string } };
  queue: { key: string; value: QueuedScan; indexes: { door: string } };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database() {
  opened ??= openDB<Schema>('turnout-door', 1, {
    upgrade(db) {
      db.createObjectStore('pairings', { keyPath: 'eventId' });
      db.createObjectStore('lists', { keyPath: 'door' });
      db.createObjectStore('queue', { keyPath: 'nonce' }).createIndex('door', 'door');
    },
  });
  return opened;
}

export async function pairings(): Promise<Pairing[]> {
  return (await database()).getAll('pairings');
}

export async function pairingOf(eventId: string): Promise<Pairing | undefined> {
  return (await database()).get('pairings', eventId);
}

export async function keepPairing(pairing: Pairing): Promise<void> {
  await (await database()).put('pairings', pairing);
}

/** Forgets the pairing and the names that came with it; scans that were not sent yet stay. */
export async function forgetPairing(eventId: string): Promise<void> {
  const db = await database();
  await db.delete('pairings', eventId);
  for (const door of await db.getAllKeys('lists'))
    if (door.startsWith(`${eventId}/`)) await db.delete('lists', door);
}

export async function keptData(door: string): Promise<DoorData | undefined> {
  return (await database()).get('lists', door);
}

export async function keepData(door: string, data: DoorData): Promise<void> {
  await (await database()).put('lists', { ...data, door });
}

export async function queueOf(door: string): Promise<QueuedScan[]> {
  return (await database()).getAllFromIndex('queue', 'door', door);
}

/** Answers once the scan is on the disk of the phone: only then may anyone be let in. */
export async function enqueue(...scans: QueuedScan[]): Promise<void> {
  const db = await database();
  const tx = db.transaction('queue', 'readwrite', { durability: 'strict' });
  await Promise.all([...scans.map((scan) => tx.store.put(scan)), tx.done]);
}

export async function dequeue(nonces: string[]): Promise<void> {
  const tx = (await database()).transaction('queue', 'readwrite');
  await Promise.all([...nonces.map((nonce) => tx.store.delete(nonce)), tx.done]);
}
