//! Sends what waits in an outbox.

mod outage;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use turnout_store::{Lease, OutboxBatch, OutboxPosition, Store, Table};

use self::outage::Outage;
use crate::{Bus, BusError, HandlerError, pause, pause_longest};

/// How long other processes' messages may wait before they are looked for: of those no signal comes.
const POLL: Duration = Duration::from_secs(1);
/// How long another process may take to send what it committed, before whoever has the claim does.
const GRACE: Duration = Duration::from_secs(2);
/// The most batches of one read, besides those that are known already.
const PAGE: usize = 256;
/// The most batches of one read at all. When more stand in the outbox and fail, it is read in several steps.
const READ_MAX: usize = 5_000;
/// The most batches that are known at a time; from so many on, nothing more is read until some are sent.
const KNOWN_MAX: usize = 100_000;
/// The most batches that are being published at a time.
const IN_FLIGHT_MAX: usize = 512;
/// The next page is read when no more than this are in flight: late enough that few of them are read twice …
const IN_FLIGHT_LOW: usize = 64;
/// … or after this time, so that some slow handlers do not keep the others waiting.
const PATIENCE: Duration = Duration::from_millis(50);
/// The most messages of one publish.
const PUBLISH_MAX: usize = 1_000;

/// Publishes the messages of `table`'s outbox, each at least once, until `shutdown` is cancelled; then finishes what is
/// in flight and returns.
///
/// Every process sends at once what it committed itself. What others committed and left behind is sent by the one that
/// holds the claim on it ([`Lease`]), so that a live process is not doubled and a dead one is not missed.
///
/// A batch that cannot be published is tried again, after pauses that grow to half a minute, for as long as it takes,
/// and holds up no other. Messages are published in no particular order. Join all groups of a bus that has no memory
/// of its own before the relay starts.
pub async fn relay(store: Arc<dyn Store>, bus: Arc<dyn Bus>, table: Table, shutdown: CancellationToken) {
    let left_behind = Lease::new(Arc::clone(&store), table, "relay-outbox");
    let relay = Relay::new(store, bus, table, left_behind.clone());
    // The claim is let go of at once, not when the last message is sent: those still in flight are ours.
    let claiming = left_behind.hold(
        shutdown.clone(),
        |held| async move { held.ended.cancelled().await },
    );
    tokio::join!(relay.run(shutdown), claiming);
}

struct Relay {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    table: Table,
    /// The claim on what other processes left behind.
    left_behind: Lease,
    /// Every batch that was read and is not marked as sent yet.
    known: HashMap<OutboxPosition, Known>,
    /// Those whose turn it is.
    ready: VecDeque<OutboxBatch>,
    in_flight: JoinSet<Published>,
    /// How many batches were published so far.
    published: u64,
    /// Published, but not marked as sent yet.
    sent: Vec<OutboxPosition>,
    /// Whether the outbox may hold something that was not read.
    more: bool,
    /// Where the next read begins, when the one before did not reach the end.
    after: Option<OutboxPosition>,
    read_at: Instant,
    /// When the first of those that failed is due; perhaps sooner, if that one is no longer there.
    next_due: Option<Instant>,
    bus_outage: Outage,
    store_outage: Outage,
    relayed: metrics::Counter,
    failed: metrics::Counter,
    oldest: metrics::Gauge,
}

/// A batch that was tried.
struct Published {
    batch: OutboxBatch,
    /// [`Relay::published`] when it was begun.
    before: u64,
    result: Result<(), BusError>,
}

struct Known {
    since: Instant,
    failures: u32,
    /// When it is tried again, if it failed and waits; or when it counts as left behind.
    due: Option<Instant>,
    /// Whether another process committed it.
    elsewhere: bool,
}

