//! Who gets what comes free once an event has sold out.

mod races;
mod random;

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{WaitlistChanged, WaitlistOffered};
use turnout_http::Role;
use turnout_test_kit::{Client, Reply};

use crate::stage::{Stage, a_second_passes, list, path, text};

/// How long an offer stands.
const OFFER: SignedDuration = SignedDuration::from_mins(30);

fn wanted(types: &[&str], quantity: u32, name: &str) -> Value {
    json!({
        "ticket_type_ids": types, "quantity": quantity,
        "buyer": { "name": name, "email": format!("{name}@example.org") },
    })
}

/// A stage with everything sold to one order, which is given back or lapses.
struct SoldOut {
    stage: Stage,
    seat: String,
    orders: Vec<Value>,
}

impl SoldOut {
    /// So many orders of one place each, which is all there is.
    async fn of(places: u32) -> Self {
        let stage = Stage::working(Some(places)).await;
        let seat = stage.priced(None).await;
        let line = [(seat.as_str(), 1)];
        let orders = join_all((0..places).map(|_| stage.held(&line))).await;
        Self { stage, seat, orders }
    }

    async fn join(&self, name: &str, quantity: u32) -> Value {
        self.try_join(name, quantity).await.expect(StatusCode::CREATED)
    }

    async fn try_join(&self, name: &str, quantity: u32) -> Reply {
        let client = self
            .stage
            .app
            .as_guest()
            .with("idempotency-key", self.stage.key());
        self.join_as(&client, name, quantity).await
    }

    async fn join_as(&self, client: &Client, name: &str, quantity: u32) -> Reply {
        let body = wanted(&[&self.seat], quantity, name);
        client.post(&self.stage.path("waitlist"), body).await
    }

    /// The entry as its owner sees it now.
    async fn entry(&self, entry: &Value) -> Value {
        self.owner(entry)
            .get(&entry_path(entry))
            .await
            .expect(StatusCode::OK)
    }

    async fn states(&self, entries: &[Value]) -> Vec<String> {
        let mut states = Vec::new();
        for entry in entries {
            states.push(text(&self.entry(entry).await["state"]));
        }
        states
    }

    fn owner(&self, entry: &Value) -> Client {
        self.stage
            .app
            .as_guest()
            .with("entry-secret", text(&entry["secret"]))
    }

    /// Gives one of the orders back, and lets the messages be heard.
    async fn free_one(&mut self) {
        let order = self.orders.pop().expect("an order");
        assert_eq!(self.stage.release(&order).await.status(), StatusCode::NO_CONTENT);
        self.stage.app.deliver_messages().await;
    }
}

fn entry_path(entry: &Value) -> String {
    format!("/waitlist/{}", entry["id"].as_str().expect("an id"))
}

fn offered_order(entry: &Value) -> Value {
    json!({ "id": entry["offer"]["order_id"], "secret": entry["offer"]["order_secret"] })
}

