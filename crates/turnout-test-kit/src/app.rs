//! One service, as its tests see it.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{Bus, BusError, MemoryBus};
use turnout_domain::{
    Clock, Envelope, FixedClock, Ids, Message, MessageId, OrganizerId, SeededIds, SessionId, UserId,
};
use turnout_http::{AccessToken, Edge, LocalRouter, Peers, Role, SigningKey, Target, observed};
use turnout_store::{FaultyStore, MemoryStore, OutboxBatch, Store, Table};

use crate::{Client, StandIn};

/// What the services of a process call each other with; a test has no other way in under `/internal` either.
const PEER_SECRET: &str = "the-secret-of-the-tests";
/// All services' tables: their outboxes are relayed, and must be empty at the end.
const TABLES: [Table; 4] = [
    Table("identity"),
    Table("events"),
    Table("tickets"),
    Table("notifications"),
];
/// The most batches of one read of an outbox.
const OUTBOX_PAGE: usize = 1_000;
/// How often messages may cause messages that cause messages, before a test calls it a loop.
const DELIVERY_ROUNDS_MAX: usize = 50;

/// What a service is made of. A clone is another handle on the same things.
#[derive(Clone)]
pub struct Ports {
    /// The memory store, behind the faults that a test asks for.
    pub store: Arc<dyn Store>,
    /// The memory bus.
    pub bus: Arc<dyn Bus>,
    /// The clock that a test moves.
    pub clock: Arc<dyn Clock>,
    /// Ids that come out the same in every run.
    pub ids: Arc<dyn Ids>,
    /// The edge; its peers are the stand-ins.
    pub edge: Edge,
    /// Where the service spawns its background work.
    pub tasks: TaskTracker,
    /// Cancelled when the app is dropped.
    pub shutdown: CancellationToken,
}

/// One service on a memory store, with stand-ins for the others.
pub struct TestApp {
    router: Router,
    ports: Ports,
    store: FaultyStore<MemoryStore>,
    clock: Arc<FixedClock>,
    key: SigningKey,
    peers: StandIns,
}

#[derive(Clone, Default)]
struct StandIns {
    identity: StandIn,
    registration: StandIn,
    ticketing: StandIn,
    engagement: StandIn,
}

impl TestApp {
    /// The service that `build` makes, with its public and its internal routes at the root.
    pub async fn serving(build: impl AsyncFnOnce(Ports) -> Router) -> Self {
        let peers = StandIns::default();
        let identity = peers.identity.router();
        let app = Self::assemble(peers, identity, build).await;
        app.peers
            .identity
            .answers("/auth/keys", json!({ "keys": [app.key.public()] }));
        app
    }

    /// The identity service, which checks access tokens with keys of its own: sign up to get one.
    pub async fn serving_identity(build: impl AsyncFnOnce(Ports) -> Router) -> Self {
        let identity = LocalRouter::default();
        let app = Self::assemble(StandIns::default(), identity.clone(), build).await;
        let router = app.router.clone();
        assert!(identity.set(router).is_ok(), "the router is set once");
        app
    }

