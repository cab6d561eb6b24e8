//! What ticket types ask of an order: prices, windows, numbers, add-ons.

use axum::http::StatusCode;
use futures::future::{join, join_all};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{HOLD, Stage, gone, text};

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

impl Stage {
    /// Orders one line with these fields beside a quantity.
    async fn order_line(&self, ticket_type: &str, quantity: u32, fields: Value) -> turnout_test_kit::Reply {
        let mut body = self.order_of(&[(ticket_type, quantity)]);
        for (name, value) in fields.as_object().expect("an object") {
            body["items"][0][name] = value.clone();
        }
        let client = self.app.as_guest().with("idempotency-key", self.key());
        client.post("/orders", body).await
    }

    async fn order_from(&self, email: &str, ticket_type: &str, quantity: u32) -> turnout_test_kit::Reply {
        let mut body = self.order_of(&[(ticket_type, quantity)]);
        body["buyer"]["email"] = json!(email);
        let client = self.app.as_guest().with("idempotency-key", self.key());
        client.post("/orders", body).await
    }
}

#[tokio::test]
async fn the_buyer_names_the_price_where_that_is_asked() {
    let stage = Stage::of(None).await;
    let fields =
        json!({ "price": euros(500), "pricing": "pay_what_you_want", "suggested_price": euros(900) });
    let seat = stage.ticket_type(fields).await;
    let order = stage
        .order_line(&seat, 2, json!({ "unit_price": euros(777) }))
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(order["total"], euros(1554));
    let suggested = stage.held(&[(&seat, 1)]).await;
    assert_eq!(suggested["total"], euros(900));
    let bad = async |price: Value| {
        stage
            .order_line(&seat, 1, json!({ "unit_price": price }))
            .await
            .bad_fields()
    };
    assert_eq!(bad(euros(499)).await, ["/items/0/unit_price/amount"]);
    assert_eq!(bad(euros(-1)).await, ["/items/0/unit_price/amount"]);
    assert_eq!(
        bad(euros(1_000_000_000_001)).await,
        ["/items/0/unit_price/amount"]
    );
    assert_eq!(
        bad(json!({ "amount": 900, "currency": "USD" })).await,
        ["/items/0/unit_price/currency"]
    );
    assert_eq!(bad(json!(900)).await, ["/items/0/unit_price"]);
    let much = stage
        .order_line(&seat, 2, json!({ "unit_price": euros(1_000_000_000_000) }))
        .await;
    assert_eq!(much.bad_fields(), ["/items"]);
    stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(stage.audit().await.tickets, 2);
}

#[tokio::test]
async fn a_tax_that_is_not_in_the_price_is_added() {
    let stage = Stage::of(None).await;
    let tax = json!({ "name": "Sales tax", "rate_basis_points": 825, "included": false });
    let seat = stage
        .ticket_type(json!({ "price": euros(1999), "tax": tax }))
        .await;
    let order = stage.held(&[(&seat, 3)]).await;
    assert_eq!(
        (&order["subtotal"], &order["tax"], &order["total"]),
        (&euros(5997), &euros(495), &euros(6492))
    );
    stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(stage.sales().await["revenue"][0], euros(6492));
    stage.audit().await;
}

