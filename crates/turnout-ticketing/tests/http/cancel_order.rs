use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_test_kit::Reply;

use crate::stage::{Stage, list, path, text};

async fn cancel(stage: &Stage, order: &Value, body: Value) -> Reply {
    stage
        .holder_of(order)
        .post(&format!("{}/cancel", path(order)), body)
        .await
}

async fn buyers_may(stage: &Stage, percent: u32) {
    stage
        .payment_settings(json!({
            "methods": ["sandbox"],
            "cancellation": { "by_buyer": true, "until_hours_before": 48, "refund_percent": percent },
        }))
        .await;
}

#[tokio::test]
async fn a_buyer_sees_what_goes_back_and_cancels() {
    let stage = Stage::of(Some(3)).await;
    buyers_may(&stage, 50).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 3)]).await;
    let seen = stage.seen(&order).await;
    let cancellable = &seen["cancellable"];
    assert_eq!(cancellable["until"], "2027-07-02T19:00:00Z");
    assert_eq!(
        cancellable["refund"],
        json!({ "amount": 1875, "currency": "EUR" })
    );
    let first = &list(&seen, "tickets")[0]["id"];
    let one = cancel(&stage, &order, json!({ "ticket_ids": [first] }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&one["state"], &one["refunded"]["amount"]),
        (&json!("confirmed"), &json!(625))
    );
    // Asked again, it is done.
    let again = cancel(&stage, &order, json!({ "ticket_ids": [first] }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(again["refunded"]["amount"], 625);
    let all = cancel(&stage, &order, json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        (&all["state"], &all["refunded"]["amount"]),
        (&json!("refunded"), &json!(1875))
    );
    assert_eq!(list(&all, "refunds")[0]["cause"], "buyer");
    assert_eq!(stage.counts().await, (Some(3), 0, 0));
    stage.audit().await;
}

#[tokio::test]
async fn a_buyer_cannot_cancel_where_or_when_it_is_not_allowed() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 1)]).await;
    assert!(stage.seen(&order).await["cancellable"].is_null());
    let refused = |reply: Reply| drop(reply.problem(StatusCode::CONFLICT, "not-cancellable"));
    refused(cancel(&stage, &order, json!({})).await);
    buyers_may(&stage, 100).await;
    // Whoever is inside has used the ticket.
    let inside = stage.sold(&[(&seat, 2)]).await;
    let ticket = text(&list(&inside, "tickets")[1]["id"]);
    let admitted = stage
        .manager
        .post(&format!("/tickets/{ticket}/validate"), json!({}))
        .await;
    assert_eq!(admitted.json()["result"], "admitted");
    refused(cancel(&stage, &inside, json!({})).await);
    let first = &list(&inside, "tickets")[0]["id"];
    cancel(&stage, &inside, json!({ "ticket_ids": [first] }))
        .await
        .expect(StatusCode::OK);
    // Two days before it begins.
    stage.app.advance(SignedDuration::from_hours(24 * 168 + 7));
    refused(cancel(&stage, &order, json!({})).await);
    assert!(stage.seen(&order).await["cancellable"].is_null());
    // The organizer can at any time.
    let manager = &stage.manager;
    let body = json!({ "refund": true, "reason": "Sorry" });
    let cancelled = manager
        .post(&format!("{}/cancel", path(&order)), body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&cancelled["state"], &cancelled["refunded"]["amount"]),
        (&json!("refunded"), &json!(1250))
    );
    stage.audit().await;
}

#[tokio::test]
async fn the_organizer_cancels_without_money_and_can_send_it_later() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    let body = json!({ "refund": false });
    let cancelled = stage
        .manager
        .post(&format!("{}/cancel", path(&order)), body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&cancelled["state"], &cancelled["refunded"]["amount"]),
        (&json!("cancelled"), &json!(0))
    );
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    let manager = stage.manager.clone().with("idempotency-key", stage.key());
    let refunded = manager
        .post(&format!("{}/refunds", path(&order)), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&refunded["state"], &refunded["refunded"]["amount"]),
        (&json!("refunded"), &json!(2500))
    );
    stage.audit().await;
}

#[tokio::test]
async fn a_free_order_is_cancelled_and_a_held_one_given_up() {
    let stage = Stage::of(Some(2)).await;
    buyers_may(&stage, 100).await;
    let free = stage.free(None).await;
    let order = stage.register(&free, 2).await.json();
    let cancelled = cancel(&stage, &order, json!({})).await.expect(StatusCode::OK);
    assert_eq!(cancelled["state"], "cancelled");
    let held = stage.held(&[(&free, 1)]).await;
    let given_up = cancel(&stage, &held, json!({})).await.expect(StatusCode::OK);
    assert_eq!(given_up["state"], "cancelled");
    assert_eq!(
        cancel(&stage, &held, json!({ "ticket_ids": [] }))
            .await
            .bad_fields(),
        ["/ticket_ids"]
    );
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    stage.audit().await;
}

#[tokio::test]
async fn a_crowd_cancels_one_order_once() {
    let stage = Stage::of(Some(9)).await;
    buyers_may(&stage, 100).await;
    let seat = stage.priced(Some(9)).await;
    let order = stage.sold(&[(&seat, 9)]).await;
    let tickets: Vec<Value> = list(&order, "tickets")
        .iter()
        .map(|ticket| ticket["id"].clone())
        .collect();
    let both = |place: usize| json!({ "ticket_ids": [tickets[place], tickets[(place + 1) % 9]] });
    let replies = futures::future::join_all((0..9).map(|place| cancel(&stage, &order, both(place)))).await;
    for reply in replies {
        assert!([200, 409].contains(&reply.status().as_u16()), "{}", reply.text());
    }
    let seen = stage.seen(&order).await;
    assert_eq!(seen["refunded"]["amount"], 9 * 1250);
    assert_eq!(stage.counts().await, (Some(9), 0, 0));
    stage.audit().await;
}
