//! What groups get.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::{Barrier, Semaphore, mpsc};
use tokio::time::timeout;
use turnout_domain::Envelope;

use super::Fixture;
use super::kit::{
    ADMITTED, Heard, MOVED, PATIENCE, SOLD, ids, join, join_failing, message, messages, publish,
    publish_poison,
};
use crate::{Group, Handler, HandlerError};

const SALES: Group = Group {
    name: "suite-sales",
    kinds: &[SOLD],
};
const DOORS: Group = Group {
    name: "suite-doors",
    kinds: &[ADMITTED],
};
const BOTH: Group = Group {
    name: "suite-both",
    kinds: &[SOLD, ADMITTED],
};

/// A bus that can be published to is ready.
pub async fn a_ready_bus_says_so(fixture: &dyn Fixture) {
    fixture.handle().await.ready().await.expect("ready");
}

/// Id, kind, time and body come as they were sent, down to the nanosecond.
pub async fn a_message_arrives_as_it_was_sent(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let sent = message(SOLD);
    publish(bus.as_ref(), std::slice::from_ref(&sent)).await;
    assert_eq!(sales.next().await, sent);
}

/// A kind without a group is no error: the publisher does not know who reads.
pub async fn a_message_that_nobody_reads_is_accepted(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    bus.publish(&[message(MOVED)]).await.expect("accepted");
}

/// An empty publish is nothing to do.
pub async fn publishing_nothing_is_no_error(fixture: &dyn Fixture) {
    fixture
        .handle()
        .await
        .publish(&[])
        .await
        .expect("nothing to refuse");
}

/// Each group gets all of its kinds, and of the other kinds none.
pub async fn every_group_gets_every_message_of_its_kinds_and_no_other(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let mut doors = join(bus.as_ref(), DOORS).await;
    let mut both = join(bus.as_ref(), BOTH).await;
    let mixed: Vec<Envelope> = [SOLD, ADMITTED, MOVED]
        .iter()
        .cycle()
        .take(90)
        .map(|kind| message(kind))
        .collect();
    publish(bus.as_ref(), &mixed).await;
    let of = |kinds: &[&str]| -> Vec<Envelope> {
        mixed
            .iter()
            .filter(|message| kinds.contains(&message.kind.as_str()))
            .cloned()
            .collect()
    };
    for (heard, expected) in [
        (&mut sales, of(&[SOLD])),
        (&mut doors, of(&[ADMITTED])),
        (&mut both, of(&[SOLD, ADMITTED])),
    ] {
        let mut all = heard.until_all(&expected).await;
        all.extend(heard.rest());
        assert_eq!(ids(&all), ids(&expected));
    }
}

/// That one group has a message takes it from no other group.
pub async fn two_groups_of_one_kind_get_every_message_each(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let mut both = join(bus.as_ref(), BOTH).await;
    let sold = messages(SOLD, 50);
    publish(bus.as_ref(), &sold).await;
    sales.until_all(&sold).await;
    both.until_all(&sold).await;
}

/// While nothing fails, each message goes to one member, of whichever process.
pub async fn two_members_of_a_group_share_its_messages(fixture: &dyn Fixture) {
    let (here, there) = (fixture.handle().await, fixture.handle().await);
    let (sender, receiver) = mpsc::unbounded_channel();
    for bus in [&here, &there] {
        let member = Arc::new(Forwarding(sender.clone()));
        bus.join(SALES, member).await.expect("joined");
    }
    let sold = messages(SOLD, 500);
    publish(here.as_ref(), &sold).await;
    let mut members = Heard(receiver);
    let mut handled = members.until_all(&sold).await;
    handled.extend(members.rest());
    assert_eq!(handled.len(), sold.len(), "a message went to both members");
}

struct Forwarding(mpsc::UnboundedSender<Envelope>);

#[async_trait]
impl Handler for Forwarding {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0
            .send(message.clone())
            .map_err(|_| HandlerError::new("the check is over"))
    }
}

/// Once stuck, a member keeps what it has, and the other one gets the rest.
pub async fn a_member_that_is_stuck_leaves_the_rest_to_the_others(fixture: &dyn Fixture) {
    let (here, there) = (fixture.handle().await, fixture.handle().await);
    let (sender, receiver) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    here.join(SALES, Arc::new(Stuck(Arc::clone(&gate), sender.clone())))
        .await
        .expect("joined");
    let mut free = join(there.as_ref(), SALES).await;
    let sold = messages(SOLD, 10);
    let publishing = tokio::spawn({
        let sold = sold.clone();
        async move { publish(there.as_ref(), &sold).await }
    });
    // Whoever works does not wait for the one who is stuck.
    let first = free.next().await;
    gate.add_permits(sold.len());
    timeout(PATIENCE, publishing)
        .await
        .expect("in time")
        .expect("published");
    let mut missing = ids(&sold);
    missing.remove(&first.id);
    let mut stuck = Heard(receiver);
    while !missing.is_empty() {
        let next = tokio::select! { next = free.next() => next, next = stuck.next() => next };
        missing.remove(&next.id);
    }
}

