use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::{EventStatus, StockChanged};
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{Stage, list};

#[tokio::test]
async fn a_ticket_type_is_added_and_told_of() {
    let stage = Stage::of(Some(30)).await;
    let body = json!({
        "name": " Balcony ", "price": { "amount": 1250, "currency": "EUR" }, "quantity": 40, "max_per_order": 4,
    });
    let reply = stage.manager.post(&stage.path("ticket-types"), body).await;
    let created = reply.expect(StatusCode::CREATED);
    assert_eq!(created["name"], "Balcony");
    assert_eq!(created["price"], json!({ "amount": 1250, "currency": "EUR" }));
    assert_eq!(
        (&created["quantity"], &created["max_per_order"]),
        (&json!(40), &json!(4))
    );
    assert_eq!(created["available"], 30);
    assert_eq!(created["on_sale"], true);
    assert_eq!(created["event_id"], json!(stage.event));
    let told = stage.app.messages();
    let told: StockChanged = told[0].open().unwrap().expect("the stock changed");
    assert_eq!(told.event_id, stage.event);
    let listed = stage.app.as_guest().get(&stage.path("ticket-types")).await.json();
    assert_eq!(list(&listed, "items")[0]["id"], created["id"]);
}

#[tokio::test]
async fn what_is_left_out_has_a_default() {
    let stage = Stage::of(None).await;
    let body = json!({ "name": "Free", "price": { "amount": 0, "currency": "JPY" } });
    let reply = stage.manager.post(&stage.path("ticket-types"), body).await;
    let created = reply.expect(StatusCode::CREATED);
    assert_eq!(
        (&created["quantity"], &created["available"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(created["max_per_order"], 10);
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let create = stage.path("ticket-types");
    let reply = stage.manager.post(&create, json!({})).await;
    assert_eq!(reply.bad_fields(), ["/name", "/price"]);
    let body = json!({
        "name": "x".repeat(101), "price": { "amount": -1, "currency": "EURO" }, "quantity": 1_000_001, "max_per_order": 0,
    });
    let reply = stage.manager.post(&create, body).await;
    assert_eq!(
        reply.bad_fields(),
        [
            "/name",
            "/price/currency",
            "/price/amount",
            "/quantity",
            "/max_per_order"
        ]
    );
    let body = json!({ "name": "A", "price": { "amount": "ten" }, "quantity": -1, "max_per_order": 101 });
    let reply = stage.manager.post(&create, body).await;
    assert_eq!(
        reply.bad_fields(),
        ["/price/currency", "/price/amount", "/quantity", "/max_per_order"]
    );
    let reply = stage
        .manager
        .post(&create, json!({ "name": "A", "price": 5 }))
        .await;
    assert_eq!(reply.bad_fields(), ["/price"]);
}

#[tokio::test]
async fn the_prices_of_an_event_are_in_one_currency() {
    let stage = Stage::of(None).await;
    stage.priced(None).await;
    let body = json!({ "name": "VIP", "price": { "amount": 9000, "currency": "USD" } });
    let reply = stage.manager.post(&stage.path("ticket-types"), body).await;
    assert_eq!(reply.bad_fields(), ["/price/currency"]);
    assert_eq!(stage.audit().await.violations.len(), 0);
}

#[tokio::test]
async fn an_event_has_at_most_fifty() {
    let stage = Stage::of(None).await;
    for _ in 0..50 {
        stage.free(None).await;
    }
    let body = json!({ "name": "One more", "price": { "amount": 0, "currency": "EUR" } });
    let reply = stage.manager.post(&stage.path("ticket-types"), body).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
    stage.audit().await;
}

#[tokio::test]
async fn only_who_manages_the_event_adds_to_it() {
    let stage = Stage::of(None).await;
    let (app, create) = (&stage.app, stage.path("ticket-types"));
    let body = json!({ "name": "A", "price": { "amount": 0, "currency": "EUR" } });
    let unknown = "/events/evt_01JZ8Q4V3M0000000000000000/ticket-types";
    for path in [create.as_str(), unknown] {
        // A guest does not learn whether the event is there.
        let guest = app.as_guest().post(path, body.clone()).await;
        guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
        let stranger = app.as_user(app.user()).post(path, body.clone()).await;
        stranger.problem(StatusCode::NOT_FOUND, "not-found");
    }
    for role in [Role::BoxOffice, Role::Door, Role::Viewer] {
        let member = app.as_member(stage.organizer, role);
        let reply = member.post(&create, body.clone()).await;
        reply.problem(StatusCode::FORBIDDEN, "forbidden");
    }
    let unknown = stage.manager.post(unknown, body.clone()).await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
    let owner = app.as_member(stage.organizer, Role::Owner);
    owner.post(&create, body).await.expect(StatusCode::CREATED);
}

#[tokio::test(start_paused = true)]
async fn one_whose_answer_was_lost_is_added_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(None).await;
        // The event is known from here on, so that the fault meets the ticket type.
        stage.app.as_guest().get(&stage.path("ticket-types")).await;
        stage.app.store().fail_next(fault);
        stage.free(None).await;
        let listed = stage.app.as_guest().get(&stage.path("ticket-types")).await;
        assert_eq!(list(&listed.json(), "items").len(), 1);
        stage.audit().await;
    }
}

#[tokio::test]
async fn a_draft_can_be_prepared() {
    let stage = Stage::of(None).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, None));
    stage.priced(Some(5)).await;
    let listed = stage.manager.get(&stage.path("ticket-types")).await.json();
    assert_eq!(list(&listed, "items")[0]["on_sale"], false);
}