#[tokio::test]
async fn sales_begin_and_end_when_they_should_also_when_the_event_moves() {
    let stage = Stage::of(None).await;
    let absolute = json!({ "sales_starts": { "at": "2027-01-15T13:00:00" } });
    let early = stage.ticket_type(absolute).await;
    // The event begins on 4 July at 19:00 UTC.
    let relative = json!({ "name": "Late", "sales_starts": { "before_start_minutes": 60 }, "sales_ends": { "before_start_minutes": 0 } });
    let late = stage.ticket_type(relative).await;
    let refused = stage
        .order(&[(&early, 1)])
        .await
        .problem(StatusCode::CONFLICT, "ticket-type-not-on-sale");
    assert_eq!(refused["sales_start_at"], "2027-01-15T13:00:00Z");
    stage.app.advance(SignedDuration::from_hours(1));
    stage.held(&[(&early, 1)]).await;
    let refused = stage
        .order(&[(&late, 1)])
        .await
        .problem(StatusCode::CONFLICT, "ticket-type-not-on-sale");
    assert_eq!(refused["sales_start_at"], "2027-07-04T18:00:00Z");
    // It is moved to the afternoon; ticketing has not heard, and asks before it turns anyone away.
    let mut moved = stage.published(2, None);
    moved.starts_at = turnout_domain::PlannedTime::parse("2027-01-15T14:30:00", "Europe/Lisbon").unwrap();
    stage.registration_knows(&moved);
    stage.app.advance(SignedDuration::from_mins(30));
    stage.held(&[(&late, 1)]).await;
    stage.app.advance(SignedDuration::from_hours(1));
    let over = stage
        .order(&[(&late, 1)])
        .await
        .problem(StatusCode::CONFLICT, "ticket-type-not-on-sale");
    assert_eq!(over["sales_start_at"], Value::Null);
    stage.audit().await;
}

#[tokio::test]
async fn an_order_has_at_least_and_at_most_so_many() {
    let stage = Stage::of(None).await;
    let pair = stage
        .ticket_type(json!({ "min_per_order": 2, "max_per_order": 4 }))
        .await;
    for quantity in [0, 101] {
        assert_eq!(
            stage.order(&[(&pair, quantity)]).await.bad_fields(),
            ["/items/0/quantity"]
        );
    }
    for quantity in [1, 5] {
        assert_eq!(
            stage.order(&[(&pair, quantity)]).await.bad_fields(),
            ["/items/0/quantity"]
        );
    }
    stage.held(&[(&pair, 2)]).await;
    let free = stage.register(&pair, 1).await;
    assert_eq!(free.bad_fields(), ["/quantity"]);
}

