//! What the checks are made with.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::timeout;
use turnout_domain::{Envelope, Ids, MessageId, RandomIds};

use crate::{Bus, BusError, Group, Handler, HandlerError};

/// Longer than a failed message waits the first few times, even on a machine with much else to do.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// How often a refused publish is tried again.
const ATTEMPTS_MAX: usize = 100;

/// The kinds of message that the checks send.
pub(super) const SOLD: &str = "suite.sold";
pub(super) const ADMITTED: &str = "suite.admitted";
pub(super) const MOVED: &str = "suite.moved";

/// A message of this kind with this body, under an id of its own.
pub(super) fn message_with(kind: &str, body: &str) -> Envelope {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let at = "2026-07-04T19:00:00.123456789Z"
        .parse::<Timestamp>()
        .expect("an instant")
        + jiff::SignedDuration::from_millis(i64::try_from(count).expect("few messages"));
    let body = serde_json::value::to_raw_value(body).expect("a text");
    Envelope {
        id: MessageId::from_ulid(RandomIds.ulid(at)),
        kind: kind.to_owned(),
        occurred_at: at,
        body,
    }
}

pub(super) fn message(kind: &str) -> Envelope {
    message_with(kind, "as it was")
}

pub(super) fn messages(kind: &str, count: usize) -> Vec<Envelope> {
    (0..count).map(|_| message(kind)).collect()
}

pub(super) fn ids<'a>(messages: impl IntoIterator<Item = &'a Envelope>) -> HashSet<MessageId> {
    messages.into_iter().map(|message| message.id).collect()
}

/// Publishes until the bus accepts all, as the relay does.
pub(super) async fn publish(bus: &dyn Bus, messages: &[Envelope]) {
    let mut refused = None;
    for _ in 0..ATTEMPTS_MAX {
        match bus.publish(messages).await {
            Ok(()) => return,
            Err(error) => refused = Some(error),
        }
    }
    panic!("the bus refuses {} messages: {refused:?}", messages.len());
}

/// Publishes what a handler will never take: a bus that waits for handlers says so, one that keeps messages does not.
pub(super) async fn publish_poison(bus: &dyn Bus, messages: &[Envelope]) {
    match bus.publish(messages).await {
        Ok(()) | Err(BusError::Handler { .. }) => {}
        Err(error @ BusError::Unavailable(_)) => panic!("the bus cannot be reached: {error}"),
    }
}

/// Joins a group with a recorder, and gives what the recorder hears.
pub(super) async fn join(bus: &dyn Bus, group: Group) -> Heard {
    join_failing(bus, group, 0).await
}

/// As [`join`], but the first `failures` messages fail.
pub(super) async fn join_failing(bus: &dyn Bus, group: Group, failures: usize) -> Heard {
    let (sender, receiver) = mpsc::unbounded_channel();
    let recorder = Recorder {
        sender,
        failures_left: AtomicUsize::new(failures),
    };
    bus.join(group, Arc::new(recorder))
        .await
        .expect("the bus is ready");
    Heard(receiver)
}

/// Tells a check what it was given.
pub(super) struct Recorder {
    sender: mpsc::UnboundedSender<Envelope>,
    failures_left: AtomicUsize,
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let left = &self.failures_left;
        let failing = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if failing.is_ok() {
            return Err(HandlerError::new("as the check asked"));
        }
        // The check may be over.
        let _ = self.sender.send(message.clone());
        Ok(())
    }
}

/// What a recorder was given.
pub(super) struct Heard(pub(super) mpsc::UnboundedReceiver<Envelope>);

impl Heard {
    pub(super) async fn next(&mut self) -> Envelope {
        let next = timeout(PATIENCE, self.0.recv())
            .await
            .expect("a message comes in time");
        next.expect("the handler lives as long as the bus")
    }

    /// Waits until every one of these was handled, and answers all that were, each as often as it came.
    pub(super) async fn until_all(&mut self, expected: &[Envelope]) -> Vec<Envelope> {
        let mut missing = ids(expected);
        let mut heard = Vec::new();
        while !missing.is_empty() {
            let Ok(next) = timeout(PATIENCE, self.0.recv()).await else {
                panic!("{} of {} messages did not come", missing.len(), expected.len());
            };
            let next = next.expect("the handler lives as long as the bus");
            missing.remove(&next.id);
            heard.push(next);
        }
        heard
    }

    /// What came besides, so far.
    pub(super) fn rest(&mut self) -> Vec<Envelope> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}
