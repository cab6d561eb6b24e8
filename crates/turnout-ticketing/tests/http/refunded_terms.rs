//! What a promo code, a limit for each person and a reserve count when money goes back or comes late.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::sandbox_payments::PROVIDER_TIME;
use crate::stage::{HOLD, Stage, a_second_passes, list, path, text};

async fn uses(stage: &Stage, code: &Value) -> (Value, Value) {
    let code = stage.code(code).await;
    (code["uses"].clone(), code["reserved"]["available"].clone())
}

async fn refund(stage: &Stage, order: &Value, body: Value) -> Value {
    let manager = stage.manager.clone().with("idempotency-key", stage.key());
    let reply = manager.post(&format!("{}/refunds", path(order)), body).await;
    reply.expect(StatusCode::OK)
}

/// The ledger as members see it: what its entries sum to.
async fn ledger_sum(stage: &Stage, order: &Value) -> i64 {
    let seen = stage.manager.get(&path(order)).await.expect(StatusCode::OK);
    let entries = list(&seen, "ledger");
    assert!(!entries.is_empty(), "{seen:#}");
    entries
        .iter()
        .filter_map(|entry| entry["amount"]["amount"].as_i64())
        .sum()
}

#[tokio::test(start_paused = true)]
async fn a_use_and_a_persons_share_come_back_with_the_last_ticket_of_an_order() {
    let stage = Stage::working(Some(10)).await;
    let tax = json!({ "name": "VAT", "rate_basis_points": 1900, "included": false });
    let seat = stage
        .ticket_type(
            json!({ "price": { "amount": 999, "currency": "EUR" }, "tax": tax, "max_per_person": 2 }),
        )
        .await;
    let code = stage
        .promo_code(json!({ "code": "ten", "percent_basis_points": 1000, "max_uses": 1 }))
        .await;
    let held = stage
        .order_with("ten", &[(&seat, 2)])
        .await
        .expect(StatusCode::CREATED);
    let sold = stage.pay(&held).await.expect(StatusCode::OK);
    assert_eq!(ledger_sum(&stage, &held).await, 0);
    assert_eq!(uses(&stage, &code).await.0, 1);
    let ticket = |n: usize| text(&list(&sold, "tickets")[n]["id"]);
    let one = refund(&stage, &held, json!({ "ticket_ids": [ticket(0)] })).await;
    assert_eq!(one["state"], "confirmed");
    assert_eq!(ledger_sum(&stage, &held).await, 0);
    // The order still uses the code; of the person's share, one is free.
    assert_eq!(uses(&stage, &code).await.0, 1);
    let again = stage.order_with("ten", &[(&seat, 1)]).await;
    again.problem(StatusCode::CONFLICT, "promo-code-used-up");
    let two = stage.order(&[(&seat, 2)]).await;
    assert_eq!(two.problem(StatusCode::CONFLICT, "person-limit")["left"], 1);
    stage.audit().await;
    let all = refund(&stage, &held, json!({ "ticket_ids": [ticket(1)] })).await;
    assert_eq!(
        (&all["state"], &all["refunded"]["amount"]),
        (&json!("refunded"), &held["total"]["amount"])
    );
    assert_eq!(ledger_sum(&stage, &held).await, 0);
    assert_eq!(uses(&stage, &code).await.0, 0);
    assert_eq!(stage.counts().await, (Some(10), 0, 0));
    a_second_passes().await;
    stage.audit().await;
    stage
        .order_with("ten", &[(&seat, 2)])
        .await
        .expect(StatusCode::CREATED);
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_to_a_reserve_whose_code_has_ended_is_for_everyone() {
    let stage = Stage::working(Some(4)).await;
    let seat = stage.priced(None).await;
    let reserved = json!({ "ticket_type_id": seat, "quantity": 4 });
    let body = json!({ "code": "PRESS", "reserved": reserved, "ends_at": "2027-01-15T12:05:00Z" });
    let code = stage.promo_code(body).await;
    let order = |n| {
        let (stage, seat) = (&stage, &seat);
        async move {
            let reply = stage.order_with("PRESS", &[(seat, n)]).await;
            reply.expect(StatusCode::CREATED)
        }
    };
    let sold = order(1).await;
    stage.pay(&sold).await.expect(StatusCode::OK);
    let used = order(1).await;
    stage.pay(&used).await.expect(StatusCode::OK);
    let back = refund(&stage, &used, json!({})).await;
    assert_eq!(back["state"], "refunded");
    assert_eq!(uses(&stage, &code).await, (json!(1), json!(3)));
    assert_eq!(stage.counts().await, (Some(0), 3, 1));
    stage.audit().await;
    // Held when the code ends, and let go of later.
    order(3).await;
    stage.app.advance(SignedDuration::from_mins(5));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(0), 3, 1));
    stage.app.advance(HOLD);
    a_second_passes().await;
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(3), 0, 1));
    stage.audit().await;
    // Sold when the code ended, and given back later.
    refund(&stage, &sold, json!({})).await;
    assert_eq!(stage.counts().await, (Some(4), 0, 0));
    a_second_passes().await;
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn late_money_is_served_from_what_everyone_can_have_when_the_reserve_is_gone() {
    let stage = Stage::working(Some(2)).await;
    let seat = stage.priced(None).await;
    let reserved = json!({ "ticket_type_id": seat, "quantity": 1 });
    let body = json!({ "code": "PRESS", "reserved": reserved, "ends_at": "2027-01-15T12:05:00Z" });
    stage.promo_code(body).await;
    let held = stage.order_with("PRESS", &[(&seat, 1)]).await;
    let order = stage.pay_at(&held.expect(StatusCode::CREATED), "sandbox").await;
    stage.play(&order, "late").await.expect(StatusCode::OK);
    stage.app.advance(PROVIDER_TIME);
    a_second_passes().await;
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    stage.app.advance(SignedDuration::from_secs(6));
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    assert_eq!(stage.counts().await, (Some(1), 0, 1));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn late_money_of_a_code_that_was_taken_back_goes_back() {
    let stage = Stage::working(Some(2)).await;
    let seat = stage.priced(None).await;
    let code = stage
        .promo_code(json!({ "code": "ten", "percent_basis_points": 1000 }))
        .await;
    let held = stage.order_with("ten", &[(&seat, 1)]).await;
    let order = stage.pay_at(&held.expect(StatusCode::CREATED), "sandbox").await;
    stage.play(&order, "late").await.expect(StatusCode::OK);
    stage.app.advance(PROVIDER_TIME);
    a_second_passes().await;
    let edit = stage.path(&format!("promo-codes/{}", text(&code["id"])));
    crate::stage::gone(&stage.manager.delete(&edit).await);
    stage.app.advance(SignedDuration::from_secs(6));
    a_second_passes().await;
    a_second_passes().await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["refunded"]["amount"]),
        (&json!("expired"), &json!(1125))
    );
    stage.audit().await;
}
