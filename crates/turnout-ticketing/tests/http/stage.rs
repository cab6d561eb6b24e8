//! What the tests begin with: the service, an event on sale, someone who manages it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{EventId, OrganizerId, PlannedTime};
use turnout_http::Role;
use turnout_test_kit::{Client, Ports, Reply, TestApp};
use turnout_ticketing::{Report, Settings, Ticketing, internal_routes, routes};

/// How long places are set aside.
pub const HOLD: SignedDuration = SignedDuration::from_mins(10);

/// Where a provider's page leads back to.
pub const RETURN_URL: &str = "http://localhost:3000/events/jazz";

/// The service, and an event on sale that registration's stand-in knows of. It is 15 January 2027, 12:00 UTC.
pub struct Stage {
    pub app: TestApp,
    pub organizer: OrganizerId,
    pub event: EventId,
    pub manager: Client,
    purchases: AtomicU32,
}

/// The service as its routes show it, without work in the background.
async fn still(ports: Ports) -> Router {
    router(Ticketing::new(
        ports.store,
        ports.bus,
        ports.clock,
        ports.ids,
        ports.edge,
    ))
}

/// The service at work: following events, giving back holds.
async fn working(ports: Ports) -> Router {
    let service = Ticketing::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
    let started = service.start(&ports.tasks, ports.shutdown).await;
    started.expect("the bus is joined");
    router(service)
}

fn router(service: Ticketing) -> Router {
    let (public, _) = routes(service.clone()).split_for_parts();
    public.merge(internal_routes(service))
}

impl Stage {
    /// An event of so many places; the service does nothing but answer.
    pub async fn of(capacity: Option<u32>) -> Self {
        Self::on(TestApp::serving(still).await, capacity)
    }

    /// The same with the service's work in the background.
    pub async fn working(capacity: Option<u32>) -> Self {
        Self::on(TestApp::serving(working).await, capacity)
    }

    /// A guest of a second process at work on the same data.
    pub async fn second_process(&self) -> Client {
        self.app.as_guest_of_another(working).await
    }

    /// The service with these settings, which does nothing but answer.
    pub async fn still_with(settings: Settings, capacity: Option<u32>) -> Self {
        let serve = async |ports: Ports| {
            let service = Ticketing::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
            router(service.with_settings(settings))
        };
        Self::on(TestApp::serving(serve).await, capacity)
    }

    /// The same with these settings, and work in the background.
    pub async fn working_with(settings: Settings, capacity: Option<u32>) -> Self {
        let serve = async |ports: Ports| {
            let service = Ticketing::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
            let service = service.with_settings(settings);
            let started = service.start(&ports.tasks, ports.shutdown).await;
            started.expect("the bus is joined");
            router(service)
        };
        Self::on(TestApp::serving(serve).await, capacity)
    }

    fn on(app: TestApp, capacity: Option<u32>) -> Self {
        let organizer = app.organizer();
        let manager = app.as_member(organizer, Role::Manager);
        let event = EventId::from_ulid(app.ports().ids.ulid(app.now()));
        let stage = Self {
            app,
            organizer,
            event,
            manager,
            purchases: AtomicU32::new(0),
        };
        stage.registration_knows(&stage.published(1, capacity));
        stage
    }

    /// What registration tells of the event once it is on show.
    pub fn published(&self, version: u64, capacity: Option<u32>) -> EventChanged {
        self.told(version, EventStatus::Published, capacity)
    }

    /// What registration tells of the event.
    pub fn told(&self, version: u64, status: EventStatus, max_capacity: Option<u32>) -> EventChanged {
        let at = |text| PlannedTime::parse(text, "Europe/Lisbon").expect("a time");
        EventChanged {
            event_id: self.event,
            organizer_id: self.organizer,
            version,
            change: EventChange::Published,
            status,
            title: "Jazz Night".into(),
            starts_at: at("2027-07-04T20:00:00"),
            ends_at: at("2027-07-04T23:00:00"),
            venue_name: None,
            max_capacity,
        }
    }

    /// From now on registration answers so when it is asked for the event.
    pub fn registration_knows(&self, told: &EventChanged) {
        let path = format!("/internal/events/{}", told.event_id);
        self.app.registration().answers(&path, json!(told));
    }

    /// The routes of another process on the same data.
    pub fn another_process(&self) -> Router {
        let ports = self.app.ports();
        router(Ticketing::new(
            ports.store,
            ports.bus,
            ports.clock,
            ports.ids,
            ports.edge,
        ))
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/events/{}/{rest}", self.event)
    }

    /// Adds a ticket type with these fields beside a name and a price of nothing; its id.
    pub async fn ticket_type(&self, fields: Value) -> String {
        let mut body = json!({ "name": "Standing", "price": { "amount": 0, "currency": "EUR" } });
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let reply = self.manager.post(&self.path("ticket-types"), body).await;
        text(&reply.expect(StatusCode::CREATED)["id"])
    }

    /// A ticket type of 12.50 EUR; of as many as the event has, or of its own number.
    pub async fn priced(&self, quantity: Option<u32>) -> String {
        let price = json!({ "amount": 1250, "currency": "EUR" });
        self.ticket_type(json!({ "price": price, "quantity": quantity, "max_per_order": 100 }))
            .await
    }

    /// A ticket type that costs nothing.
    pub async fn free(&self, quantity: Option<u32>) -> String {
        self.ticket_type(json!({ "quantity": quantity, "max_per_order": 100 }))
            .await
    }

    /// What it takes to order these.
    pub fn order_of(&self, lines: &[(&str, u32)]) -> Value {
        let items: Vec<Value> = lines
            .iter()
            .map(|(ticket_type, quantity)| json!({ "ticket_type_id": ticket_type, "quantity": quantity }))
            .collect();
        json!({ "event_id": self.event, "items": items, "buyer": buyer() })
    }

