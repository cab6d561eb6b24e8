import type { FeedMessage, ServerMessage, Topic } from './messages';

export type LiveStatus = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'polling';

/** What this needs of a WebSocket; a test brings its own. */
export type Line = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>;

interface Options {
  open: () => Line;
  token: () => string | undefined;
  onMessage: (message: FeedMessage) => void;
  random?: () => number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const SILENCE_MS = 60_000;
const FAILURES_BEFORE_POLLING = 3;

/**
 * One line to the server for the whole app. Topics are counted, so two components may watch the same event; each
 * topic's last `sequence` is kept, so a new line asks only for what was missed.
 */
export class LiveSocket {
  status: LiveStatus = 'idle';
  private readonly watchers = new Map<Topic, number>();
  private readonly sequences = new Map<Topic, string>();
  private readonly listeners = new Set<() => void>();
  private line: Line | undefined;
  private isOpen = false;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private refusedToken: string | undefined;

  constructor(private readonly options: Options) {}

  onStatus = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  watch(topic: Topic): () => void {
    const count = this.watchers.get(topic) ?? 0;
    this.watchers.set(topic, count + 1);
    if (count === 0) {
      if (this.isOpen) this.subscribe([topic]);
      else if (!this.line && !this.retry) this.connect();
    }
    return () => this.unwatch(topic);
  }

  private unwatch(topic: Topic) {
    const count = (this.watchers.get(topic) ?? 1) - 1;
    if (count > 0) {
      this.watchers.set(topic, count);
      return;
    }
    this.watchers.delete(topic);
    this.sequences.delete(topic);
    if (this.isOpen) this.send({ unsubscribe: [topic] });
  }

  /** Someone signed out, or the network came back: start again at once. */
  restart() {
    this.failures = 0;
    this.hangUp();
    if (this.watchers.size > 0) this.connect();
    else this.setStatus('idle');
  }

  /** Signed in, or the session renewed: the same line goes on, without a gap. */
  renew() {
    const token = this.options.token();
    if (this.isOpen && token) this.send({ authenticate: token });
  }

  /** Forgets where `me` and `desk:` stood: they belong to the person who left. */
  forgetPrivateTopics() {
    for (const topic of this.sequences.keys()) if (!topic.startsWith('event:')) this.sequences.delete(topic);
  }

  private connect() {
    clearTimeout(this.retry);
    this.retry = undefined;
    if (this.status === 'idle') this.setStatus('connecting');
    const line = this.options.open();
    this.line = line;
    // A line that never opens is as dead as one that falls silent.
    this.listen();
    line.onopen = () => {
      this.isOpen = true;
      const token = this.options.token();
      if (token) this.send({ authenticate: token });
      this.subscribe([...this.watchers.keys()]);
      this.listen();
    };
    line.onmessage = ({ data }) => this.receive(JSON.parse(String(data)) as ServerMessage);
    line.onclose = () => this.lost();
  }

  private subscribe(topics: Topic[]) {
    if (topics.length === 0) return;
    const since = Object.fromEntries(
      topics.flatMap((topic) => {
        const sequence = this.sequences.get(topic);
        return sequence === undefined ? [] : [[topic, sequence]];
      }),
    );
    this.send(Object.keys(since).length > 0 ? { subscribe: topics, since } : { subscribe: topics });
  }

  private send(message: object) {
    this.line?.send(JSON.stringify(message));
  }

  private receive(message: ServerMessage) {
    this.listen();
    // A line counts as good when the server speaks, not when a proxy accepts it.
    this.failures = 0;
    this.setStatus('live');
    switch (message.type) {
      case 'snapshot':
      case 'delta':
        if (!this.watchers.has(message.topic)) return;
        this.sequences.set(message.topic, message.sequence);
        this.options.onMessage(message);
        return;
      case 'resync':
        this.sequences.delete(message.topic);
        return;
      case 'error':
        this.refused(message.problem.type);
        return;
      case 'authenticated':
      case 'ping':
        return;
      default:
        // A newer server may say more than we know.
        message satisfies never;
    }
  }

  // The token ran out while the line was up: a new line takes the renewed one, once for each token.
  private refused(problemType: string) {
    const token = this.options.token();
    if (!problemType.endsWith('/unauthenticated') || !token || token === this.refusedToken) return;
    this.refusedToken = token;
    this.restart();
  }

  private listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.hangUp();
      this.lost();
    }, SILENCE_MS);
  }

  private lost() {
    this.hangUp();
    if (this.watchers.size === 0) {
      this.setStatus('idle');
      return;
    }
    this.failures += 1;
    this.setStatus(this.failures >= FAILURES_BEFORE_POLLING ? 'polling' : 'reconnecting');
    // Full jitter: after a restart of the server everyone comes back, but not in the same instant.
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.failures - 1));
    const wait = ceiling * (this.options.random ?? Math.random)();
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private hangUp() {
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    this.retry = undefined;
    this.isOpen = false;
    if (!this.line) return;
    this.line.onopen = this.line.onmessage = this.line.onclose = null;
    this.line.close();
    this.line = undefined;
  }

  private setStatus(status: LiveStatus) {
    if (this.status === status) return;
    this.status = status;
    for (const listener of this.listeners) listener();
  }
}
