use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use turnout_domain::messages::{EventStatus, OrderHeld};
use turnout_http::Role;

use crate::stage::{HOLD, Stage, buyer, list, path, text};

#[tokio::test]
async fn places_are_set_aside_for_ten_minutes() {
    let stage = Stage::of(Some(10)).await;
    let seat = stage.priced(Some(6)).await;
    stage.app.discard_messages();
    let order = stage.held(&[(&seat, 4)]).await;
    assert_eq!(order["state"], "held");
    assert_eq!(order["expires_at"], "2027-01-15T12:10:00Z");
    assert_eq!(order["server_now"], "2027-01-15T12:00:00Z");
    assert_eq!(order["total"], json!({ "amount": 5000, "currency": "EUR" }));
    assert_eq!(order["buyer"], buyer());
    assert_eq!(order["items"][0]["name"], "Standing");
    assert_eq!(order["items"][0]["quantity"], 4);
    assert!(list(&order, "tickets").is_empty());
    assert!(text(&order["secret"]).len() >= 32);
    let told = stage.app.messages();
    assert_eq!(told.len(), 1);
    let held: OrderHeld = told[0].open().unwrap().expect("an order was held");
    assert_eq!((held.event_id, held.quantity), (stage.event, 4));
    assert_eq!(held.expires_at, stage.app.now() + HOLD);
    assert_eq!(stage.counts().await, (Some(6), 4, 0));
    let report = stage.audit().await;
    assert_eq!((report.orders, report.tickets), (1, 0));
}

#[tokio::test]
async fn several_ticket_types_are_held_together_or_not_at_all() {
    let stage = Stage::of(None).await;
    let (floor, balcony) = (stage.priced(Some(5)).await, stage.priced(Some(1)).await);
    let order = stage.held(&[(&floor, 2), (&balcony, 1)]).await;
    assert_eq!(order["total"]["amount"], 3750);
    let sold_out = stage.order(&[(&floor, 2), (&balcony, 1)]).await;
    let problem = sold_out.problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!(problem["ticket_type_id"], balcony);
    assert_eq!(problem["left"], 0);
    assert_eq!(stage.counts().await, (None, 3, 0));
    stage.audit().await;
}

#[tokio::test]
async fn who_comes_too_late_is_told_how_many_are_left() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(Some(4)).await;
    stage.held(&[(&seat, 2)]).await;
    let reply = stage.order(&[(&seat, 3)]).await;
    let problem = reply.problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!(problem["left"], 2);
    assert_eq!(problem["ticket_type_id"], seat);
    assert_eq!(problem["detail"], "Only 2 are left.");
    stage.held(&[(&seat, 2)]).await;
    // The ticket type is sold out, the event is not.
    assert_eq!(stage.counts().await, (Some(1), 4, 0));
}

#[tokio::test]
async fn what_is_left_of_a_type_is_what_its_own_pool_and_the_events_leave() {
    let stage = Stage::of(Some(9)).await;
    let seat = stage.priced(Some(3)).await;
    let reply = stage.order(&[(&seat, 10)]).await;
    assert_eq!(reply.problem(StatusCode::CONFLICT, "sold-out")["left"], 3);
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_order_and_take_stock_once() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.order_of(&[(&seat, 2)]);
    let first = client.post("/orders", body.clone()).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let first = first.expect(StatusCode::CREATED);
    // The event is sold out by now, and still the first answer stands.
    let again = client.post("/orders", body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(StatusCode::CREATED), first);
    assert_eq!(stage.counts().await, (Some(0), 2, 0));
    assert_eq!(stage.audit().await.orders, 1);
}

