import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
} from 'react';
import { accessToken, onSessionChange, sessionState } from '@/api/session';
import { batched } from './batch';
import { applyToCache, keysOf } from './cache';
import type { FeedMessage, Topic } from './messages';
import { LiveSocket, type LiveStatus } from './socket';

const PAINT_EVERY_MS = 250;
const POLL_EVERY_MS = 15_000;

type Listener = (message: FeedMessage) => void;

interface Live {
  socket: LiveSocket;
  listeners: Map<Topic, Set<Listener>>;
}

const LiveContext = createContext<Live | undefined>(undefined);

function openLine() {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(`${scheme}//${location.host}/api/ws`);
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live] = useState<Live>(() => {
    const listeners: Live['listeners'] = new Map();
    const onMessage = batched<FeedMessage>(PAINT_EVERY_MS, (messages) => {
      for (const message of messages) {
        applyToCache(client, message);
        for (const listener of listeners.get(message.topic) ?? []) listener(message);
      }
    });
    return { listeners, socket: new LiveSocket({ open: openLine, token: accessToken, onMessage }) };
  });

  useEffect(() => {
    const who = () => {
      const session = sessionState();
      return session.status === 'signed-in' ? session.user.id : undefined;
    };
    let reader = who();
    const stopWatchingSession = onSessionChange(() => {
      const before = reader;
      reader = who();
      if (before === undefined || before === reader) {
        live.socket.renew();
        return;
      }
      // Someone left: nothing of theirs may arrive any more.
      live.socket.forgetPrivateTopics();
      live.socket.restart();
    });
    const online = () => live.socket.restart();
    addEventListener('online', online);
    return () => {
      stopWatchingSession();
      removeEventListener('online', online);
    };
  }, [live]);

  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('LiveProvider is missing');
  return live;
}

export function useLiveStatus(): LiveStatus {
  const { socket } = useLive();
  return useSyncExternalStore(socket.onStatus, () => socket.status);
}

/** Keeps the topic's data in the query cache fresh while the component is on screen. */
export function useTopic(topic: Topic | undefined, onMessage?: Listener): void {
  const live = useLive();
  const client = useQueryClient();
  const polling = useLiveStatus() === 'polling';
  const hear = useEffectEvent((message: FeedMessage) => onMessage?.(message));

  useEffect(() => {
    if (!topic) return;
    const listener: Listener = (message) => hear(message);
    const all = live.listeners.get(topic) ?? new Set();
    live.listeners.set(topic, all.add(listener));
    const unwatch = live.socket.watch(topic);
    return () => {
      all.delete(listener);
      unwatch();
    };
  }, [live, topic]);

  useEffect(() => {
    if (!topic || !polling) return;
    const ask = () => {
      for (const queryKey of keysOf(topic)) void client.invalidateQueries({ queryKey, exact: true });
    };
    ask();
    const timer = setInterval(ask, POLL_EVERY_MS);
    return () => clearInterval(timer);
  }, [client, topic, polling]);
}
