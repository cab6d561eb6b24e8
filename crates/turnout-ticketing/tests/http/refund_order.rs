use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{OrderRefunded, TicketsCancelled};
use turnout_store::Fault;
use turnout_test_kit::Reply;

use crate::stage::{Stage, a_second_passes, list, path, text};

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn refund(stage: &Stage, order: &Value, key: &str, body: Value) -> Reply {
    let manager = stage.manager.clone().with("idempotency-key", key.to_owned());
    manager.post(&format!("{}/refunds", path(order)), body).await
}

#[tokio::test(start_paused = true)]
async fn all_of_an_order_goes_back_and_its_places_are_free_at_once() {
    let stage = Stage::working(Some(3)).await;
    let seat = stage.priced(Some(3)).await;
    let order = stage.sold(&[(&seat, 3)]).await;
    stage.app.discard_messages();
    let refunded = refund(&stage, &order, "a", json!({ "reason": "Rain" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&refunded["state"], &refunded["refunded"]),
        (&json!("refunded"), &euros(3750))
    );
    let given = &list(&refunded, "refunds")[0];
    assert_eq!(
        (&given["state"], &given["reason"]),
        (&json!("pending"), &json!("Rain"))
    );
    assert!(
        list(&refunded, "tickets")
            .iter()
            .all(|ticket| ticket["status"] == "cancelled")
    );
    assert_eq!(stage.counts().await, (Some(3), 0, 0));
    let cancelled: Vec<TicketsCancelled> = stage
        .app
        .messages()
        .iter()
        .filter_map(|told| told.open().unwrap())
        .collect();
    assert_eq!((cancelled[0].tickets.len(), cancelled[0].remaining.len()), (3, 0));
    let sent: Vec<OrderRefunded> = stage
        .app
        .messages()
        .iter()
        .filter_map(|told| told.open().unwrap())
        .collect();
    assert_eq!(json!(sent[0].amount), euros(3750));
    // The sandbox never took it: the direct way has no page, and a refund of it is between us.
    a_second_passes().await;
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_sends_the_money_back_and_the_order_says_so() {
    let stage = Stage::working(Some(3)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 2)]).await, "sandbox").await;
    stage.play(&order, "success").await.expect(StatusCode::OK);
    refund(&stage, &order, "a", json!({ "amount": 1000 }))
        .await
        .expect(StatusCode::OK);
    a_second_passes().await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["state"]),
        (&json!("confirmed"), &json!("succeeded"))
    );
    assert_eq!(list(&seen, "refunds")[0]["state"], "succeeded");
    assert_eq!(
        (&seen["refunded"], &seen["refundable"]),
        (&euros(1000), &euros(1500))
    );
    // All of the rest.
    refund(&stage, &order, "b", json!({}))
        .await
        .expect(StatusCode::OK);
    a_second_passes().await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["state"]),
        (&json!("refunded"), &json!("refunded"))
    );
    assert_eq!(seen["refunded"], euros(2500));
    stage.audit().await;
}

#[tokio::test]
async fn the_same_refund_again_is_made_once_and_another_is_another() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    for _ in 0..3 {
        let seen = refund(&stage, &order, "a", json!({ "amount": 500 }))
            .await
            .expect(StatusCode::OK);
        assert_eq!(seen["refunded"], euros(500));
    }
    let replies =
        futures::future::join_all((0..6).map(|_| refund(&stage, &order, "b", json!({ "amount": 500 }))))
            .await;
    for reply in replies {
        assert_eq!(reply.expect(StatusCode::OK)["refunded"], euros(1000));
    }
    let problem = refund(&stage, &order, "c", json!({ "amount": 1501 })).await;
    let problem = problem.problem(StatusCode::CONFLICT, "not-refundable");
    assert_eq!(problem["refundable"], 1500);
    stage.audit().await;
}

#[tokio::test]
async fn single_tickets_go_back_for_what_they_cost() {
    let stage = Stage::of(Some(4)).await;
    let (seat, child) = (stage.priced(None).await, stage.free(None).await);
    let order = stage.sold(&[(&seat, 2), (&child, 1)]).await;
    let ids: Vec<&Value> = list(&order, "tickets")
        .iter()
        .map(|ticket| &ticket["id"])
        .collect();
    let seen = refund(&stage, &order, "a", json!({ "ticket_ids": [ids[1], ids[2]] }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&seen["state"], &seen["refunded"]),
        (&json!("confirmed"), &euros(1250))
    );
    let valid: Vec<bool> = list(&seen, "tickets")
        .iter()
        .map(|ticket| ticket["status"] == "valid")
        .collect();
    assert_eq!(valid, [true, false, false]);
    assert_eq!(stage.counts().await, (Some(3), 0, 1));
    let sales = stage.sales().await;
    assert_eq!(sales["revenue"], json!([euros(1250)]));
    // A cancelled ticket admits nobody.
    let validate = format!("/tickets/{}/validate", text(ids[1]));
    let verdict = stage
        .manager
        .post(&validate, json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(verdict["result"], "cancelled");
    stage.audit().await;
}

#[tokio::test]
async fn bad_fields_come_back_together_and_nothing_can_go_back_that_was_not_paid() {
    let stage = Stage::of(None).await;
    let (seat, free) = (stage.priced(None).await, stage.free(None).await);
    let order = stage.sold(&[(&seat, 1)]).await;
    let reply = refund(
        &stage,
        &order,
        "a",
        json!({ "amount": 0, "ticket_ids": "all", "reason": 7 }),
    )
    .await;
    assert_eq!(reply.bad_fields(), ["/amount", "/ticket_ids", "/reason"]);
    let ticket = &list(&order, "tickets")[0]["id"];
    let reply = refund(
        &stage,
        &order,
        "a",
        json!({ "amount": 1, "ticket_ids": [ticket] }),
    )
    .await;
    assert_eq!(reply.bad_fields(), ["/amount"]);
    let other = stage.sold(&[(&seat, 1)]).await;
    let foreign = json!({ "ticket_ids": [list(&other, "tickets")[0]["id"]] });
    assert_eq!(
        refund(&stage, &order, "a", foreign).await.bad_fields(),
        ["/ticket_ids"]
    );
    let free = stage.register(&free, 1).await.json();
    refund(&stage, &free, "a", json!({}))
        .await
        .problem(StatusCode::CONFLICT, "not-refundable");
    refund(&stage, &free, "a", json!({ "amount": 1 }))
        .await
        .problem(StatusCode::CONFLICT, "not-refundable");
    let held = stage.held(&[(&seat, 1)]).await;
    refund(&stage, &held, "a", json!({ "amount": 1 }))
        .await
        .problem(StatusCode::CONFLICT, "not-refundable");
    stage.audit().await;
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(Some(2)).await;
        let seat = stage.priced(None).await;
        let order = stage.sold(&[(&seat, 2)]).await;
        for _ in 0..3 {
            stage.app.store().fail_next(Fault::Delay(0));
        }
        stage.app.store().fail_next(fault);
        refund(&stage, &order, "a", json!({})).await;
        let seen = refund(&stage, &order, "a", json!({}))
            .await
            .expect(StatusCode::OK);
        assert_eq!(seen["refunded"], euros(2500));
        assert_eq!(stage.counts().await, (Some(2), 0, 0));
        stage.audit().await;
    }
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    stage.app.store().begin_outage();
    let reply = refund(&stage, &order, "a", json!({})).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    stage.app.store().end_outage();
    stage.app.advance(SignedDuration::from_secs(1));
    refund(&stage, &order, "a", json!({}))
        .await
        .expect(StatusCode::OK);
    stage.audit().await;
}
