import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { batched } from './batch';
import type { FeedMessage } from './messages';
import { type Line, LiveSocket } from './socket';

class FakeLine implements Line {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: Line['onopen'] = null;
  onmessage: Line['onmessage'] = null;
  onclose: Line['onclose'] = null;
  send(text: string | ArrayBufferLike | Blob | ArrayBufferView) {
    this.sent.push(JSON.parse(String(text)));
  }
  close() {
    this.closed = true;
  }
  opens() {
    this.onopen?.call(this as never, new Event('open'));
  }
  says(message: object) {
    this.onmessage?.call(this as never, new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  drops() {
    this.onclose?.call(this as never, new CloseEvent('close'));
  }
}

let lines: FakeLine[];
let heard: FeedMessage[];
let token: string | undefined;
let socket: LiveSocket;
const line = () => lines.at(-1) as FakeLine;
const delta = (sequence: string) => ({
  type: 'delta',
  topic: 'event:evt_1',
  sequence,
  data: { event_available: 3 },
});

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  heard = [];
  token = undefined;
  socket = new LiveSocket({
    open: () => {
      lines.push(new FakeLine());
      return line();
    },
    token: () => token,
    onMessage: (message) => heard.push(message),
    random: () => 1,
  });
});
afterEach(() => vi.useRealTimers());

test('the first message authenticates, the second asks for every topic', () => {
  token = 'secret';
  socket.watch('me');
  socket.watch('event:evt_1');
  expect(lines).toHaveLength(1);
  line().opens();
  expect(line().sent).toEqual([{ authenticate: 'secret' }, { subscribe: ['me', 'event:evt_1'] }]);
});

test('two watchers of a topic share it, and only the last one leaves', () => {
  const first = socket.watch('event:evt_1');
  const second = socket.watch('event:evt_1');
  line().opens();
  first();
  expect(line().sent).toEqual([{ subscribe: ['event:evt_1'] }]);
  second();
  expect(line().sent.at(-1)).toEqual({ unsubscribe: ['event:evt_1'] });
});

test('after a drop it comes back and asks only for what it missed', () => {
  socket.watch('event:evt_1');
  line().opens();
  line().says(delta('41'));
  expect(socket.status).toBe('live');
  line().drops();
  expect(socket.status).toBe('reconnecting');
  vi.advanceTimersByTime(499);
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(lines).toHaveLength(2);
  line().opens();
  expect(line().sent).toEqual([{ subscribe: ['event:evt_1'], since: { 'event:evt_1': '41' } }]);
  expect(heard).toHaveLength(1);
});

test('a resync forgets the old place, so the next line takes a snapshot', () => {
  socket.watch('event:evt_1');
  line().opens();
  line().says(delta('41'));
  line().says({ type: 'resync', topic: 'event:evt_1' });
  line().drops();
  vi.advanceTimersByTime(500);
  line().opens();
  expect(line().sent).toEqual([{ subscribe: ['event:evt_1'] }]);
});

test('waits double up to thirty seconds, and three failures mean polling', () => {
  socket.watch('event:evt_1');
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const before = lines.length;
    line().drops();
    vi.advanceTimersByTime(wait - 1);
    expect(lines).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(before + 1);
  }
  expect(socket.status).toBe('polling');
  line().opens();
  line().says({ type: 'ping', at: '2027-07-04T18:00:00Z' });
  expect(socket.status).toBe('live');
});

test('a line that falls silent for a minute is dead', () => {
  socket.watch('event:evt_1');
  line().opens();
  line().says({ type: 'ping', at: '' });
  const silent = line();
  vi.advanceTimersByTime(60_000);
  expect(silent.closed).toBe(true);
  expect(socket.status).toBe('reconnecting');
});

test('a refused token takes a new line once the session was renewed, and does not spin', () => {
  token = 'old';
  socket.watch('me');
  line().opens();
  token = 'new';
  const refusal = {
    type: 'error',
    topic: 'me',
    problem: { type: 'https://turnout.example/problems/unauthenticated' },
  };
  line().says(refusal);
  expect(lines).toHaveLength(2);
  line().opens();
  expect(line().sent[0]).toEqual({ authenticate: 'new' });
  line().says(refusal);
  expect(lines).toHaveLength(2);
});

test('a renewed session goes on over the same line', () => {
  token = 'old';
  socket.watch('me');
  line().opens();
  token = 'new';
  socket.renew();
  expect(lines).toHaveLength(1);
  expect(line().sent.at(-1)).toEqual({ authenticate: 'new' });
});

test('what nobody watches any more is not delivered', () => {
  const leave = socket.watch('event:evt_1');
  line().opens();
  leave();
  line().says(delta('42'));
  expect(heard).toEqual([]);
});

test('a rush is painted at most four times a second, and nothing is lost', () => {
  const paints: number[][] = [];
  const push = batched<number>(250, (items) => paints.push(items));
  push(1);
  push(2);
  push(3);
  expect(paints).toEqual([[1]]);
  vi.advanceTimersByTime(250);
  expect(paints).toEqual([[1], [2, 3]]);
});
