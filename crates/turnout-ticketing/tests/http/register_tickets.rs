use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::{EventStatus, OrderConfirmed};
use turnout_store::Fault;

use crate::stage::{Stage, list};

#[tokio::test]
async fn tickets_are_given_out_in_one_request() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.free(Some(5)).await;
    stage.app.discard_messages();
    let reply = stage.register(&seat, 2).await;
    let order = reply.expect(StatusCode::CREATED);
    assert_eq!(order["state"], "confirmed");
    assert_eq!(order["total"], json!({ "amount": 0, "currency": "EUR" }));
    assert_eq!(list(&order, "tickets").len(), 2);
    let told = stage.app.messages();
    assert_eq!(told.len(), 1);
    let told: OrderConfirmed = told[0].open().unwrap().expect("a confirmation");
    assert_eq!(told.tickets.len(), 2);
    assert_eq!(stage.counts().await, (Some(3), 0, 2));
    assert_eq!(stage.audit().await.tickets, 2);
}

#[tokio::test]
async fn what_has_a_price_is_ordered_and_paid() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    assert_eq!(stage.register(&seat, 1).await.bad_fields(), ["/ticket_type_id"]);
    assert_eq!(stage.counts().await, (Some(5), 0, 0));
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let seat = stage.ticket_type(json!({ "max_per_order": 3 })).await;
    let client = stage.app.as_guest().with("idempotency-key", "k");
    let reply = client.post("/tickets", json!({})).await;
    assert_eq!(
        reply.bad_fields(),
        [
            "/event_id",
            "/ticket_type_id",
            "/quantity",
            "/buyer/email",
            "/buyer/name"
        ]
    );
    assert_eq!(stage.register(&seat, 0).await.bad_fields(), ["/quantity"]);
    assert_eq!(stage.register(&seat, 4).await.bad_fields(), ["/quantity"]);
    let unknown = stage.register("tty_01JZ8Q4V3M0000000000000000", 1).await;
    assert_eq!(unknown.bad_fields(), ["/ticket_type_id"]);
    let keyless = stage
        .app
        .as_guest()
        .post("/tickets", stage.registration_of(&seat, 1))
        .await;
    keyless.problem(StatusCode::BAD_REQUEST, "idempotency-key-missing");
}

#[tokio::test]
async fn the_same_key_gives_the_same_tickets_though_all_are_gone() {
    let stage = Stage::of(Some(1)).await;
    let seat = stage.free(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.registration_of(&seat, 1);
    let first = client
        .post("/tickets", body.clone())
        .await
        .expect(StatusCode::CREATED);
    let late = stage.register(&seat, 1).await;
    assert_eq!(late.problem(StatusCode::CONFLICT, "sold-out")["left"], 0);
    let again = client.post("/tickets", body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(StatusCode::CREATED), first);
    // An order under the same key is another request.
    let other = client.post("/orders", stage.order_of(&[(&seat, 1)])).await;
    other.problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused");
    assert_eq!(stage.audit().await.tickets, 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_was_lost_is_served_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(Some(1)).await;
        let seat = stage.free(None).await;
        stage.app.store().fail_next(fault);
        stage.register(&seat, 1).await.expect(StatusCode::CREATED);
        assert_eq!(stage.counts().await, (Some(0), 0, 1));
        stage.audit().await;
    }
}

#[tokio::test]
async fn unknown_events_and_drafts_are_not_there() {
    let stage = Stage::of(None).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, None));
    let seat = stage.free(None).await;
    let draft = stage.register(&seat, 1).await;
    draft.problem(StatusCode::NOT_FOUND, "not-found");
    let draft = stage.register_as(&stage.manager, &seat, 1).await;
    draft.problem(StatusCode::CONFLICT, "event-not-on-sale");
    let mut body = stage.registration_of(&seat, 1);
    body["event_id"] = json!("evt_01JZ8Q4V3M0000000000000000");
    let client = stage.app.as_guest().with("idempotency-key", "k");
    let unknown = client.post("/tickets", body).await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}
