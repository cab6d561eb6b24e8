//! The combiner: settles the sales of one event in batches, one change each.
//!
//! While a commit is in flight the next batch gathers, so that a rush costs one write a pool and one an order instead
//! of one transaction each. It is an optimisation only: the conditions in the store are what prevents overselling.

mod change;
mod plan;
mod round;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use turnout_domain::{Clock, EventId, Ids, OrderId};
use turnout_store::{CommitError, Store};

use crate::error::SaleError;
use crate::model::{Order, PlaceOrder};
pub(crate) use change::confirmation;
use plan::Batch;
use round::Intake;

/// The most steps that wait for one event; beyond, buyers are asked to come back in a moment.
const QUEUE_MAX: usize = 8192;
/// The most steps of one batch: with the pools and the outbox, what one change can hold.
const BATCH_MAX: usize = 64;
/// How long a combiner stays when nobody buys.
const IDLE: Duration = Duration::from_secs(30);

/// Settles sales. A clone is another handle on the same combiners.
#[derive(Clone)]
pub(crate) struct Combiner {
    ports: Ports,
    queues: Arc<Mutex<HashMap<EventId, mpsc::Sender<Job>>>>,
}

#[derive(Clone)]
struct Ports {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// One step of one order.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Sets places aside, or sells them at once.
    Place(PlaceOrder),
    /// Sells what the order holds; it was read at `version`.
    Confirm { order: Order, version: u64 },
    /// Gives back what the order holds; it was read at `version`.
    Release { order: Order, version: u64 },
}

/// An order as it stands after its step.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub order: Order,
    /// Whether the step had been made before, so that nothing was done now.
    pub replayed: bool,
}

type Answer = Result<Settled, SaleError>;

impl Step {
    fn order_id(&self) -> OrderId {
        match self {
            Self::Place(request) => request.order_id,
            Self::Confirm { order, .. } | Self::Release { order, .. } => order.id,
        }
    }

    /// The version its order has before the step; none where it must not be there.
    fn expects(&self) -> Option<u64> {
        match self {
            Self::Place(_) => None,
            Self::Confirm { version, .. } | Self::Release { version, .. } => Some(*version),
        }
    }
}

/// A step, and who waits for it.
struct Job {
    step: Step,
    answer: oneshot::Sender<Answer>,
    /// Its place among all jobs of the combiner: who came first is served first.
    number: u64,
    /// How often it was in a batch that was not committed.
    tries: usize,
}

impl Job {
    fn answer(self, answer: Answer) {
        // Whoever asked may have gone; the step is made all the same.
        let _ = self.answer.send(answer);
    }
}

impl Combiner {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self {
            ports: Ports { store, clock, ids },
            queues: Arc::default(),
        }
    }

    /// Settles one step of an order of this event. Answers once the change is durable.
    pub async fn settle(&self, event: EventId, step: Step) -> Answer {
        let (answer, settled) = oneshot::channel();
        self.enqueue(
            event,
            Job {
                step,
                answer,
                number: 0,
                tries: 0,
            },
        )?;
        settled.await.unwrap_or_else(|_| {
            Err(CommitError::Unknown {
                why: "the combiner ended before it answered".into(),
            }
            .into())
        })
    }

    fn enqueue(&self, event: EventId, job: Job) -> Result<(), SaleError> {
        let mut queues = self
            .queues
            .lock()
            .expect("nothing panics while it holds the queues");
        let queue = queues.entry(event).or_insert_with(|| self.begin(event));
        let sent = match queue.try_send(job) {
            // A combiner that panicked left its queue behind; those who come now are not to suffer from it.
            Err(TrySendError::Closed(job)) => {
                *queue = self.begin(event);
                queue.try_send(job)
            }
            sent => sent,
        };
        sent.map_err(|_| {
            CommitError::Busy {
                why: format!("{QUEUE_MAX} sales are waiting"),
            }
            .into()
        })
    }

    fn begin(&self, event: EventId) -> mpsc::Sender<Job> {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(self.clone().run(event, receiver));
        sender
    }

    async fn run(self, event: EventId, mut queue: mpsc::Receiver<Job>) {
        let mut batch = Batch::new(event);
        let mut waiting: VecDeque<Job> = VecDeque::new();
        let mut numbers = 0..;
        let mut numbered = |job: Job| Job {
            number: numbers.next().unwrap_or(u64::MAX),
            ..job
        };
        let mut intake = Intake::Open;
        loop {
            if waiting.is_empty() {
                // Nobody is left for whom it held.
                batch.left.clear();
                intake = Intake::Open;
                match tokio::time::timeout(IDLE, queue.recv()).await {
                    Ok(Some(job)) => waiting.push_back(numbered(job)),
                    Ok(None) => return,
                    Err(_) if self.retire(event, &queue) => return,
                    Err(_) => continue,
                }
            }
            while intake == Intake::Open && waiting.len() < BATCH_MAX {
                let Ok(job) = queue.try_recv() else { break };
                waiting.push_back(numbered(job));
            }
            intake = round::settle(&self.ports, &mut batch, &mut waiting).await;
        }
    }

    /// Ends an idle combiner, unless a job came in meanwhile: jobs are only sent under the same lock.
    fn retire(&self, event: EventId, queue: &mpsc::Receiver<Job>) -> bool {
        let mut queues = self
            .queues
            .lock()
            .expect("nothing panics while it holds the queues");
        queue.is_empty() && queues.remove(&event).is_some()
    }
}