#[tokio::test]
async fn add_ons_are_sold_beside_what_they_belong_to_and_take_no_place() {
    let stage = Stage::of(Some(3)).await;
    let seat = stage.priced(None).await;
    let other = stage.ticket_type(json!({ "name": "Other" })).await;
    let shirt = stage
        .ticket_type(json!({ "name": "Shirt", "add_on_to": [seat], "admission": false }))
        .await;
    assert_eq!(
        stage.order(&[(&shirt, 1)]).await.bad_fields(),
        ["/items/0/ticket_type_id"]
    );
    assert_eq!(
        stage.order(&[(&other, 1), (&shirt, 1)]).await.bad_fields(),
        ["/items/1/ticket_type_id"]
    );
    assert_eq!(
        stage.order(&[(&seat, 1), (&shirt, 2)]).await.bad_fields(),
        ["/items/1/quantity"]
    );
    assert_eq!(stage.register(&shirt, 1).await.bad_fields(), ["/ticket_type_id"]);
    let order = stage.held(&[(&seat, 3), (&shirt, 2)]).await;
    assert_eq!(stage.counts().await, (Some(0), 3, 0));
    assert_eq!(order["items"][1]["add_on_for"], json!(seat));
    let paid = stage.pay(&order).await.expect(StatusCode::OK);
    let admits: Vec<_> = paid["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["admission"].clone())
        .collect();
    assert_eq!(admits, [true, true, true, false, false]);
    stage.audit().await;
}

#[tokio::test]
async fn one_person_gets_so_many_in_all_orders_together_whatever_the_tabs() {
    let stage = Stage::of(Some(100)).await;
    let seat = stage
        .ticket_type(json!({ "max_per_person": 3, "max_per_order": 100 }))
        .await;
    let tabs = join_all((0..8).map(|_| stage.order_from("ada@example.org", &seat, 2))).await;
    let held: Vec<Value> = tabs
        .iter()
        .filter(|reply| reply.status() == StatusCode::CREATED)
        .map(turnout_test_kit::Reply::json)
        .collect();
    assert_eq!(held.len(), 1);
    for refused in tabs.iter().filter(|reply| reply.status() != StatusCode::CREATED) {
        assert_eq!(refused.problem(StatusCode::CONFLICT, "person-limit")["left"], 1);
    }
    // The same address in other letters; another one.
    stage
        .order_from("ADA@example.org", &seat, 2)
        .await
        .problem(StatusCode::CONFLICT, "person-limit");
    stage
        .order_from("grace@example.org", &seat, 3)
        .await
        .expect(StatusCode::CREATED);
    // It is counted for the address it was begun with.
    let other = json!({ "buyer": { "name": "Ada", "email": "third@example.org" } });
    let holder = stage.holder_of(&held[0]);
    let path = crate::stage::path(&held[0]);
    assert_eq!(holder.patch(&path, other).await.bad_fields(), ["/buyer/email"]);
    gone(&stage.release(&held[0]).await);
    let all = stage
        .order_from("ada@example.org", &seat, 3)
        .await
        .expect(StatusCode::CREATED);
    let free = stage
        .holder_of(&all)
        .post(
            &format!("/orders/{}/pay", text(&all["id"])),
            json!({ "method": "free" }),
        )
        .await;
    free.expect(StatusCode::OK);
    stage
        .order_from("ada@example.org", &seat, 1)
        .await
        .problem(StatusCode::CONFLICT, "person-limit");
    // More are allowed, then fewer than some have.
    let edit = stage.path(&format!("ticket-types/{seat}"));
    stage
        .manager
        .patch(&edit, json!({ "max_per_person": 4 }))
        .await
        .expect(StatusCode::OK);
    stage
        .order_from("ada@example.org", &seat, 1)
        .await
        .expect(StatusCode::CREATED);
    stage
        .manager
        .patch(&edit, json!({ "max_per_person": 1 }))
        .await
        .expect(StatusCode::OK);
    stage
        .order_from("ada@example.org", &seat, 1)
        .await
        .problem(StatusCode::CONFLICT, "person-limit");
    stage.audit().await;
}

#[tokio::test]
async fn a_limit_for_each_person_holds_for_free_tickets_and_for_replays() {
    let stage = Stage::of(Some(100)).await;
    let seat = stage.ticket_type(json!({ "max_per_person": 1 })).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.registration_of(&seat, 1);
    let (first, second) = join(
        client.post("/tickets", body.clone()),
        client.post("/tickets", body),
    )
    .await;
    let (first, second) = (
        first.expect(StatusCode::CREATED),
        second.expect(StatusCode::CREATED),
    );
    assert_eq!(first["id"], second["id"]);
    stage
        .register(&seat, 1)
        .await
        .problem(StatusCode::CONFLICT, "person-limit");
    stage.audit().await;
}

#[tokio::test]
async fn who_finds_nothing_left_is_told_what_is_in_carts_and_when_the_next_hold_ends() {
    let stage = Stage::of(Some(4)).await;
    let seat = stage.priced(None).await;
    stage.held(&[(&seat, 3)]).await;
    stage.app.advance(SignedDuration::from_mins(2));
    stage.sold(&[(&seat, 1)]).await;
    stage.app.advance(SignedDuration::from_mins(2));
    let refused = stage
        .order(&[(&seat, 1)])
        .await
        .problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!((&refused["left"], &refused["in_carts"]), (&json!(0), &json!(3)));
    assert_eq!(refused["next_release_at"], "2027-01-15T12:10:00Z");
    stage.app.advance(HOLD);
    let refused = stage
        .order(&[(&seat, 1)])
        .await
        .problem(StatusCode::CONFLICT, "sold-out");
    // Not swept here: still in a cart, but no hold is known that has yet to end.
    assert_eq!(refused["next_release_at"], Value::Null);
}

#[tokio::test]
async fn the_same_request_with_other_terms_is_another_request() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let plain = stage.order_of(&[(&seat, 1)]);
    client
        .post("/orders", plain.clone())
        .await
        .expect(StatusCode::CREATED);
    let mut other = plain;
    other["attendees"] = json!([{ "name": "Grace" }]);
    client
        .post("/orders", other)
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused");
}