#[tokio::test(start_paused = true)]
async fn what_comes_free_is_offered_in_order_and_paid_like_any_hold() {
    let mut sold_out = SoldOut::of(3).await;
    let first = sold_out.join("ada", 1).await;
    assert_eq!(
        (&first["state"], &first["position"], &first["ahead"]),
        (&json!("waiting"), &json!(1), &json!(0))
    );
    let second = sold_out.join("bob", 1).await;
    assert_eq!(second["ahead"], 1);
    sold_out.free_one().await;
    let offered = sold_out.entry(&first).await;
    assert_eq!(offered["state"], "offered");
    assert_eq!(sold_out.entry(&second).await["ahead"], 0);
    let order = offered_order(&offered);
    let holder = sold_out.stage.holder_of(&order);
    let held = holder.get(&path(&order)).await.expect(StatusCode::OK);
    assert_eq!(
        (&held["state"], &held["expires_at"]),
        (&json!("held"), &offered["offer"]["expires_at"])
    );
    sold_out.stage.app.advance(OFFER - SignedDuration::from_secs(1));
    let paid = holder
        .post(&format!("{}/pay", path(&order)), json!({ "method": "sandbox" }))
        .await;
    assert_eq!(list(&paid.expect(StatusCode::OK), "tickets").len(), 1);
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.entry(&first).await["state"], "taken");
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_lapsed_offer_goes_to_the_next_within_a_second() {
    let mut sold_out = SoldOut::of(1).await;
    let entries = [sold_out.join("ada", 1).await, sold_out.join("bob", 1).await];
    sold_out.free_one().await;
    assert_eq!(sold_out.states(&entries).await, ["offered", "waiting"]);
    sold_out.stage.app.advance(OFFER);
    // Void at once, told or not.
    assert_eq!(sold_out.states(&entries).await, ["lapsed", "waiting"]);
    a_second_passes().await;
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.states(&entries).await, ["lapsed", "offered"]);
    // Who let it lapse may join again, at the end.
    let again = sold_out.join("ada", 1).await;
    assert_eq!(again["ahead"], 0);
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn newcomers_get_nothing_while_others_wait_and_everything_once_nobody_does() {
    let mut sold_out = SoldOut::of(4).await;
    let waiting = sold_out.join("ada", 3).await;
    sold_out.free_one().await;
    sold_out.free_one().await;
    // Two are free; who waits needs three.
    assert_eq!(sold_out.entry(&waiting).await["state"], "waiting");
    let line = [(sold_out.seat.as_str(), 1)];
    let refused = sold_out.stage.order(&line).await;
    refused.problem(StatusCode::CONFLICT, "waitlist-first");
    let types = sold_out
        .stage
        .app
        .as_guest()
        .get(&sold_out.stage.path("ticket-types"))
        .await
        .json();
    let shown = &list(&types, "items")[0];
    assert_eq!(
        (&shown["available"], &shown["waited_for"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(types["waitlist"]["waiting"], 1);
    assert_eq!(
        sold_out
            .owner(&waiting)
            .delete(&entry_path(&waiting))
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    sold_out.stage.held(&line).await;
    assert_eq!(sold_out.entry(&waiting).await["state"], "left");
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn other_ticket_types_sell_on_but_not_what_the_list_can_use() {
    let stage = Stage::working(Some(10)).await;
    let small = stage.priced(Some(2)).await;
    let large = stage.priced(None).await;
    let held = stage.held(&[(&small, 2)]).await;
    let client = stage.app.as_guest().with("idempotency-key", "a");
    let joined = client
        .post(&stage.path("waitlist"), wanted(&[&small], 2, "ada"))
        .await;
    joined.expect(StatusCode::CREATED);
    // The event has eight left, of which the list can use none: its own type is sold out.
    let others = stage.held(&[(&large, 8)]).await;
    assert_eq!(stage.release(&held).await.status(), StatusCode::NO_CONTENT);
    // Two of the event are free, and now the list can use them.
    let refused = stage.order(&[(&large, 1)]).await;
    refused.problem(StatusCode::CONFLICT, "waitlist-first");
    stage.app.deliver_messages().await;
    let entry = client
        .post(&stage.path("waitlist"), wanted(&[&small], 2, "ada"))
        .await;
    assert_eq!(entry.json()["state"], "offered");
    assert_eq!(stage.release(&others).await.status(), StatusCode::NO_CONTENT);
    stage.held(&[(&large, 8)]).await;
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_raised_capacity_goes_to_the_list() {
    let sold_out = SoldOut::of(2).await;
    let entries = [sold_out.join("ada", 2).await, sold_out.join("bob", 1).await];
    let peer = sold_out.stage.app.as_peer();
    let capacity = format!("/internal/events/{}/capacity", sold_out.stage.event);
    peer.put(&capacity, json!({ "max_capacity": 5 }))
        .await
        .expect(StatusCode::OK);
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.states(&entries).await, ["offered", "offered"]);
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn who_wants_more_than_the_event_still_has_holds_up_nobody() {
    let mut sold_out = SoldOut::of(4).await;
    let entries = [sold_out.join("ada", 4).await];
    sold_out.free_one().await;
    sold_out.free_one().await;
    let peer = sold_out.stage.app.as_peer();
    let capacity = format!("/internal/events/{}/capacity", sold_out.stage.event);
    peer.put(&capacity, json!({ "max_capacity": 3 }))
        .await
        .expect(StatusCode::OK);
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.states(&entries).await, ["lapsed"]);
    sold_out.stage.held(&[(&sold_out.seat, 1)]).await;
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn one_waits_for_what_is_sold_out_and_once() {
    let stage = Stage::working(Some(2)).await;
    let seat = stage.priced(None).await;
    let guest = |key: &str| stage.app.as_guest().with("idempotency-key", key.to_owned());
    let at = stage.path("waitlist");
    let left = guest("a").post(&at, wanted(&[&seat], 1, "ada")).await;
    assert_eq!(left.problem(StatusCode::CONFLICT, "tickets-available")["left"], 2);
    stage.held(&[(&seat, 2)]).await;
    let many = guest("a").post(&at, wanted(&[&seat], 3, "ada")).await;
    assert_eq!(many.bad_fields(), ["/quantity"]);
    let joined = guest("a")
        .post(&at, wanted(&[&seat], 2, "ada"))
        .await
        .expect(StatusCode::CREATED);
    let again = guest("a").post(&at, wanted(&[&seat], 2, "ada")).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.json()["id"], joined["id"]);
    let other = guest("a").post(&at, wanted(&[&seat], 1, "ada")).await;
    other.problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused");
    let twice = guest("b").post(&at, wanted(&[&seat], 1, "ada")).await;
    twice.problem(StatusCode::CONFLICT, "already-waiting");
    let unknown = guest("c")
        .post(&at, wanted(&["tty_00000000000000000000000001"], 1, "bob"))
        .await;
    assert_eq!(unknown.bad_fields(), ["/ticket_type_ids/0"]);
    let nonsense = json!({ "ticket_type_ids": [seat, seat, "x"], "quantity": 0, "buyer": { "email": "no" } });
    let nonsense = guest("d").post(&at, nonsense).await;
    assert_eq!(
        nonsense.bad_fields(),
        [
            "/ticket_type_ids/1",
            "/ticket_type_ids/2",
            "/quantity",
            "/buyer/email",
            "/buyer/name"
        ]
    );
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_for_whoever_joined_and_the_list_for_members() {
    let mut sold_out = SoldOut::of(2).await;
    let stage = &sold_out.stage;
    let owner = stage.app.as_user(stage.app.user());
    let mine = sold_out
        .join_as(&owner.clone().with("idempotency-key", "a"), "ada", 1)
        .await;
    let mine = mine.expect(StatusCode::CREATED);
    let guests = sold_out.join("bob", 2).await;
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [&stage.app.as_guest(), &stranger, &owner] {
        let entry = entry_path(&guests);
        client
            .get(&entry)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
        client
            .delete(&entry)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
        client
            .get(&stage.path("waitlist"))
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
    stage
        .app
        .as_guest()
        .get("/waitlist")
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let own = owner.get("/waitlist").await.expect(StatusCode::OK);
    assert_eq!(
        (list(&own, "items").len(), &own["items"][0]["id"]),
        (1, &mine["id"])
    );
    for (role, sees, manages) in [
        (Role::Owner, true, true),
        (Role::Manager, true, true),
        (Role::BoxOffice, true, false),
        (Role::Viewer, true, false),
        (Role::Door, false, false),
    ] {
        let member = stage.app.as_member(stage.organizer, role);
        let seen = member.get(&stage.path("waitlist")).await;
        let status = if sees {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(seen.status(), status, "{role:?}");
        let one = member.get(&entry_path(&guests)).await;
        assert_eq!(one.status(), status, "{role:?}");
        if sees {
            assert_eq!(one.json()["secret"], Value::Null);
        }
        if !manages {
            let taken_off = member.delete(&entry_path(&guests)).await;
            taken_off.problem(StatusCode::FORBIDDEN, "forbidden");
        }
    }
    sold_out.free_one().await;
    let stage = &sold_out.stage;
    let seen = stage
        .manager
        .get(&stage.path("waitlist"))
        .await
        .expect(StatusCode::OK);
    assert_eq!((&seen["waiting"], &seen["offered"]), (&json!(1), &json!(1)));
    assert_eq!(seen["items"][0]["state"], "offered");
    assert_eq!(
        (&seen["items"][1]["reason"], &seen["items"][1]["ahead"]),
        (&json!("nothing_free"), &json!(0))
    );
    assert_eq!(
        stage.manager.delete(&entry_path(&guests)).await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(sold_out.entry(&guests).await["state"], "left");
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_declines_or_gives_the_order_back_makes_room_for_the_next() {
    let mut sold_out = SoldOut::of(1).await;
    let entries = [
        sold_out.join("ada", 1).await,
        sold_out.join("bob", 1).await,
        sold_out.join("cyd", 1).await,
    ];
    sold_out.free_one().await;
    let declined = sold_out.owner(&entries[0]).delete(&entry_path(&entries[0])).await;
    assert_eq!(declined.status(), StatusCode::NO_CONTENT);
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.states(&entries).await, ["left", "offered", "waiting"]);
    let offered = sold_out.entry(&entries[1]).await;
    assert_eq!(
        sold_out.stage.release(&offered_order(&offered)).await.status(),
        StatusCode::NO_CONTENT
    );
    sold_out.stage.app.deliver_messages().await;
    assert_eq!(sold_out.states(&entries).await, ["left", "left", "offered"]);
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn everyone_is_told_by_message_once() {
    let mut sold_out = SoldOut::of(2).await;
    sold_out.stage.app.deliver_messages().await;
    let entry = sold_out.join("ada", 2).await;
    let told: Vec<WaitlistChanged> = opened(&sold_out.stage);
    assert_eq!(told[0].entry_id.to_string(), text(&entry["id"]));
    sold_out.free_one().await;
    let order = sold_out.orders.pop().unwrap();
    sold_out.stage.release(&order).await;
    // The message that places came free is heard twice.
    let again: Vec<_> = sold_out.stage.app.messages();
    sold_out.stage.app.bus().publish(&again).await.unwrap();
    sold_out.stage.app.bus().publish(&again).await.unwrap();
    let told: Vec<WaitlistOffered> = opened(&sold_out.stage);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].quantity, told[0].buyer_email.as_str()),
        (2, "ada@example.org")
    );
    sold_out.stage.audit().await;
}

fn opened<M: turnout_domain::Message>(stage: &Stage) -> Vec<M> {
    let messages = stage.app.messages();
    messages
        .iter()
        .filter_map(|message| message.open().expect("a message"))
        .collect()
}