struct Stuck(Arc<Semaphore>, mpsc::UnboundedSender<Envelope>);

#[async_trait]
impl Handler for Stuck {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.acquire().await.map_err(HandlerError::new)?.forget();
        self.1
            .send(message.clone())
            .map_err(|_| HandlerError::new("the check is over"))
    }
}

/// Sixteen messages are worked on together, or none of them would get past the barrier: so the store can merge their
/// commits into one.
pub async fn a_group_works_on_many_messages_at_a_time(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let (sender, receiver) = mpsc::unbounded_channel();
    bus.join(SALES, Arc::new(Together(Barrier::new(16), sender)))
        .await
        .expect("joined");
    let sold = messages(SOLD, 16);
    publish(bus.as_ref(), &sold).await;
    Heard(receiver).until_all(&sold).await;
}

struct Together(Barrier, mpsc::UnboundedSender<Envelope>);

#[async_trait]
impl Handler for Together {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.wait().await;
        self.1
            .send(message.clone())
            .map_err(|_| HandlerError::new("the check is over"))
    }
}

/// Whether the bus keeps the message or the publisher does: it comes until the handler takes it.
pub async fn a_handler_that_fails_is_given_the_message_again(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join_failing(bus.as_ref(), SALES, 3).await;
    let sold = message(SOLD);
    publish(bus.as_ref(), std::slice::from_ref(&sold)).await;
    assert_eq!(sales.next().await, sold);
}

/// A panic is a failure like another, and the bus lives on.
pub async fn a_handler_that_panics_is_given_the_message_again(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let (sender, receiver) = mpsc::unbounded_channel();
    bus.join(SALES, Arc::new(Panicking(AtomicBool::new(true), sender)))
        .await
        .expect("joined");
    let sold = messages(SOLD, 3);
    publish(bus.as_ref(), &sold).await;
    Heard(receiver).until_all(&sold).await;
}

struct Panicking(AtomicBool, mpsc::UnboundedSender<Envelope>);

#[async_trait]
impl Handler for Panicking {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        assert!(!self.0.swap(false, Ordering::SeqCst), "as the check asked");
        self.1
            .send(message.clone())
            .map_err(|_| HandlerError::new("the check is over"))
    }
}

/// One bad message in a publish costs the others nothing.
pub async fn a_message_that_fails_keeps_no_other_from_its_handler(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut all = messages(SOLD, 100);
    let (sender, receiver) = mpsc::unbounded_channel();
    let poison = all.swap_remove(0);
    bus.join(
        SALES,
        Arc::new(Refusing(HashSet::from([poison.id.to_string()]), sender)),
    )
    .await
    .expect("joined");
    publish_poison(bus.as_ref(), &[vec![poison], all.clone()].concat()).await;
    Heard(receiver).until_all(&all).await;
}

struct Refusing(HashSet<String>, mpsc::UnboundedSender<Envelope>);

#[async_trait]
impl Handler for Refusing {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        if self.0.contains(&message.id.to_string()) {
            return Err(HandlerError::new("never"));
        }
        self.1
            .send(message.clone())
            .map_err(|_| HandlerError::new("the check is over"))
    }
}

/// A group that takes nothing is its own problem.
pub async fn a_group_that_fails_keeps_no_message_from_another_group(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let _never = join_failing(bus.as_ref(), BOTH, usize::MAX).await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let sold = messages(SOLD, 100);
    publish_poison(bus.as_ref(), &sold).await;
    sales.until_all(&sold).await;
}

/// A publisher that had no answer publishes again. Its readers know the id.
pub async fn a_message_published_twice_reaches_its_group(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let sold = [message(SOLD)];
    publish(bus.as_ref(), &sold).await;
    publish(bus.as_ref(), &sold).await;
    let after = messages(SOLD, 1);
    publish(bus.as_ref(), &after).await;
    let heard = sales
        .until_all(&[sold.clone(), [after[0].clone()]].concat())
        .await;
    assert_eq!(ids(&heard).len(), 2);
}

/// A group that was joined once is owed every message since, whoever runs.
pub async fn a_group_gets_what_was_published_while_none_of_its_members_ran(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    drop(join(bus.as_ref(), SALES).await);
    if !fixture.end_processes().await {
        return;
    }
    let sold = messages(SOLD, 100);
    publish(fixture.handle().await.as_ref(), &sold).await;
    let mut sales = join(fixture.handle().await.as_ref(), SALES).await;
    sales.until_all(&sold).await;
}

/// A group goes on where it was: what one process handled is done.
pub async fn what_was_handled_does_not_come_again_to_the_next_process(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let before = messages(SOLD, 20);
    publish(bus.as_ref(), &before).await;
    sales.until_all(&before).await;
    if !fixture.end_processes().await {
        return;
    }
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let after = messages(SOLD, 20);
    publish(bus.as_ref(), &after).await;
    let heard = sales.until_all(&after).await;
    assert_eq!(ids(&heard), ids(&after));
}