    /// What it takes to register for these.
    pub fn registration_of(&self, ticket_type: &str, quantity: u32) -> Value {
        json!({
            "event_id": self.event, "ticket_type_id": ticket_type, "quantity": quantity, "buyer": buyer(),
        })
    }

    /// A key that was not used before.
    pub fn key(&self) -> String {
        format!("purchase-{}", self.purchases.fetch_add(1, Ordering::Relaxed))
    }

    /// Orders as a guest, under a new key.
    pub async fn order(&self, lines: &[(&str, u32)]) -> Reply {
        self.order_as(&self.app.as_guest(), lines).await
    }

    /// Orders under a new key.
    pub async fn order_as(&self, client: &Client, lines: &[(&str, u32)]) -> Reply {
        let client = client.clone().with("idempotency-key", self.key());
        client.post("/orders", self.order_of(lines)).await
    }

    /// Registers as a guest, under a new key.
    pub async fn register(&self, ticket_type: &str, quantity: u32) -> Reply {
        self.register_as(&self.app.as_guest(), ticket_type, quantity)
            .await
    }

    /// Registers under a new key.
    pub async fn register_as(&self, client: &Client, ticket_type: &str, quantity: u32) -> Reply {
        let client = client.clone().with("idempotency-key", self.key());
        client
            .post("/tickets", self.registration_of(ticket_type, quantity))
            .await
    }

    /// A guest's hold; the order.
    pub async fn held(&self, lines: &[(&str, u32)]) -> Value {
        self.order(lines).await.expect(StatusCode::CREATED)
    }

    /// A guest's order that is paid.
    pub async fn sold(&self, lines: &[(&str, u32)]) -> Value {
        let held = self.held(lines).await;
        self.pay(&held).await.expect(StatusCode::OK)
    }

    /// Pays as whoever holds the order's secret.
    pub async fn pay(&self, order: &Value) -> Reply {
        self.holder_of(order)
            .post(&format!("{}/pay", path(order)), json!({ "method": "sandbox" }))
            .await
    }

    /// Goes to the page of a provider as whoever holds the order's secret; the order.
    pub async fn pay_at(&self, order: &Value, method: &str) -> Value {
        let body = json!({ "method": method, "return_url": RETURN_URL });
        let reply = self
            .holder_of(order)
            .post(&format!("{}/pay", path(order)), body)
            .await;
        reply.expect(StatusCode::OK)
    }

    /// Presses a button of the sandbox's page.
    pub async fn play(&self, order: &Value, outcome: &str) -> Reply {
        let id = text(&order["payment"]["id"]);
        let path = format!("/sandbox/payments/{id}");
        self.app
            .as_guest()
            .post(&path, json!({ "outcome": outcome }))
            .await
    }

    /// The order as its holder sees it.
    pub async fn seen(&self, order: &Value) -> Value {
        self.holder_of(order)
            .get(&path(order))
            .await
            .expect(StatusCode::OK)
    }

    /// Chooses how the event is paid and cancelled.
    pub async fn payment_settings(&self, settings: Value) -> Value {
        let reply = self.manager.put(&self.path("payment-settings"), settings).await;
        reply.expect(StatusCode::OK)
    }

    /// Gives an order back as whoever holds its secret.
    pub async fn release(&self, order: &Value) -> Reply {
        self.holder_of(order).delete(&path(order)).await
    }

    /// Whoever holds the order's secret.
    pub fn holder_of(&self, order: &Value) -> Client {
        self.app.as_guest().with("order-secret", text(&order["secret"]))
    }

    /// Confirms an order that costs nothing; one whose time is up stays so.
    pub async fn pay_for_nothing(&self, order: &Value) {
        let pay = format!("{}/pay", path(order));
        let reply = self
            .holder_of(order)
            .post(&pay, json!({ "method": "free" }))
            .await;
        assert!([StatusCode::OK, StatusCode::GONE].contains(&reply.status()));
    }

    /// What the event has sold, as its manager sees it.
    pub async fn sales(&self) -> Value {
        self.manager.get(&self.path("sales")).await.expect(StatusCode::OK)
    }

    /// The event's pool: available, held, confirmed.
    pub async fn counts(&self) -> (Option<i64>, i64, i64) {
        let sales = self.sales().await;
        let count = |name: &str| sales[name].as_i64();
        (
            count("available"),
            count("held").expect("a count"),
            count("confirmed").expect("a count"),
        )
    }

    /// Everything stored, compared; there must be nothing to complain of.
    pub async fn audit(&self) -> Report {
        let report = turnout_ticketing::check(self.app.store().inner()).await;
        let report = report.expect("the memory store is read");
        assert!(report.violations.is_empty(), "{report:#?}");
        report
    }
}

impl Drop for Stage {
    /// Nobody here listens to what the service tells. The tests that are about it look at it first.
    fn drop(&mut self) {
        while !self.app.messages().is_empty() {
            self.app.discard_messages();
        }
    }
}

/// A second of a paused clock, in steps small enough for the work that it wakes to be done.
pub async fn a_second_passes() {
    for _ in 0..250 {
        tokio::time::advance(Duration::from_millis(4)).await;
    }
}

pub fn buyer() -> Value {
    json!({ "email": "ada@example.org", "name": "Ada Lovelace" })
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// It was done, and there is nothing to say.
pub fn gone(reply: &Reply) {
    let done = StatusCode::NO_CONTENT;
    assert_eq!(reply.status(), done, "{}", reply.text());
}

/// The path of an order.
pub fn path(order: &Value) -> String {
    format!("/orders/{}", order["id"].as_str().expect("an id"))
}

/// The tickets of an order, or the items of a list.
pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().expect("a list")
}
