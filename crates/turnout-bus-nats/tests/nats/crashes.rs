//! What the bus promises when servers and processes die.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Runtime;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;
use turnout_bus::{Bus, BusError, Group, Handler, HandlerError, Listener, relay};
use turnout_bus_nats::{NatsBus, NatsConfig};
use turnout_domain::{Clock, Envelope, Ids, MessageId, RandomIds, SystemClock};
use turnout_store::{Change, Document, Expect, Key, MemoryStore, NewItem, Store, Table};

use crate::server::{Process, Server};

const TABLE: Table = Table("tickets");
const SOLD: &str = "ticketing.sold";
const SALES: Group = Group {
    name: "test-sales",
    kinds: &[SOLD],
};
/// Longer than a message waits whose process died.
const PATIENCE: Duration = Duration::from_mins(2);

struct Recorder(mpsc::UnboundedSender<MessageId>);

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.send(message.id).map_err(HandlerError::new)
    }
}

async fn join(bus: &NatsBus) -> mpsc::UnboundedReceiver<MessageId> {
    let (sender, receiver) = mpsc::unbounded_channel();
    bus.join(SALES, Arc::new(Recorder(sender)))
        .await
        .expect("joining never fails");
    receiver
}

fn message() -> Envelope {
    let now = SystemClock.now();
    let body = serde_json::value::to_raw_value(&0).expect("a number");
    Envelope {
        id: MessageId::from_ulid(RandomIds.ulid(now)),
        kind: SOLD.to_owned(),
        occurred_at: now,
        body,
    }
}

/// Commits a change with a message each, as services do.
async fn commit(store: &MemoryStore, count: usize) -> HashSet<MessageId> {
    let mut committed = HashSet::new();
    for _ in 0..count {
        let message = message();
        committed.insert(message.id);
        let item = NewItem::new(
            Key::new(TABLE, "order", message.id.to_string()),
            Document::empty(),
        );
        let change = Change::of(TABLE).put(item, Expect::Absent).emit(message);
        store.commit(change).await.expect("nothing is in the way");
    }
    committed
}

/// Waits until so many more of these messages were handled.
async fn handled(
    receiver: &mut mpsc::UnboundedReceiver<MessageId>,
    missing: &mut HashSet<MessageId>,
    count: usize,
) {
    let until = missing.len() - count;
    while missing.len() > until {
        let next = timeout(PATIENCE, receiver.recv()).await;
        let id = next.unwrap_or_else(|_| panic!("{} messages did not come", missing.len()));
        missing.remove(&id.expect("the handler lives"));
    }
}

async fn heard(listener: &mut Listener, missing: &mut HashSet<MessageId>) {
    while !missing.is_empty() {
        let next = timeout(PATIENCE, listener.recv()).await;
        match next.unwrap_or_else(|_| panic!("{} messages were not heard", missing.len())) {
            Ok(message) => missing.remove(&message.id),
            Err(RecvError::Lagged(lost)) => panic!("lost {lost}, though it was quick"),
            Err(RecvError::Closed) => panic!("the bus ended"),
        };
    }
}

