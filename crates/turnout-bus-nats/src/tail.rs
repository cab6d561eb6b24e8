//! What listeners hear: the end of the stream, read once a process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures::StreamExt;
use tokio::sync::broadcast;
use tracing::error;
use turnout_bus::{BusError, LISTENER_MESSAGES_MAX, Listener};
use turnout_domain::Envelope;

use crate::shared::{Retry, Shared, unavailable};

/// The most messages asked for ahead.
const AHEAD_MAX: usize = 512;
/// How long one request for messages stands at the server …
const REQUEST_MAX: Duration = Duration::from_secs(30);
/// … and how often the server says meanwhile that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The server forgets a consumer that nobody has asked for so long.
const INACTIVE_MAX: Duration = Duration::from_mins(1);

/// The listeners of a process.
#[derive(Default)]
pub(crate) struct Tail {
    begun: AtomicBool,
    listeners: RwLock<Vec<Audience>>,
}

struct Audience {
    kinds: &'static [&'static str],
    /// It hears what stands behind this place in the stream.
    after: u64,
    sender: broadcast::Sender<Arc<Envelope>>,
}

impl Tail {
    /// One more listener, of what is published after the place `last`; unknown is whatever comes.
    pub(crate) fn add(&self, kinds: &'static [&'static str], last: Option<u64>) -> Listener {
        let (sender, listener) = broadcast::channel(LISTENER_MESSAGES_MAX);
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|audience| audience.sender.receiver_count() > 0);
        listeners.push(Audience {
            kinds,
            after: last.unwrap_or(0),
            sender,
        });
        listener
    }

    /// Whether this is the first listener, so that somebody has to begin to read.
    pub(crate) fn begin(&self) -> bool {
        !self.begun.swap(true, Ordering::SeqCst)
    }

    /// Tells those whom it concerns.
    fn tell(&self, kind: &str, sequence: u64, message: &Message) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        let mut heard = None;
        for audience in listeners
            .iter()
            .filter(|audience| audience.after < sequence && audience.kinds.contains(&kind))
        {
            let envelope = match &heard {
                Some(envelope) => Arc::clone(envelope),
                None => match serde_json::from_slice(&message.payload) {
                    Ok(envelope) => Arc::clone(heard.insert(Arc::new(envelope))),
                    Err(error) => {
                        error!(kind, sequence, %error, "A message of the stream cannot be read; listeners miss it");
                        return;
                    }
                },
            };
            // Fails if the listener is gone, which is its own affair.
            let _ = audience.sender.send(envelope);
        }
    }

    /// Nobody waits for a place that the stream gives a second time.
    fn stream_ends_at(&self, end: u64) {
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        for audience in listeners.iter_mut() {
            audience.after = audience.after.min(end);
        }
    }

    fn end(&self) {
        self.listeners
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Reads the stream behind the place `last` until shutdown; unknown is where the stream ends when it is first seen.
pub(crate) async fn run(shared: Arc<Shared>, mut last: Option<u64>) {
    let mut retry = Retry::new("listen");
    while !shared.shutdown.is_cancelled() {
        if let Err(error) = read(&shared, &mut last, &mut retry).await {
            retry.failed(&shared, &error).await;
        }
    }
    shared.tail.end();
}

/// Reads until the connection is a new one, something is missing or wrong, or shutdown.
async fn read(shared: &Shared, last: &mut Option<u64>, retry: &mut Retry) -> Result<(), BusError> {
    let mut connections = shared.connections();
    let mut messages = open(shared, last).await?;
    let mut consumer_sequence = 0;
    loop {
        let message = tokio::select! {
            message = messages.next() => message,
            _ = connections.changed() => return Ok(()),
            () = shared.shutdown.cancelled() => return Ok(()),
        };
        let message = message
            .ok_or_else(|| unavailable("the subscription ended"))?
            .map_err(unavailable)?;
        let info = message.info().map_err(unavailable)?;
        consumer_sequence += 1;
        if info.consumer_sequence != consumer_sequence {
            // Some were lost on the way: read them again.
            return Ok(());
        }
        retry.succeeded();
        *last = Some(info.stream_sequence);
        if let Some(kind) = shared.config.kind(&message.subject) {
            shared.tail.tell(kind, info.stream_sequence, &message);
        }
    }
}

async fn open(shared: &Shared, last: &mut Option<u64>) -> Result<pull::Stream, BusError> {
    let end = shared.stream().await?.state.last_sequence;
    // A stream that ends before the last message seen was made anew, or lost its end with its disk.
    let from = last.map_or(end, |last| last.min(end));
    shared.tail.stream_ends_at(end);
    *last = Some(from);
    let config = pull::Config {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: from + 1,
        },
        ack_policy: AckPolicy::None,
        inactive_threshold: INACTIVE_MAX,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let stream = &shared.config.prefix;
    let consumer = shared
        .jetstream
        .create_consumer_on_stream(config, stream)
        .await
        .map_err(unavailable)?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(AHEAD_MAX)
        .expires(REQUEST_MAX)
        .heartbeat(HEARTBEAT);
    messages.messages().await.map_err(unavailable)
}
