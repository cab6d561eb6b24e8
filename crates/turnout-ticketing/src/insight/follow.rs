//! Takes our own messages to count them. Those that come while others are being counted are counted together.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{BusError, Group, Handler, HandlerError};
use turnout_domain::{Envelope, EventId};

use super::count::{Counted, TOGETHER_MAX};
use super::tally::{KINDS, tally};
use crate::Ticketing;
use crate::error::SaleError;

const GROUP: Group = Group {
    name: "ticketing-insight",
    kinds: KINDS,
};
/// The most messages that wait their turn; further ones wait to wait.
const WAITING_MAX: usize = 256;

/// A message, and who is told whether it was counted.
struct Waiting {
    event: EventId,
    counted: Counted,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<(), SaleError>>;

/// Counts from now on, until `shutdown`.
pub(crate) async fn join(
    ticketing: &Ticketing,
    tasks: &TaskTracker,
    shutdown: CancellationToken,
) -> Result<(), BusError> {
    let (queue, waiting) = mpsc::channel(WAITING_MAX);
    tasks.spawn(count(ticketing.clone(), waiting, shutdown));
    ticketing.bus.join(GROUP, Arc::new(Counter { queue })).await
}

struct Counter {
    queue: mpsc::Sender<Waiting>,
}

#[async_trait]
impl Handler for Counter {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let Some((event, tally)) = tally(message).map_err(HandlerError::new)? else {
            return Ok(());
        };
        let (answer, counted) = oneshot::channel();
        let waiting = Waiting {
            event,
            counted: Counted {
                message: message.id,
                tally,
            },
            answer,
        };
        // Either fails when the service is shutting down. The message then comes again, to another process.
        let queued = self.queue.send(waiting).await;
        queued.map_err(|_| HandlerError::new("the service is shutting down"))?;
        counted
            .await
            .map_err(HandlerError::new)?
            .map_err(HandlerError::new)
    }
}

async fn count(ticketing: Ticketing, mut waiting: mpsc::Receiver<Waiting>, shutdown: CancellationToken) {
    let mut some = Vec::with_capacity(TOGETHER_MAX);
    loop {
        tokio::select! {
            received = waiting.recv_many(&mut some, TOGETHER_MAX) => if received == 0 {
                return;
            },
            // Those that wait are still counted; then nothing is received any more.
            () = shutdown.cancelled(), if !waiting.is_closed() => waiting.close(),
        }
        let mut events: BTreeMap<EventId, (Vec<Counted>, Vec<Answer>)> = BTreeMap::new();
        for Waiting {
            event,
            counted,
            answer,
        } in some.drain(..)
        {
            let (messages, answers) = events.entry(event).or_default();
            messages.push(counted);
            answers.push(answer);
        }
        let counting = events.into_iter().map(|(event, (messages, answers))| {
            let ticketing = &ticketing;
            async move {
                let outcome = ticketing.count_messages(event, &messages).await;
                for answer in answers {
                    // Who is gone will hear the message again.
                    let _gone = answer.send(outcome.clone());
                }
            }
        });
        join_all(counting).await;
    }
}
