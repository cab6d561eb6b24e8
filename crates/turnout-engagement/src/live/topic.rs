//! One topic and those who subscribe to it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use tokio::time::Instant;
use turnout_http::Problem;

use super::frames;
use super::hub::SocketQueue;
use super::members::{Fetched, Members, change};
use super::ring::Ring;
use super::topic_name::TopicName;
use super::wanted::Wanted;

/// A topic. One task at a time fetches for it, see [`begin`](Self::begin); everything else is short and under its lock.
pub(super) struct Topic {
    pub(super) name: TopicName,
    epoch: String,
    state: Mutex<State>,
}

struct State {
    ring: Ring,
    /// How often the ring was begun anew.
    lives: u64,
    /// What stands, once it was fetched.
    shown: Option<Members>,
    /// That, written. Made when someone needs it, for all who do.
    snapshot: Option<Utf8Bytes>,
    subscribers: HashMap<u64, Subscriber>,
    wanted: Wanted,
    /// Whether a task fetches for the topic.
    working: bool,
    /// Whether that task fetches everything at this moment.
    fetching_whole: bool,
    /// Since when it has no subscribers.
    empty_since: Option<Instant>,
}

struct Subscriber {
    socket: Arc<SocketQueue>,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Has not seen a snapshot yet.
    Waiting,
    /// Is sent every delta.
    Live,
    /// Missed a delta: is sent nothing until it has caught up.
    Behind,
}

