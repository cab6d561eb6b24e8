//! Payments by bank transfer or at the door.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::PaymentDue;

use crate::stage::{Stage, a_second_passes, list, path, text};

async fn promised(stage: &Stage, seat: &str, quantity: u32) -> Value {
    let held = stage.held(&[(seat, quantity)]).await;
    let body = json!({ "method": "offline" });
    let reply = stage
        .holder_of(&held)
        .post(&format!("{}/pay", path(&held)), body)
        .await;
    reply.expect(StatusCode::OK)
}

async fn offline(stage: &Stage) {
    stage
        .payment_settings(json!({
            "methods": ["offline"],
            "offline": { "instructions": "IBAN PT50 0002 0123\nJazz Club", "due_days": 3 },
        }))
        .await;
}

#[tokio::test]
async fn a_buyer_is_told_how_and_until_when_to_pay() {
    let stage = Stage::of(Some(5)).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    stage.app.discard_messages();
    let order = promised(&stage, &seat, 2).await;
    assert_eq!(order["state"], "awaiting_payment");
    assert_eq!(order["payment"]["due_at"], "2027-01-18T12:00:00Z");
    assert_eq!(order["payment"]["instructions"], "IBAN PT50 0002 0123\nJazz Club");
    let reference = text(&order["payment"]["reference"]);
    assert_eq!(reference.len(), 9, "{reference}");
    assert_eq!(stage.counts().await, (Some(3), 2, 0));
    let told: Vec<PaymentDue> = stage
        .app
        .messages()
        .iter()
        .filter_map(|told| told.open().unwrap())
        .collect();
    assert_eq!((told.len(), &told[0].reference), (1, &reference));
    // Asked again, it is the same promise.
    let body = json!({ "method": "offline" });
    let again = stage
        .holder_of(&order)
        .post(&format!("{}/pay", path(&order)), body)
        .await
        .json();
    assert_eq!(again["payment"]["id"], order["payment"]["id"]);
    // The box office finds it by what stands on the transfer, in small letters and without the hyphen too.
    let small = reference.replace('-', "").to_lowercase();
    let found = stage
        .manager
        .get(&format!("/orders?event_id={}&q={small}", stage.event))
        .await
        .json();
    assert_eq!(list(&found, "items").len(), 1);
    stage.audit().await;
}

#[tokio::test]
async fn the_box_office_marks_it_paid_once() {
    let stage = Stage::of(Some(5)).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    let order = promised(&stage, &seat, 2).await;
    let mark = format!("{}/mark-paid", path(&order));
    let paid = stage.manager.post(&mark, json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        (&paid["state"], &paid["payment"]["state"]),
        (&json!("confirmed"), &json!("succeeded"))
    );
    let again = stage.manager.post(&mark, json!({})).await.expect(StatusCode::OK);
    assert_eq!(again["ledger"], paid["ledger"]);
    assert_eq!(stage.counts().await, (Some(3), 0, 2));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_paid_in_time_goes_back_and_may_be_taken_again() {
    let stage = Stage::working(Some(1)).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    let order = promised(&stage, &seat, 1).await;
    stage
        .app
        .advance(SignedDuration::from_hours(72) - SignedDuration::from_secs(1));
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "awaiting_payment");
    stage.app.advance(SignedDuration::from_secs(1));
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "expired");
    // A transfer that took a day longer: the place is still there.
    let mark = |order: &Value| format!("{}/mark-paid", path(order));
    let paid = stage
        .manager
        .post(&mark(&order), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(paid["state"], "confirmed");
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn late_money_in_hand_is_not_taken_for_a_place_that_is_gone() {
    let stage = Stage::working(Some(1)).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    let order = promised(&stage, &seat, 1).await;
    stage.app.advance(SignedDuration::from_hours(72));
    a_second_passes().await;
    let other = promised(&stage, &seat, 1).await;
    let mark = |order: &Value| format!("{}/mark-paid", path(order));
    stage
        .manager
        .post(&mark(&order), json!({}))
        .await
        .problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!(stage.seen(&order).await["refunded"]["amount"], 0);
    stage
        .manager
        .post(&mark(&other), json!({}))
        .await
        .expect(StatusCode::OK);
    stage.audit().await;
}

#[tokio::test]
async fn at_the_door_there_is_time_until_the_event_is_over() {
    let stage = Stage::of(None).await;
    stage
        .payment_settings(json!({
            "methods": ["offline"], "offline": { "instructions": "Pay when you come.", "at_door": true },
        }))
        .await;
    let seat = stage.priced(None).await;
    let order = promised(&stage, &seat, 1).await;
    assert_eq!(order["payment"]["due_at"], "2027-07-04T22:00:00Z");
}

#[tokio::test]
async fn a_promise_can_be_taken_back_and_its_refund_is_by_hand() {
    let stage = Stage::of(Some(4)).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    let order = promised(&stage, &seat, 1).await;
    let cancel = format!("{}/cancel", path(&order));
    let cancelled = stage
        .holder_of(&order)
        .post(&cancel, json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(cancelled["state"], "cancelled");
    let order = promised(&stage, &seat, 2).await;
    stage
        .manager
        .post(&format!("{}/mark-paid", path(&order)), json!({}))
        .await
        .expect(StatusCode::OK);
    let manager = stage.manager.clone().with("idempotency-key", stage.key());
    let refunded = manager
        .post(&format!("{}/refunds", path(&order)), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(refunded["state"], "refunded");
    assert_eq!(list(&refunded, "refunds")[0]["state"], "succeeded");
    assert_eq!(stage.counts().await, (Some(4), 0, 0));
    stage.audit().await;
}

#[tokio::test]
async fn what_an_event_does_not_take_is_not_taken() {
    let stage = Stage::of(None).await;
    offline(&stage).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let pay = format!("{}/pay", path(&held));
    for method in ["sandbox", "stripe"] {
        let reply = stage
            .holder_of(&held)
            .post(&pay, json!({ "method": method }))
            .await;
        assert_eq!(reply.bad_fields(), ["/method"], "{method}");
    }
    assert_eq!(stage.seen(&held).await["state"], "held");
}
