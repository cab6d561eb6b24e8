//! To count who takes part, from what ticketing tells.
//!
//! Orders that arrive while a change is being committed make up the next one: on a busy sale the count, which all
//! orders of an event add to, is written once for many of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use turnout_bus::{Handler, HandlerError};
use turnout_domain::messages::OrderConfirmed;
use turnout_domain::{Envelope, EventId, OrderId};
use turnout_store::CommitError;

use crate::{Registration, items};

/// The most orders of one change. The largest orders there can be still fit: half of its writes, half of its bytes.
const BATCH_ORDERS_MAX: usize = 50;
/// The most orders that wait their turn; further messages wait to wait.
const WAITING_ORDERS_MAX: usize = 256;

/// Takes ticketing's messages, and answers each once its order is counted.
pub(crate) struct Participants {
    queue: mpsc::Sender<Waiting>,
}

/// An order, and who is told whether it was counted.
struct Waiting {
    order: OrderConfirmed,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<(), CommitError>>;

/// The orders of one event that are counted together. One order may have come by several messages.
type Batch = BTreeMap<OrderId, (OrderConfirmed, Vec<Answer>)>;

impl Participants {
    /// The handler, and the work that has to go on behind it until `shutdown`.
    pub(crate) fn counting(
        registration: Registration,
        shutdown: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (queue, waiting) = mpsc::channel(WAITING_ORDERS_MAX);
        (Self { queue }, count(registration, waiting, shutdown))
    }
}

#[async_trait]
impl Handler for Participants {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let Some(order) = message.open::<OrderConfirmed>().map_err(HandlerError::new)? else {
            return Ok(());
        };
        let (answer, counted) = oneshot::channel();
        // Either fails when the service is shutting down. The message then comes again, to another process.
        let queued = self.queue.send(Waiting { order, answer }).await;
        queued.map_err(|_| HandlerError::new("the service is shutting down"))?;
        counted
            .await
            .map_err(HandlerError::new)?
            .map_err(HandlerError::new)
    }
}

async fn count(
    registration: Registration,
    mut waiting: mpsc::Receiver<Waiting>,
    shutdown: CancellationToken,
) {
    let mut orders = Vec::with_capacity(BATCH_ORDERS_MAX);
    loop {
        tokio::select! {
            received = waiting.recv_many(&mut orders, BATCH_ORDERS_MAX) => if received == 0 {
                return;
            },
            // Those that wait are still counted; then nothing is received any more.
            () = shutdown.cancelled(), if !waiting.is_closed() => waiting.close(),
        }
        let mut batches: BTreeMap<EventId, Batch> = BTreeMap::new();
        for Waiting { order, answer } in orders.drain(..) {
            let batch = batches.entry(order.event_id).or_default();
            let (_, answers) = batch.entry(order.order_id).or_insert_with(|| (order, Vec::new()));
            answers.push(answer);
        }
        let counting = batches
            .into_iter()
            .map(|(event, batch)| registration.count_batch(event, batch));
        join_all(counting).await;
    }
}

impl Registration {
    /// Counts the places of each order once: the participant's item is the mark that it was done, whichever message
    /// told of the order.
    ///
    /// An order's event was committed here before ticketing could hear of it, so its count stands. Should it be
    /// missing (say the tables were restored to different times), the messages are refused, and come again until it
    /// is there: to drop them would lose participants for good.
    async fn count_batch(&self, event: EventId, batch: Batch) {
        let (mut orders, mut answers): (Vec<_>, Vec<_>) = batch.into_values().unzip();
        // Every turn either ends it or leaves out an order that was counted before.
        while !orders.is_empty() {
            let outcome = self.commit(items::participate(event, &orders)).await;
            let counted_before: Vec<usize> = match &outcome {
                Err(CommitError::Refused(refusals)) => {
                    let refused = refusals.iter().map(|refusal| refusal.write);
                    refused.filter(|&write| write < orders.len()).collect()
                }
                Ok(_) | Err(_) => Vec::new(),
            };
            if counted_before.is_empty() {
                let outcome = outcome.map(|_| ());
                return answers.into_iter().for_each(|answers| tell(answers, &outcome));
            }
            // From the last on, so that the places of the others stay what they are.
            for place in counted_before.into_iter().rev() {
                orders.remove(place);
                tell(answers.remove(place), &Ok(()));
            }
        }
    }
}

/// Tells everyone who waits for an order; who is gone will hear the message again.
fn tell(answers: Vec<Answer>, outcome: &Result<(), CommitError>) {
    for answer in answers {
        let _gone = answer.send(outcome.clone());
    }
}