impl Topic {
    /// A topic without subscribers. `epoch` tells it from every other.
    pub(super) fn new(name: TopicName, epoch: String) -> Self {
        let state = State {
            ring: Ring::new(format!("{epoch}.0")),
            lives: 0,
            shown: None,
            snapshot: None,
            subscribers: HashMap::new(),
            wanted: Wanted::default(),
            working: false,
            fetching_whole: false,
            empty_since: Some(Instant::now()),
        };
        Self {
            name,
            epoch,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a subscriber, or begins anew for one that is there. Answers whether a task has to be started.
    pub(super) fn join(&self, socket: Arc<SocketQueue>, since: Option<&str>) -> bool {
        let mut state = self.state();
        state.empty_since = None;
        let id = socket.id();
        let mut subscriber = Subscriber {
            socket,
            standing: Standing::Waiting,
        };
        let settled = state.shown.is_some() && !state.wanted.whole && !state.fetching_whole;
        if settled {
            let missed = since.and_then(|since| state.ring.since(since));
            let missed: Option<Vec<Utf8Bytes>> = missed.map(|missed| missed.cloned().collect());
            subscriber.standing = Standing::Live;
            for frame in missed.unwrap_or_else(|| state.snapshot(self.name).into_iter().collect()) {
                subscriber.send(self.name, &frame);
            }
        } else if !state.fetching_whole {
            // One fetch for all who come while it is under way: what changes meanwhile is heard, and fetched after.
            state.wanted.whole = true;
        }
        state.subscribers.insert(id, subscriber);
        state.start()
    }

    /// Takes a subscriber away.
    pub(super) fn leave(&self, socket: u64) {
        let mut state = self.state();
        state.subscribers.remove(&socket);
        if state.subscribers.is_empty() && state.empty_since.is_none() {
            state.empty_since = Some(Instant::now());
        }
    }

    /// Whether nobody is subscribed, and since when.
    pub(super) fn empty_since(&self) -> Option<Instant> {
        self.state().empty_since
    }

    /// Notes what has to be fetched. Answers whether a task has to be started.
    pub(super) fn want(&self, wanted: Wanted) -> bool {
        let mut state = self.state();
        state.wanted.merge(wanted);
        state.start()
    }

    /// What the topic's task has to fetch now: whatever changed before is seen by a fetch that begins after this.
    /// `None` ends the task.
    pub(super) fn begin(&self) -> Option<Wanted> {
        let mut state = self.state();
        if state.subscribers.is_empty() && !state.wanted.is_nothing() {
            // Nobody looks, so nothing is kept up to date: whoever comes next gets a snapshot.
            state.forget(&self.epoch);
        }
        if state.wanted.is_nothing() {
            state.working = false;
            return None;
        }
        state.fetching_whole = state.wanted.whole;
        Some(mem::take(&mut state.wanted))
    }

    /// That what was wanted could not be fetched, and has to be tried again.
    pub(super) fn put_back(&self, wanted: Wanted) {
        let mut state = self.state();
        state.fetching_whole = false;
        let later = mem::replace(&mut state.wanted, wanted);
        state.wanted.merge(later);
    }

    /// Shows what was fetched to all who are subscribed.
    pub(super) fn show(&self, fetched: Fetched) {
        let mut state = self.state();
        state.snapshot = None;
        state.fetching_whole = false;
        if let Fetched::Whole(whole) = fetched {
            if state.shown.is_some() {
                // It is unknown what happened in between, so nobody's sequence leads here.
                state.forget(&self.epoch);
            }
            state.shown = Some(whole);
            state.show_snapshot(self.name);
            return;
        }
        let Some(mut shown) = state.shown.take() else {
            // It was forgotten meanwhile, because nobody looked: begin anew.
            state.wanted.whole = !state.subscribers.is_empty();
            return;
        };
        let deltas = change(&mut shown, fetched);
        state.shown = Some(shown);
        for data in deltas {
            let frame = state
                .ring
                .add(|sequence| frames::delta(self.name, sequence, &data));
            for subscriber in state.subscribers.values_mut() {
                if subscriber.standing == Standing::Live {
                    subscriber.send(self.name, &frame);
                }
            }
        }
    }

    /// Tells all who are subscribed that there is no such topic, and lets them go.
    pub(super) fn close(&self, problem: &Problem) {
        let mut state = self.state();
        let topic = self.name.to_string();
        for subscriber in state.subscribers.values() {
            let frame = frames::error(Some(&topic), problem, subscriber.socket.request());
            // One whose queue is full asks again, if it cares.
            let _ = subscriber.socket.try_send(frame);
        }
        state.subscribers.clear();
        state.fetching_whole = false;
        state.empty_since = Some(Instant::now());
        state.forget(&self.epoch);
    }

    /// A socket has drained its queue: the snapshot that brings it up to date. Deltas follow it in its queue.
    pub(super) fn catch_up(&self, socket: u64) -> Option<Utf8Bytes> {
        let mut state = self.state();
        let snapshot = state.snapshot(self.name);
        let subscriber = state.subscribers.get_mut(&socket)?;
        subscriber.standing = if snapshot.is_some() {
            Standing::Live
        } else {
            Standing::Waiting
        };
        snapshot
    }
}

impl State {
    /// Whether a task has to be started; from then on there is one.
    fn start(&mut self) -> bool {
        let needed = !self.working && !self.wanted.is_nothing();
        self.working |= needed;
        needed
    }

    fn forget(&mut self, epoch: &str) {
        self.lives += 1;
        self.ring = Ring::new(format!("{epoch}.{}", self.lives));
        self.shown = None;
        self.snapshot = None;
        if self.subscribers.is_empty() {
            self.wanted = Wanted::default();
        }
    }

    /// What stands, written once for all who need it.
    fn snapshot(&mut self, name: TopicName) -> Option<Utf8Bytes> {
        if self.snapshot.is_none() {
            let shown = self.shown.as_ref()?;
            self.snapshot = Some(frames::snapshot(name, self.ring.sequence(), shown));
        }
        self.snapshot.clone()
    }

    fn show_snapshot(&mut self, name: TopicName) {
        let Some(frame) = self.snapshot(name) else {
            return;
        };
        for subscriber in self.subscribers.values_mut() {
            if subscriber.standing != Standing::Behind {
                subscriber.standing = Standing::Live;
                subscriber.send(name, &frame);
            }
        }
    }
}

impl Subscriber {
    fn send(&mut self, topic: TopicName, frame: &Utf8Bytes) {
        if !self.socket.try_send(frame.clone()) {
            self.standing = Standing::Behind;
            self.socket.fall_behind(topic);
        }
    }
}
