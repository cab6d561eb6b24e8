use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_domain::messages::OrderConfirmed;
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{HOLD, Stage, buyer, list, path};

#[tokio::test]
async fn a_paid_order_has_its_tickets() {
    let stage = Stage::of(Some(5)).await;
    let (seat, child) = (stage.priced(None).await, stage.free(Some(2)).await);
    let held = stage.held(&[(&seat, 2), (&child, 1)]).await;
    stage.app.discard_messages();
    stage.app.advance(SignedDuration::from_mins(2));
    let order = stage.pay(&held).await.expect(StatusCode::OK);
    assert_eq!(order["state"], "confirmed");
    assert_eq!(order["confirmed_at"], "2027-01-15T12:02:00Z");
    assert!(order["expires_at"].is_null());
    assert_eq!(order["secret"], held["secret"]);
    let tickets = list(&order, "tickets");
    assert_eq!(tickets.len(), 3);
    for ticket in tickets {
        assert_eq!(ticket["order_id"], order["id"]);
        assert_eq!(ticket["event_id"], json!(stage.event));
        assert_eq!(ticket["status"], "valid");
        assert_eq!(ticket["attendee"], buyer());
        assert_eq!(ticket["issued_at"], order["confirmed_at"]);
        assert!(ticket["checked_in_at"].is_null());
    }
    let mut types: Vec<_> = tickets.iter().map(|ticket| &ticket["ticket_type_id"]).collect();
    types.dedup();
    assert_eq!(types, [&json!(seat), &json!(child)]);
    let told: OrderConfirmed = stage.app.messages()[0].open().unwrap().expect("a confirmation");
    assert_eq!(
        json!(told.tickets),
        json!(tickets.iter().map(|it| &it["id"]).collect::<Vec<_>>())
    );
    assert_eq!(json!(told.total), json!({ "amount": 2500, "currency": "EUR" }));
    assert_eq!(stage.counts().await, (Some(2), 0, 3));
    assert_eq!(stage.audit().await.tickets, 3);
}

#[tokio::test]
async fn paid_twice_it_stays_as_it_is() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    stage.app.discard_messages();
    stage.app.advance(SignedDuration::from_hours(1));
    let again = stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(again["confirmed_at"], order["confirmed_at"]);
    assert_eq!(again["tickets"], order["tickets"]);
    assert!(stage.app.messages().is_empty());
    assert_eq!(stage.counts().await, (Some(3), 0, 2));
}

#[tokio::test]
async fn paid_by_two_hands_at_once_it_is_paid_once() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 2)]).await;
    let replies = futures::future::join_all((0..8).map(|_| stage.pay(&held))).await;
    for reply in replies {
        assert_eq!(reply.expect(StatusCode::OK)["state"], "confirmed");
    }
    let sales = stage.sales().await;
    assert_eq!(sales["revenue"], json!([{ "amount": 2500, "currency": "EUR" }]));
    stage.audit().await;
}

#[tokio::test]
async fn a_declined_payment_can_be_tried_again() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let pay = format!("{}/pay", path(&held));
    let holder = stage.holder_of(&held);
    let body = json!({ "method": "sandbox", "sandbox_outcome": "decline" });
    let declined = holder.post(&pay, body).await;
    declined.problem(StatusCode::PAYMENT_REQUIRED, "payment-declined");
    assert_eq!(holder.get(&path(&held)).await.json()["state"], "held");
    let body = json!({ "method": "sandbox", "sandbox_outcome": "success" });
    let paid = holder.post(&pay, body).await;
    assert_eq!(paid.expect(StatusCode::OK)["state"], "confirmed");
}

#[tokio::test]
async fn free_is_for_what_costs_nothing() {
    let stage = Stage::of(None).await;
    let (seat, free) = (stage.priced(None).await, stage.free(None).await);
    let held = stage.held(&[(&seat, 1), (&free, 1)]).await;
    let body = json!({ "method": "free" });
    let reply = stage
        .holder_of(&held)
        .post(&format!("{}/pay", path(&held)), body.clone())
        .await;
    assert_eq!(reply.bad_fields(), ["/method"]);
    let held = stage.held(&[(&free, 1)]).await;
    let reply = stage
        .holder_of(&held)
        .post(&format!("{}/pay", path(&held)), body)
        .await;
    reply.expect(StatusCode::OK);
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let (holder, pay) = (stage.holder_of(&held), format!("{}/pay", path(&held)));
    let reply = holder.post(&pay, json!({ "sandbox_outcome": "perhaps" })).await;
    assert_eq!(reply.bad_fields(), ["/sandbox_outcome", "/method"]);
    let reply = holder.post(&pay, json!({ "method": "barter" })).await;
    assert_eq!(reply.bad_fields(), ["/method"]);
}

#[tokio::test]
async fn a_hold_whose_time_is_up_cannot_be_paid() {
    let stage = Stage::of(Some(1)).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    stage.app.advance(HOLD - SignedDuration::from_micros(1));
    let order = stage.holder_of(&held).get(&path(&held)).await.json();
    assert_eq!(order["state"], "held");
    stage.app.advance(SignedDuration::from_micros(1));
    // Nobody swept it yet.
    let order = stage.holder_of(&held).get(&path(&held)).await.json();
    assert_eq!(
        (&order["state"], &order["expires_at"]),
        (&json!("expired"), &json!(null))
    );
    stage.pay(&held).await.problem(StatusCode::GONE, "hold-expired");
    assert_eq!(stage.counts().await, (Some(0), 1, 0));
    stage.audit().await;
}

#[tokio::test]
async fn an_order_that_was_given_back_cannot_be_paid() {
    let stage = Stage::of(Some(1)).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    assert_eq!(stage.release(&held).await.status(), StatusCode::NO_CONTENT);
    stage.pay(&held).await.problem(StatusCode::CONFLICT, "conflict");
}

#[tokio::test]
async fn paying_is_for_whoever_placed_the_order() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let buyer = stage.app.as_user(stage.app.user());
    let held = stage
        .order_as(&buyer, &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    let pay = format!("{}/pay", path(&held));
    let body = json!({ "method": "sandbox" });
    let app = &stage.app;
    for nobody in [
        app.as_guest(),
        app.as_user(app.user()),
        app.as_guest().with("order-secret", "wrong"),
        app.as_guest().with("order-secret", ""),
    ] {
        let reply = nobody.post(&pay, body.clone()).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
    let member = stage.manager.post(&pay, body.clone()).await;
    member.problem(StatusCode::FORBIDDEN, "forbidden");
    let door = app.as_member(stage.organizer, Role::Door);
    door.post(&pay, body.clone())
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = buyer.post("/orders/ord_01JZ8Q4V3M0000000000000000/pay", body.clone());
    unknown.await.problem(StatusCode::NOT_FOUND, "not-found");
    buyer.post(&pay, body).await.expect(StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_payment_whose_answer_was_lost_is_made_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(Some(5)).await;
        let seat = stage.priced(None).await;
        let held = stage.held(&[(&seat, 2)]).await;
        stage.app.store().fail_next(fault);
        stage.pay(&held).await.expect(StatusCode::OK);
        assert_eq!(stage.counts().await, (Some(3), 0, 2));
        stage.audit().await;
    }
}