    async fn assemble(
        peers: StandIns,
        identity: LocalRouter,
        build: impl AsyncFnOnce(Ports) -> Router,
    ) -> Self {
        let start: Timestamp = "2027-01-15T12:00:00Z".parse().expect("a timestamp");
        let clock = Arc::new(FixedClock::at(start));
        let store = FaultyStore::new(MemoryStore::new());
        let others = peers.clone();
        let edge = Edge::new(
            clock.clone(),
            Peers::new(PEER_SECRET, |name| {
                Target::Local(match name {
                    "identity" => identity.clone(),
                    "registration" => others.registration.router(),
                    "ticketing" => others.ticketing.router(),
                    _ => others.engagement.router(),
                })
            }),
        );
        let ports = Ports {
            store: Arc::new(store.clone()),
            bus: Arc::new(MemoryBus::new()),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::new(1)),
            edge,
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        };
        let router = observed(build(ports.clone()).await);
        Self {
            router,
            ports,
            store,
            clock,
            key: SigningKey::from_secret(&[42; 32]),
            peers,
        }
    }

    /// Someone who is not signed in.
    pub fn as_guest(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// Someone who is not signed in, and reaches a second process of the service on the same data.
    pub async fn as_guest_of_another(&self, build: impl AsyncFnOnce(Ports) -> Router) -> Client {
        Client::new(observed(build(self.ports()).await), None)
    }

    /// Someone signed in, for a year.
    pub fn as_user(&self, user: UserId) -> Client {
        let now = self.now().as_second();
        let token = AccessToken {
            user,
            session: SessionId::from_ulid(user.ulid()),
            issued_at: now,
            expires_at: now + 365 * 24 * 60 * 60,
        };
        let client = Client::new(self.router.clone(), Some(user));
        client.bearing(&self.key.sign(&token))
    }

    /// Someone new who is a member of `organizer`, as identity's stand-in will say.
    pub fn as_member(&self, organizer: OrganizerId, role: Role) -> Client {
        let user = self.user();
        let path = format!("/internal/organizers/{organizer}/members/{user}");
        self.peers.identity.answers(&path, json!({ "role": role }));
        self.as_user(user)
    }

    /// Whoever holds this access token.
    pub fn bearing(&self, token: &str) -> Client {
        self.as_guest().bearing(token)
    }

    /// Another service of ours: the only one who may call `/internal`.
    pub fn as_peer(&self) -> Client {
        let secret = HeaderValue::from_str(&format!("Peer {PEER_SECRET}")).expect("visible ASCII");
        self.as_guest().with("authorization", secret)
    }

    /// A new user's id.
    pub fn user(&self) -> UserId {
        UserId::from_ulid(self.ports.ids.ulid(self.now()))
    }

    /// A new organizer's id.
    pub fn organizer(&self) -> OrganizerId {
        OrganizerId::from_ulid(self.ports.ids.ulid(self.now()))
    }

    /// What stands in for identity.
    pub fn identity(&self) -> &StandIn {
        &self.peers.identity
    }

    /// What stands in for event registration.
    pub fn registration(&self) -> &StandIn {
        &self.peers.registration
    }

    /// What stands in for ticketing.
    pub fn ticketing(&self) -> &StandIn {
        &self.peers.ticketing
    }

    /// What stands in for user engagement.
    pub fn engagement(&self) -> &StandIn {
        &self.peers.engagement
    }

    /// The store, and the faults it can be told to have.
    pub fn store(&self) -> &FaultyStore<MemoryStore> {
        &self.store
    }

    /// The bus.
    pub fn bus(&self) -> &dyn Bus {
        &*self.ports.bus
    }

    /// What the service was made of: make another of the same, and it is a second process on the same data.
    pub fn ports(&self) -> Ports {
        self.ports.clone()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock.
    pub fn advance(&self, duration: SignedDuration) {
        self.clock.advance(duration);
    }

    /// The messages that wait to be sent, the oldest first.
    pub fn messages(&self) -> Vec<Envelope> {
        let batches = TABLES.iter().flat_map(|&table| self.outbox(table));
        batches.flat_map(|batch| batch.messages).collect()
    }

    /// Publishes what waits, and what that causes, until nothing is left. Answers how many messages that were.
    ///
    /// # Panics
    /// If a group cannot take a message, or if messages cause each other without end.
    pub async fn deliver_messages(&self) -> usize {
        self.try_deliver_messages()
            .await
            .expect("every group takes its messages")
    }

    /// Publishes what waits, as [`deliver_messages`](Self::deliver_messages) does, up to the first that a group cannot
    /// take; that one and those behind it stay.
    ///
    /// # Panics
    /// If messages cause each other without end.
    pub async fn try_deliver_messages(&self) -> Result<usize, BusError> {
        let mut delivered = 0;
        for _ in 0..DELIVERY_ROUNDS_MAX {
            let before = delivered;
            for table in TABLES {
                for batch in self.outbox(table) {
                    self.ports.bus.publish(&batch.messages).await?;
                    delivered += batch.messages.len();
                    self.sent(table, &batch);
                }
            }
            if delivered == before {
                return Ok(delivered);
            }
        }
        panic!("after {DELIVERY_ROUNDS_MAX} rounds messages still cause messages");
    }

    /// Drops what waits, in a test that is about something else.
    pub fn discard_messages(&self) {
        for table in TABLES {
            for batch in self.outbox(table) {
                self.sent(table, &batch);
            }
        }
    }

    /// A message of another service arrives. Answers its envelope, to publish it a second time through
    /// [`bus`](Self::bus).
    ///
    /// # Panics
    /// If a group cannot take it.
    pub async fn publish<M: Message>(&self, message: &M) -> Envelope {
        let now = self.now();
        let id = MessageId::from_ulid(self.ports.ids.ulid(now));
        let envelope = Envelope::new(id, now, message);
        let published = self.bus().publish(std::slice::from_ref(&envelope)).await;
        published.expect("every group takes its messages");
        envelope
    }

    /// The memory store answers at once, also in a drop; its faults are passed by.
    fn outbox(&self, table: Table) -> Vec<OutboxBatch> {
        let outbox = self.store.inner().outbox(table, None, OUTBOX_PAGE).now_or_never();
        outbox
            .and_then(Result::ok)
            .expect("the memory store answers at once")
    }

    fn sent(&self, table: Table, batch: &OutboxBatch) {
        let position = std::slice::from_ref(&batch.position);
        let marked = self.store.inner().outbox_sent(table, position).now_or_never();
        marked
            .and_then(Result::ok)
            .expect("the memory store answers at once");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.ports.shutdown.cancel();
        if std::thread::panicking() {
            return;
        }
        let left: Vec<String> = self.messages().into_iter().map(|message| message.kind).collect();
        assert!(
            left.is_empty(),
            "messages were left unsent ({}): call deliver_messages() or discard_messages()",
            left.join(", ")
        );
    }
}