#[tokio::test]
async fn a_replay_finds_its_order_after_the_event_was_called_off_or_paid_or_lapsed() {
    let stage = Stage::of(Some(4)).await;
    let seat = stage.priced(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.order_of(&[(&seat, 2)]);
    let order = client
        .post("/orders", body.clone())
        .await
        .expect(StatusCode::CREATED);
    stage.pay(&order).await.expect(StatusCode::OK);
    stage.registration_knows(&stage.told(2, EventStatus::Cancelled, Some(4)));
    let other = stage.app.as_guest().with("idempotency-key", "twice");
    stage.app.advance(SignedDuration::from_hours(24 * 365));
    let refused = other.post("/orders", body.clone()).await;
    refused.problem(StatusCode::CONFLICT, "event-not-on-sale");
    let again = client.post("/orders", body).await.expect(StatusCode::CREATED);
    assert_eq!(
        (&again["id"], &again["state"]),
        (&order["id"], &json!("confirmed"))
    );
}

#[tokio::test]
async fn a_key_that_is_used_for_something_else_is_refused() {
    let stage = Stage::of(Some(4)).await;
    let seat = stage.priced(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let held = client.post("/orders", stage.order_of(&[(&seat, 1)])).await;
    held.expect(StatusCode::CREATED);
    let other = client.post("/orders", stage.order_of(&[(&seat, 2)])).await;
    other.problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused");
    // Also when it could not be had anyway.
    let other = client.post("/orders", stage.order_of(&[(&seat, 9)])).await;
    other.problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused");
    // Someone else's keys are their own.
    let user = stage
        .app
        .as_user(stage.app.user())
        .with("idempotency-key", "once");
    let theirs = user.post("/orders", stage.order_of(&[(&seat, 2)])).await;
    theirs.expect(StatusCode::CREATED);
    assert_eq!(stage.counts().await, (Some(1), 3, 0));
}

#[tokio::test]
async fn a_key_is_required() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    for key in ["", "with space", &"x".repeat(256)] {
        let client = stage.app.as_guest().with("idempotency-key", key);
        let reply = client.post("/orders", stage.order_of(&[(&seat, 1)])).await;
        reply.problem(StatusCode::BAD_REQUEST, "idempotency-key-missing");
    }
    let reply = stage
        .app
        .as_guest()
        .post("/orders", stage.order_of(&[(&seat, 1)]))
        .await;
    reply.problem(StatusCode::BAD_REQUEST, "idempotency-key-missing");
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "k");
    let nothing = client.post("/orders", json!({})).await;
    assert_eq!(
        nothing.bad_fields(),
        ["/event_id", "/items", "/buyer/email", "/buyer/name"]
    );
    let body = json!({
        "event_id": "evt_nonsense",
        "items": [
            { "ticket_type_id": "tty_nonsense", "quantity": 0 },
            { "quantity": "two" },
            { "ticket_type_id": seat, "quantity": 101 },
            { "ticket_type_id": seat, "quantity": 60 },
            { "ticket_type_id": seat, "quantity": 60 },
        ],
        "buyer": { "email": "ada@", "name": " " },
    });
    assert_eq!(
        client.post("/orders", body).await.bad_fields(),
        [
            "/event_id",
            "/items/0/ticket_type_id",
            "/items/0/quantity",
            "/items/1/ticket_type_id",
            "/items/1/quantity",
            "/items/2/quantity",
            "/items/4/ticket_type_id",
            "/items",
            "/buyer/email",
            "/buyer/name",
        ]
    );
    for items in [json!([]), json!("many"), json!(vec![json!({}); 21])] {
        let mut body = stage.order_of(&[]);
        body["items"] = items;
        assert_eq!(client.post("/orders", body).await.bad_fields(), ["/items"]);
    }
    let mut body = stage.order_of(&[(&seat, 1)]);
    body["buyer"] = json!("Ada");
    assert_eq!(client.post("/orders", body).await.bad_fields(), ["/buyer"]);
}

#[tokio::test]
async fn an_order_is_bounded_by_its_ticket_types_and_in_all() {
    let stage = Stage::of(None).await;
    let seat = stage.ticket_type(json!({ "max_per_order": 2 })).await;
    let many = stage.free(None).await;
    let more = stage.free(None).await;
    let reply = stage.order(&[(&many, 1), (&seat, 3)]).await;
    assert_eq!(reply.bad_fields(), ["/items/1/quantity"]);
    let reply = stage.order(&[(&many, 60), (&more, 41)]).await;
    assert_eq!(reply.bad_fields(), ["/items"]);
    stage.held(&[(&many, 60), (&more, 40)]).await;
    let unknown = stage
        .order(&[(&seat, 1), ("tty_01JZ8Q4V3M0000000000000000", 1)])
        .await;
    assert_eq!(unknown.bad_fields(), ["/items/1/ticket_type_id"]);
}