/// Asks until it is so, as a readiness probe does: of these things nobody is told.
async fn until(is_so: impl AsyncFn() -> bool) {
    let asking = async {
        let mut again = interval(Duration::from_millis(20));
        while !is_so().await {
            again.tick().await;
        }
    };
    timeout(PATIENCE, asking).await.expect("it becomes so in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_in_the_middle_loses_nothing_that_it_acknowledged() {
    let server = Server::started();
    let publisher = Process::start(server.config()).await;
    let reader = Process::start(server.config()).await;
    let mut receiver = join(&reader.bus).await;
    let mut listener = reader.bus.listen(&[SOLD]).await.expect("listening");
    let (store, stop) = (MemoryStore::new(), CancellationToken::new());
    let bus: Arc<dyn Bus> = Arc::new(publisher.bus.clone());
    let relaying = tokio::spawn(relay(Arc::new(store.clone()), bus, TABLE, stop.clone()));

    let mut missing = commit(&store, 4_000).await;
    let mut unheard = missing.clone();
    let listening = tokio::spawn(async move { heard(&mut listener, &mut unheard).await });
    for _ in 0..3 {
        handled(&mut receiver, &mut missing, 500).await;
        server.kill();
        server.start();
    }
    let rest = missing.len();
    handled(&mut receiver, &mut missing, rest).await;
    timeout(PATIENCE, listening)
        .await
        .expect("in time")
        .expect("everything was heard");

    // Some were handled though their publisher lost the answer: it asks again and hears that they are there.
    until(async || {
        store
            .outbox(TABLE, None, 1)
            .await
            .is_ok_and(|waiting| waiting.is_empty())
    })
    .await;
    stop.cancel();
    relaying.await.expect("the relay does not panic");
    reader.end().await;
    publisher.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_the_kill_comes_from_the_file() {
    let server = Server::started();
    let first = Process::start(server.config()).await;
    drop(join(&first.bus).await);
    first.end().await;
    let publisher = Process::start(server.config()).await;
    let sold: Vec<Envelope> = std::iter::repeat_with(message).take(300).collect();
    publisher.bus.publish(&sold).await.expect("acknowledged");
    server.kill();
    server.start();
    let second = Process::start(server.config()).await;
    let mut receiver = join(&second.bus).await;
    let mut missing = sold.iter().map(|message| message.id).collect();
    handled(&mut receiver, &mut missing, sold.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_starts_before_the_server_is_not_ready_and_catches_up() {
    let server = Server::stopped();
    let early = Process::start(server.config()).await;
    assert!(matches!(early.bus.ready().await, Err(BusError::Unavailable(_))));
    assert!(matches!(
        early.bus.publish(&[message()]).await,
        Err(BusError::Unavailable(_))
    ));
    let mut receiver = join(&early.bus).await;
    let mut listener = early.bus.listen(&[SOLD]).await.expect("listening");
    server.start();
    until(async || early.bus.ready().await.is_ok()).await;
    let sold = message();
    let mut missing = HashSet::from([sold.id]);
    early
        .bus
        .publish(std::slice::from_ref(&sold))
        .await
        .expect("it is ready");
    heard(&mut listener, &mut missing.clone()).await;
    handled(&mut receiver, &mut missing, 1).await;
}

/// Says that it has a message, and then never comes back.
struct Stuck(mpsc::UnboundedSender<MessageId>);

#[async_trait]
impl Handler for Stuck {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.send(message.id).map_err(HandlerError::new)?;
        std::future::pending().await
    }
}

#[test]
fn a_message_goes_to_another_process_when_the_one_that_had_it_died() {
    let server = Server::started();
    let (dying, living) = (Runtime::new().expect("threads"), Runtime::new().expect("threads"));
    let (sender, mut stuck) = mpsc::unbounded_channel();
    let sold = message();
    dying.block_on(async {
        let process = Process::start(server.config()).await;
        process
            .bus
            .join(SALES, Arc::new(Stuck(sender)))
            .await
            .expect("joined");
        process
            .bus
            .publish(std::slice::from_ref(&sold))
            .await
            .expect("acknowledged");
        assert_eq!(stuck.recv().await, Some(sold.id));
    });
    // Its tasks end where they stand, as with the process.
    dying.shutdown_background();
    living.block_on(async {
        let process = Process::start(server.config()).await;
        let mut receiver = join(&process.bus).await;
        handled(&mut receiver, &mut HashSet::from([sold.id]), 1).await;
    });
}

/// Works on each message until the test lets it go on.
struct Gated(Arc<Semaphore>, mpsc::UnboundedSender<MessageId>);

#[async_trait]
impl Handler for Gated {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.1.send(message.id).map_err(HandlerError::new)?;
        self.0.acquire().await.map_err(HandlerError::new)?.forget();
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_shuts_down_finishes_what_it_began_and_leaves_the_rest_to_the_next_at_once() {
    let server = Server::started();
    let (leaving, staying) = (
        Process::start(server.config()).await,
        Process::start(server.config()).await,
    );
    let gate = Arc::new(Semaphore::new(0));
    let (sender, mut begun) = mpsc::unbounded_channel();
    leaving
        .bus
        .join(SALES, Arc::new(Gated(Arc::clone(&gate), sender)))
        .await
        .expect("joined");
    let sold: Vec<Envelope> = std::iter::repeat_with(message).take(120).collect();
    leaving.bus.publish(&sold).await.expect("acknowledged");
    let mut missing: HashSet<MessageId> = sold.iter().map(|message| message.id).collect();
    // As many as its handlers take at a time; some more it has asked for.
    handled(&mut begun, &mut missing, 64).await;

    leaving.shutdown.cancel();
    let mut receiver = join(&staying.bus).await;
    let rest = missing.len();
    // Well before the server would give them to somebody else by itself.
    let taking = timeout(
        Duration::from_secs(20),
        handled(&mut receiver, &mut missing, rest),
    );
    taking.await.expect("they were given back");
    gate.add_permits(sold.len());
    leaving.end().await;
    assert!(begun.try_recv().is_err(), "it began another after the shutdown");
    assert!(receiver.try_recv().is_err(), "what it had begun came to another");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_once() {
    for url in [
        "",
        "http://127.0.0.1",
        "nats://127.0.0.1:port",
        "nats://127.0.0.1,",
    ] {
        let bus = NatsBus::connect(NatsConfig::at(url), CancellationToken::new()).await;
        assert!(matches!(bus, Err(BusError::Unavailable(_))), "{url}");
    }
}

#[tokio::test]
async fn at_shutdown_listeners_hear_that_it_is_over() {
    let server = Server::started();
    let process = Process::start(server.config()).await;
    let mut listener = process.bus.listen(&[SOLD]).await.expect("listening");
    process.end().await;
    assert!(matches!(listener.recv().await, Err(RecvError::Closed)));
}
