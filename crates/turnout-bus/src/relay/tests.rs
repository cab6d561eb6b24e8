//! The relay against handlers, stores and buses that misbehave, on a paused clock: half a minute passes at once.

mod away;
mod elsewhere;
mod kit;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use turnout_domain::Envelope;
use turnout_store::Store;

use self::kit::{ADMITTED, DOORS, Doctored, Recorder, Running, SALES, SOLD, TABLE, handled};
use super::{IN_FLIGHT_LOW, PAGE, READ_MAX, relay};
use crate::{Bus, Group, Handler, HandlerError};

#[tokio::test(start_paused = true)]
async fn what_is_committed_is_handled_and_leaves_the_outbox() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 3).await;
    assert_eq!(handled(&mut receiver, 3).await, committed);
    assert_eq!(running.stop().await, 0);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_messages_are_handled_once_each() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 10_000).await;
    assert_eq!(handled(&mut receiver, 10_000).await, committed);
    assert_eq!(running.stop().await, 0);
    assert!(
        receiver.recv().await.is_none(),
        "a message came twice, though nothing failed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_that_fails_is_tried_until_it_is_taken() {
    let (recorder, mut receiver) = Recorder::failing(12);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 1).await;
    assert_eq!(handled(&mut receiver, 1).await, committed);
    assert_eq!(running.stop().await, 0);
}

/// Takes no message of one kind, ever.
struct Refusing(Recorder, &'static str);

#[async_trait]
impl Handler for Refusing {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        if message.kind == self.1 {
            Err(HandlerError::new("never"))
        } else {
            self.0.handle(message).await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn more_poison_than_a_page_holds_up_nothing_and_is_kept() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let both = Group {
        name: "test-both",
        kinds: &[SOLD, ADMITTED],
    };
    let running = Running::with(both, Refusing(recorder, ADMITTED)).await;
    running.commit(ADMITTED, 3 * PAGE).await;
    let committed = running.commit(SOLD, 100).await;
    assert_eq!(handled(&mut receiver, 100).await, committed);
    assert_eq!(running.stop().await, 3 * PAGE);
}

#[tokio::test(start_paused = true)]
async fn more_poison_than_one_read_holds_up_nothing_either() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let both = Group {
        name: "test-both",
        kinds: &[SOLD, ADMITTED],
    };
    let running = Running::with(both, Refusing(recorder, ADMITTED)).await;
    running.commit(ADMITTED, READ_MAX + PAGE).await;
    let committed = running.commit(SOLD, 100).await;
    assert_eq!(handled(&mut receiver, 100).await, committed);
    assert_eq!(running.stop().await, READ_MAX + PAGE);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_cannot_be_read_is_kept_and_holds_up_no_other() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(DOORS, recorder).await;
    running.shutdown.cancel();
    let committed = running.commit(ADMITTED, 9).await;
    let store = running.store.inner().clone();
    let (shutdown, bus) = (CancellationToken::new(), running.bus.clone());
    let scratched = Doctored(store.clone(), |batch| {
        if batch.position.0 == "4" {
            batch.messages.clear();
            batch.unreadable = Some("it is scratched".to_owned());
        }
    });
    let task = tokio::spawn(relay(Arc::new(scratched), Arc::new(bus), TABLE, shutdown.clone()));
    let told = handled(&mut receiver, 8).await;
    assert!(told.len() == 8 && told.is_subset(&committed));
    shutdown.cancel();
    task.await.expect("the relay does not panic");
    let left = store
        .outbox(TABLE, None, 10)
        .await
        .expect("nothing is in the way");
    assert_eq!(left.len(), 1, "someone may mend it");
}

/// Works on each message until the test lets it go on.
struct Gated(Arc<Semaphore>, Recorder);

#[async_trait]
impl Handler for Gated {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.acquire().await.map_err(HandlerError::new)?.forget();
        self.1.handle(message).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_group_does_not_keep_another_waiting() {
    let (slow, mut slow_receiver) = Recorder::failing(0);
    let (quick, mut quick_receiver) = Recorder::failing(0);
    let gate = Arc::new(Semaphore::new(0));
    let running = Running::with(SALES, Gated(Arc::clone(&gate), slow)).await;
    running.bus.join(DOORS, Arc::new(quick)).await.expect("joined");
    let sold = running.commit(SOLD, 3 * IN_FLIGHT_LOW).await;
    let admitted = running.commit(ADMITTED, 10).await;
    assert_eq!(handled(&mut quick_receiver, 10).await, admitted);
    gate.add_permits(sold.len());
    assert_eq!(handled(&mut slow_receiver, sold.len()).await, sold);
    assert_eq!(running.stop().await, 0);
}

#[tokio::test(start_paused = true)]
async fn at_shutdown_what_is_in_flight_is_finished_and_marked_as_sent() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let gate = Arc::new(Semaphore::new(0));
    let running = Running::with(SALES, Gated(Arc::clone(&gate), recorder)).await;
    let committed = running.commit(SOLD, 1).await;
    // Lets the relay read the outbox and hand the message over.
    timeout(Duration::from_secs(2), receiver.recv())
        .await
        .expect_err("the gate is closed");
    running.shutdown.cancel();
    timeout(Duration::from_secs(2), receiver.recv())
        .await
        .expect_err("the gate is still closed");
    assert!(!running.relay.is_finished(), "it left a message in flight");
    gate.add_permits(1);
    assert_eq!(handled(&mut receiver, 1).await, committed);
    assert_eq!(running.stop().await, 0);
}