#[tokio::test]
async fn a_total_beyond_measure_is_refused() {
    let stage = Stage::of(None).await;
    let price = json!({ "amount": 900_000_000_000_i64, "currency": "EUR" });
    let seat = stage.ticket_type(json!({ "price": price })).await;
    assert_eq!(stage.order(&[(&seat, 2)]).await.bad_fields(), ["/items"]);
    stage.held(&[(&seat, 1)]).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let stage = Stage::of(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "k");
    let send = async |content_type: &str, body: String| {
        let request = Request::post("/orders").header("content-type", content_type);
        client.request(request.body(Body::from(body)).unwrap()).await
    };
    let reply = send("application/json", format!("\"{}\"", "x".repeat(256 * 1024))).await;
    reply.problem(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large");
    let reply = send("application/json", "{".into()).await;
    reply.problem(StatusCode::BAD_REQUEST, "malformed-json");
    let reply = send("text/plain", "{}".into()).await;
    reply.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type");
}

#[tokio::test]
async fn an_unknown_event_is_not_there() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let mut body = stage.order_of(&[(&seat, 1)]);
    body["event_id"] = json!("evt_01JZ8Q4V3M0000000000000000");
    let client = stage.app.as_guest().with("idempotency-key", "k");
    let reply = client.post("/orders", body).await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn a_draft_is_not_there_for_buyers_and_not_on_sale_for_its_members() {
    let stage = Stage::of(None).await;
    let draft = stage.told(1, EventStatus::Draft, None);
    stage.registration_knows(&draft);
    let seat = stage.priced(None).await;
    let guest = stage.order(&[(&seat, 1)]).await;
    guest.problem(StatusCode::NOT_FOUND, "not-found");
    let stranger = stage.app.as_user(stage.app.user());
    let reply = stage.order_as(&stranger, &[(&seat, 1)]).await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
    let reply = stage.order_as(&stage.manager, &[(&seat, 1)]).await;
    reply.problem(StatusCode::CONFLICT, "event-not-on-sale");
    let door = stage.app.as_member(stage.organizer, Role::Door);
    let reply = stage.order_as(&door, &[(&seat, 1)]).await;
    reply.problem(StatusCode::CONFLICT, "event-not-on-sale");
}

#[tokio::test]
async fn registration_is_asked_before_a_buyer_is_turned_away() {
    let stage = Stage::of(Some(3)).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, Some(3)));
    let seat = stage.priced(None).await;
    // Published, but the message is still under way.
    stage.registration_knows(&stage.published(2, Some(3)));
    stage.held(&[(&seat, 1)]).await;
    // From here on the copy is right, and nobody is asked any more.
    let asked = stage.app.registration().calls().len();
    stage.held(&[(&seat, 1)]).await;
    assert_eq!(stage.app.registration().calls().len(), asked);
}

#[tokio::test]
async fn without_registration_a_buyer_is_not_turned_away_but_asked_to_come_back() {
    let stage = Stage::of(None).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, None));
    let seat = stage.priced(None).await;
    stage.app.registration().goes_down();
    let reply = stage.order(&[(&seat, 1)]).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}

#[tokio::test]
async fn an_event_that_was_called_off_or_is_over_sells_nothing() {
    let stage = Stage::working(None).await;
    let seat = stage.priced(None).await;
    stage.app.advance(SignedDuration::from_hours(24 * 180));
    let over = stage.order(&[(&seat, 1)]).await;
    over.problem(StatusCode::CONFLICT, "event-not-on-sale");
    let stage = Stage::working(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let cancelled = stage.told(2, EventStatus::Cancelled, None);
    stage.registration_knows(&cancelled);
    stage.app.publish(&cancelled).await;
    let off = stage.order(&[(&seat, 1)]).await;
    off.problem(StatusCode::CONFLICT, "event-not-on-sale");
    let off = stage.pay(&held).await;
    off.problem(StatusCode::CONFLICT, "event-not-on-sale");
    assert_eq!(stage.release(&held).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        stage.holder_of(&held).get(&path(&held)).await.json()["state"],
        "cancelled"
    );
}
