//! One process' share of a group.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::{AckKind, Message};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tracing::{debug, warn};
use turnout_bus::{
    BusError, Group, HANDLER_SECONDS_MAX, Handler, HandlerError, deliver, pause, pause_longest,
};
use turnout_domain::Envelope;

use crate::shared::{Retry, Shared, unavailable};

/// The server gives a message to another member if it hears nothing for so long. Longer than a handler may take.
const ACK_WAIT: Duration = Duration::from_secs(30);
const _: () = assert!(
    ACK_WAIT.as_secs() > HANDLER_SECONDS_MAX,
    "a slow handler's message would be given twice"
);
/// The most messages that a process' handlers of one group work on at a time.
const IN_FLIGHT_MAX: usize = 64;
/// The most messages of one kind that all processes of a group have at a time, those that failed and wait included.
/// So many have to fail at a time before they stand in the way of others.
const PENDING_MAX: i64 = 4_096;
/// How long one request for messages stands at the server. Short, since at shutdown the last one is seen to its end:
/// nobody else gets what the server sends in answer to it.
const REQUEST_MAX: Duration = Duration::from_secs(2);

type PullConsumer = Consumer<pull::Config>;

pub(crate) struct Member {
    shared: Arc<Shared>,
    group: Group,
    handler: Arc<dyn Handler>,
    slots: Arc<Semaphore>,
}

impl Member {
    pub(crate) fn new(shared: Arc<Shared>, group: Group, handler: Arc<dyn Handler>) -> Self {
        Self {
            shared,
            group,
            handler,
            slots: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
        }
    }

    /// Takes the group's messages of this kind until shutdown; says so when the subscription stands.
    pub(crate) async fn serve(self: Arc<Self>, kind: &'static str, stands: oneshot::Sender<()>) {
        let mut stands = Some(stands);
        let mut retry = Retry::new("join a group");
        while !self.shared.shutdown.is_cancelled() {
            // From before the subscription on, so that no new connection goes unnoticed.
            let connections = self.shared.connections();
            let ended = match self.subscribe(kind).await {
                Ok(consumer) => {
                    if let Some(stands) = stands.take() {
                        self.shared.end_joining();
                        // Whoever asked to join may wait no longer.
                        let _ = stands.send(());
                    }
                    self.take(consumer, connections, &mut retry).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                retry.failed(&self.shared, &error).await;
            }
        }
    }

    /// Makes the durable consumer, or finds it where it was.
    async fn subscribe(&self, kind: &str) -> Result<PullConsumer, BusError> {
        self.shared.check_connected()?;
        let durable = format!("{}-{}", self.group.name, kind.replace('.', "-"));
        let config = pull::Config {
            durable_name: Some(durable),
            filter_subject: self.shared.config.subject(kind),
            deliver_policy: DeliverPolicy::New,
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: PENDING_MAX,
            ..pull::Config::default()
        };
        let stream = &self.shared.config.prefix;
        let made = self
            .shared
            .jetstream
            .create_consumer_on_stream(config, stream)
            .await;
        made.map_err(unavailable)
    }

    /// Hands messages to the handler until the connection is a new one, with which what was asked for before may never
    /// come, or until an error or shutdown.
    async fn take(
        self: &Arc<Self>,
        consumer: PullConsumer,
        mut connections: watch::Receiver<u64>,
        retry: &mut Retry,
    ) -> Result<(), BusError> {
        while !self.shared.shutdown.is_cancelled() {
            // No more than can be worked on: the time of a message that waits here is already running.
            drop(self.slots.acquire().await.map_err(unavailable)?);
            let free = self.slots.available_permits().max(1);
            let request = consumer
                .batch()
                .max_messages(free)
                .expires(REQUEST_MAX)
                .messages()
                .await;
            let mut messages = request.map_err(unavailable)?;
            loop {
                let message = tokio::select! {
                    message = messages.next() => message,
                    _ = connections.changed() => return Ok(()),
                };
                let Some(message) = message else { break };
                let message = message.map_err(unavailable)?;
                retry.succeeded();
                self.begin(message).await?;
            }
        }
        Ok(())
    }

    /// Hands the message to the handler as soon as there is a place, or back at shutdown: to whoever asks next, when
    /// no request of this process stands any more.
    async fn begin(self: &Arc<Self>, message: Message) -> Result<(), BusError> {
        let slot = tokio::select! {
            biased;
            () = self.shared.shutdown.cancelled() => {
                let _ = message.ack_with(AckKind::Nak(Some(REQUEST_MAX))).await;
                return Ok(());
            }
            slot = Arc::clone(&self.slots).acquire_owned() => slot.map_err(unavailable)?,
        };
        let member = Arc::clone(self);
        self.shared
            .tasks
            .spawn(async move { member.handle(&message, slot).await });
        Ok(())
    }

    async fn handle(&self, message: &Message, _slot: OwnedSemaphorePermit) {
        let answer = match self.try_handle(message).await {
            Ok(()) => AckKind::Ack,
            Err(error) => {
                let delivered = message.info().map_or(1, |info| info.delivered);
                let failures = u32::try_from(delivered).unwrap_or(u32::MAX);
                self.log_failure(message, failures, &error);
                AckKind::Nak(Some(pause(failures)))
            }
        };
        if let Err(error) = message.ack_with(answer).await {
            // The server gives the message again, and the handler knows its id.
            debug!(error, "Could not tell NATS what became of a message");
        }
    }

    async fn try_handle(&self, message: &Message) -> Result<(), HandlerError> {
        let envelope: Envelope = serde_json::from_slice(&message.payload).map_err(HandlerError::new)?;
        deliver(self.handler.as_ref(), &envelope).await
    }

    /// One line for each step that the pause grows by.
    fn log_failure(&self, message: &Message, failures: u32, error: &HandlerError) {
        if failures > 1 && pause_longest(failures) == pause_longest(failures - 1) {
            return;
        }
        let id = message
            .headers
            .as_ref()
            .and_then(|headers| headers.get("Nats-Msg-Id"));
        let (group, subject) = (self.group.name, message.subject.as_str());
        warn!(
            message.id = id.map(async_nats::HeaderValue::as_str),
            subject,
            group,
            failures,
            error = error as &(dyn Error + 'static),
            "Group `{group}` could not take `{subject}`; it will be given it again"
        );
    }
}