impl Known {
    /// A batch that another process is about to send, or has left behind.
    fn of_another(now: Instant) -> Self {
        Self {
            since: now,
            failures: 0,
            due: Some(now + GRACE),
            elsewhere: true,
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

impl Relay {
    fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>, table: Table, left_behind: Lease) -> Self {
        Self {
            store,
            bus,
            table,
            left_behind,
            known: HashMap::new(),
            ready: VecDeque::new(),
            in_flight: JoinSet::new(),
            published: 0,
            sent: Vec::new(),
            more: true,
            after: None,
            read_at: Instant::now(),
            next_due: None,
            bus_outage: Outage::default(),
            store_outage: Outage::default(),
            relayed: metrics::counter!("turnout_outbox_relayed_messages_total", "table" => table.0),
            failed: metrics::counter!("turnout_outbox_failed_batches_total", "table" => table.0),
            oldest: metrics::gauge!("turnout_outbox_oldest_seconds", "table" => table.0),
        }
    }

    async fn run(mut self, shutdown: CancellationToken) {
        let signal = self.store.outbox_signal(self.table);
        while !shutdown.is_cancelled() {
            if self.in_flight.len() <= IN_FLIGHT_LOW || self.sent.len() >= PAGE {
                self.mark_sent().await;
            }
            if self.may_read() {
                self.read().await;
            }
            self.start_ready();
            let wake = self.wake();
            tokio::select! {
                Some(done) = self.in_flight.join_next() => {
                    self.note(done);
                    while let Some(done) = self.in_flight.try_join_next() {
                        self.note(done);
                    }
                }
                () = signal.notified() => self.more = true,
                () = sleep_until(wake) => self.more = true,
                () = shutdown.cancelled() => {}
            }
        }
        while let Some(done) = self.in_flight.join_next().await {
            self.note(done);
        }
        // What cannot be marked now is published once more by the next process.
        self.store_outage = Outage::default();
        self.mark_sent().await;
    }

    fn may_read(&self) -> bool {
        let settled = self.in_flight.len() <= IN_FLIGHT_LOW || self.read_at.elapsed() >= PATIENCE;
        let available = !self.store_outage.is_on() && !self.bus_outage.is_on();
        let room =
            self.ready.is_empty() && self.in_flight.len() < IN_FLIGHT_MAX && self.known.len() < KNOWN_MAX;
        self.wants_read() && settled && available && room
    }

    fn wants_read(&self) -> bool {
        self.more || self.next_due.is_some_and(|due| due <= Instant::now())
    }

    /// When to look again, whatever happens until then.
    fn wake(&self) -> Instant {
        let now = Instant::now();
        let patience = (self.wants_read() && !self.in_flight.is_empty()).then(|| self.read_at + PATIENCE);
        let reasons = [
            self.next_due,
            self.bus_outage.until(),
            self.store_outage.until(),
            patience,
        ];
        let soonest = reasons.into_iter().flatten().filter(|at| *at > now).min();
        soonest.map_or(now + POLL, |at| at.min(now + POLL))
    }

    /// Reads a page. Batches that wait or are in flight still stand in the outbox, in front: they come again, and a
    /// page is longer by as many. When they are too many for one page, the next begins behind it, and the one after the
    /// last at the front again: other processes' batches may have come to stand there meanwhile.
    async fn read(&mut self) {
        let limit = (PAGE + self.known.len()).min(READ_MAX);
        self.read_at = Instant::now();
        let after = self.after.take();
        let batches = match self.store.outbox(self.table, after.as_ref(), limit).await {
            Ok(batches) => batches,
            Err(error) => return self.store_failed("read", &error),
        };
        self.store_outage.end();
        self.more = batches.len() >= limit;
        let is_whole = after.is_none() && !self.more;
        if limit == READ_MAX && self.more {
            self.after = batches.last().map(|last| last.position.clone());
        }
        let now = Instant::now();
        let may_send_all = self.left_behind.is_held();
        for batch in batches {
            let known = self.known.get_mut(&batch.position);
            if known.as_ref().is_some_and(|known| !known.is_due(now)) {
                continue;
            }
            if batch.elsewhere && (known.is_none() || !may_send_all) {
                let known = self.known.entry(batch.position);
                known
                    // Still there, and not to be taken for sent below.
                    .and_modify(|known| known.due = Some(now + POLL / 2))
                    .or_insert_with(|| Known::of_another(now));
                continue;
            }
            match known {
                Some(known) => known.due = None,
                None => {
                    let known = Known {
                        since: now,
                        failures: 0,
                        due: None,
                        elsewhere: false,
                    };
                    self.known.insert(batch.position.clone(), known);
                }
            }
            match &batch.unreadable {
                None => self.ready.push_back(batch),
                Some(why) => {
                    let error =
                        HandlerError::new(format!("the batch {} cannot be read: {why}", batch.position.0));
                    self.postpone(&batch, None, &error);
                }
            }
        }
        if is_whole {
            // Whatever was due and is not there any more was sent by another process.
            self.known.retain(|_, known| !known.is_due(now));
        }
        // Those of others are looked at with the next poll: most are gone by then.
        let own = self.known.values().filter(|known| !known.elsewhere);
        self.next_due = own.filter_map(|known| known.due).min();
        let oldest = self.known.values().map(|known| now - known.since).max();
        self.oldest.set(oldest.unwrap_or_default());
    }

    fn start_ready(&mut self) {
        while self.in_flight.len() < IN_FLIGHT_MAX && !self.bus_outage.is_on() {
            let Some(batch) = self.ready.pop_front() else {
                break;
            };
            let (bus, before) = (Arc::clone(&self.bus), self.published);
            self.in_flight.spawn(async move {
                let result = publish(bus.as_ref(), &batch).await;
                Published {
                    batch,
                    before,
                    result,
                }
            });
        }
    }

    /// Takes note of a batch that was published, or was not.
    fn note(&mut self, done: Result<Published, JoinError>) {
        // It panics never, and is aborted only with the runtime, when all is over.
        let Ok(Published {
            batch,
            before,
            result,
        }) = done
        else {
            return;
        };
        match result {
            Ok(()) => {
                self.bus_outage.end();
                self.published += 1;
                self.relayed.increment(batch.messages.len() as u64);
                self.sent.push(batch.position);
            }
            Err(BusError::Handler { group, source }) => self.postpone(&batch, Some(group), &source),
            // Others went through meanwhile, so it is this batch that the bus does not take.
            Err(error) if self.published > before => self.postpone(&batch, None, &error),
            Err(error) => self.wait_for_bus(&batch, &error),
        }
    }

    fn wait_for_bus(&mut self, batch: &OutboxBatch, error: &BusError) {
        if self.bus_outage.begin() {
            warn!(table = self.table.0, %error, "The bus is not available; messages wait in the outbox");
        }
        if let (Some(known), Some(until)) = (self.known.get_mut(&batch.position), self.bus_outage.until()) {
            known.due = Some(until);
            self.next_due = Some(self.next_due.map_or(until, |next| next.min(until)));
        }
    }

    /// One bad batch is not the bus' fault: only it has to wait.
    fn postpone(&mut self, batch: &OutboxBatch, group: Option<&'static str>, error: &(dyn Error + 'static)) {
        self.failed.increment(1);
        let Some(known) = self.known.get_mut(&batch.position) else {
            return;
        };
        known.failures = known.failures.saturating_add(1);
        let due = Instant::now() + pause(known.failures);
        known.due = Some(due);
        self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
        // One line for each step that the pause grows by, and silence after the last one.
        let failures = known.failures;
        if failures == 1 || pause_longest(failures) > pause_longest(failures - 1) {
            let (id, kind) = batch.messages.first().map_or_else(Default::default, |first| {
                (first.id.to_string(), first.kind.as_str())
            });
            warn!(
                table = self.table.0,
                message.id = id,
                message.kind = kind,
                group,
                failures,
                error,
                "Could not deliver `{kind}`; it is tried again"
            );
        }
    }

    async fn mark_sent(&mut self) {
        if self.sent.is_empty() || self.store_outage.is_on() {
            return;
        }
        match self.store.outbox_sent(self.table, &self.sent).await {
            Ok(()) => {
                self.store_outage.end();
                for position in self.sent.drain(..) {
                    self.known.remove(&position);
                }
            }
            Err(error) => self.store_failed("mark as sent", &error),
        }
    }

    fn store_failed(&mut self, what: &'static str, failure: &(dyn Error + 'static)) {
        if self.store_outage.begin() {
            error!(
                table = self.table.0,
                error = failure,
                "Could not {what} messages of the outbox; trying again"
            );
        }
    }
}

async fn publish(bus: &dyn Bus, batch: &OutboxBatch) -> Result<(), BusError> {
    for messages in batch.messages.chunks(PUBLISH_MAX) {
        let publishing = AssertUnwindSafe(bus.publish(messages)).catch_unwind();
        publishing
            .await
            .unwrap_or_else(|_| Err(BusError::Unavailable("the bus panicked".to_owned())))?;
    }
    Ok(())
}
