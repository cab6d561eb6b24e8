//! The port.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_nats::jetstream::message::PublishMessage;
use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use turnout_bus::{Bus, BusError, Group, Handler, Listener};
use turnout_domain::Envelope;

use crate::NatsConfig;
use crate::member::Member;
use crate::shared::{ANSWER_MAX, Shared, unavailable};
use crate::tail;

/// The bus on NATS `JetStream`. A clone is the same connection.
#[derive(Clone)]
pub struct NatsBus {
    shared: Arc<Shared>,
}

impl NatsBus {
    /// Connects, and waits some seconds for the server to answer. Without an answer the bus is there and not
    /// [`ready`](Bus::ready), and goes on trying; what joins and listens meanwhile does so when the server is there.
    /// `shutdown` ends members and listeners: see [`NatsBus::closed`].
    ///
    /// # Errors
    /// [`BusError::Unavailable`] if the address is none.
    pub async fn connect(config: NatsConfig, shutdown: CancellationToken) -> Result<Self, BusError> {
        let shared = Arc::new(Shared::connect(config, shutdown).await?);
        // Made here if possible, so that joining finds it; otherwise by the task, which says what is wrong.
        let _ = shared.stream().await;
        let keeper = Arc::clone(&shared);
        shared.tasks.spawn(async move { keeper.keep_stream().await });
        Ok(Self { shared })
    }

    /// After shutdown: waits until every handler has finished and what it said has reached the server.
    pub async fn closed(&self) {
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        // Without a connection there is nothing to flush to; the server gives the messages to others after a while.
        if self.shared.check_connected().is_ok() {
            let _ = timeout(ANSWER_MAX, self.shared.client.flush()).await;
        }
    }
}

#[async_trait]
impl Bus for NatsBus {
    async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError> {
        let shared = &self.shared;
        shared.check_connected()?;
        let mut answers = Vec::with_capacity(messages.len());
        for message in messages {
            let payload = serde_json::to_vec(message).map_err(unavailable)?;
            let outgoing = PublishMessage::build()
                .message_id(message.id.to_string())
                .payload(payload.into());
            let subject = shared.config.subject(&message.kind);
            let answer = shared
                .jetstream
                .send_publish(subject, outgoing)
                .await
                .map_err(unavailable)?;
            answers.push(answer.into_future());
        }
        // All are waited for, so that one time-out is the longest it takes.
        join_all(answers)
            .await
            .into_iter()
            .try_for_each(|answer| answer.map(drop).map_err(unavailable))
    }

    async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError> {
        let member = Arc::new(Member::new(Arc::clone(&self.shared), group, handler));
        let mut standing = Vec::new();
        for kind in group.kinds.iter().copied().collect::<BTreeSet<_>>() {
            let (stands, told) = oneshot::channel();
            self.shared.begin_joining();
            self.shared.tasks.spawn(Arc::clone(&member).serve(kind, stands));
            standing.push(told);
        }
        if self.shared.check_connected().is_ok() {
            // After this time it goes on by itself; until then the bus is not ready.
            let _ = timeout(ANSWER_MAX, join_all(standing)).await;
        }
        Ok(())
    }

    async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError> {
        // Whatever stands in the stream already is before "from now on".
        let last = self
            .shared
            .stream()
            .await
            .ok()
            .map(|stream| stream.state.last_sequence);
        let listener = self.shared.tail.add(kinds, last);
        if self.shared.tail.begin() {
            self.shared.tasks.spawn(tail::run(Arc::clone(&self.shared), last));
        }
        Ok(listener)
    }

    async fn ready(&self) -> Result<(), BusError> {
        self.shared.stream().await?;
        self.shared.check_joined()
    }
}
