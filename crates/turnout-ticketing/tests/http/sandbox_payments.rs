//! Payments at a provider, which the sandbox plays: what it says, when, and how often.

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{OrderConfirmed, OrderRefunded, PaymentReceived, RefundCause};
use turnout_store::Fault;

use crate::stage::{HOLD, RETURN_URL, Stage, a_second_passes, list, path, text};

/// How long after it was placed an order can be paid at a provider.
pub const PROVIDER_TIME: SignedDuration = SignedDuration::from_mins(30);

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// The messages of this kind that wait.
fn told<M: turnout_domain::Message>(stage: &Stage) -> Vec<M> {
    let messages = stage.app.messages();
    messages
        .iter()
        .filter_map(|message| message.open().expect("a message"))
        .collect()
}

#[tokio::test]
async fn a_buyer_pays_on_the_providers_page() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 2)]).await;
    let order = stage.pay_at(&held, "sandbox").await;
    assert_eq!(order["state"], "awaiting_payment");
    let payment = &order["payment"];
    assert_eq!(
        (&payment["state"], &payment["amount"]),
        (&json!("pending"), &euros(2500))
    );
    let id = text(&payment["id"]);
    assert_eq!(
        payment["redirect_url"],
        format!("http://localhost:3000/sandbox/payments/{id}")
    );
    assert_eq!(payment["due_at"], order["expires_at"]);
    // The places are set aside as before.
    assert_eq!(stage.counts().await, (Some(3), 2, 0));
    let page = stage
        .app
        .as_guest()
        .get(&format!("/sandbox/payments/{id}"))
        .await
        .json();
    assert_eq!(
        (&page["state"], &page["return_url"]),
        (&json!("open"), &json!(RETURN_URL))
    );
    assert_eq!(
        (&page["title"], &page["amount"]),
        (&json!("Jazz Night"), &euros(2500))
    );
    stage.play(&order, "success").await.expect(StatusCode::OK);
    let order = stage.seen(&order).await;
    assert_eq!(
        (&order["state"], &order["payment"]["state"]),
        (&json!("confirmed"), &json!("succeeded"))
    );
    assert_eq!(list(&order, "tickets").len(), 2);
    assert_eq!(told::<OrderConfirmed>(&stage).len(), 1);
    // What is over is over.
    stage
        .play(&order, "decline")
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    let ledger = stage.manager.get(&path(&order)).await.json();
    let lines: Vec<_> = list(&ledger, "ledger")
        .iter()
        .map(|line| (text(&line["account"]), line["amount"]["amount"].as_i64().unwrap()))
        .collect();
    let expected = [
        ("payments", 2500),
        ("receivable", -2500),
        ("receivable", 2500),
        ("revenue", -2500),
    ];
    assert_eq!(
        lines,
        expected.map(|(account, minor)| (account.to_owned(), minor))
    );
    assert!(list(&order, "ledger").is_empty(), "the books are the organizer's");
    stage.audit().await;
}

#[tokio::test]
async fn a_double_click_and_a_second_tab_are_one_payment() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let orders = join_all((0..8).map(|_| stage.pay_at(&held, "sandbox"))).await;
    for order in &orders {
        assert_eq!(order["payment"]["id"], orders[0]["payment"]["id"]);
    }
    stage.audit().await;
}

#[tokio::test]
async fn a_declined_card_leaves_the_places_and_can_be_tried_again() {
    let stage = Stage::of(Some(1)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "challenge").await.expect(StatusCode::OK);
    assert_eq!(stage.seen(&order).await["state"], "awaiting_payment");
    stage
        .play(&order, "challenge")
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    stage.play(&order, "decline").await.expect(StatusCode::OK);
    let declined = stage.seen(&order).await;
    assert_eq!(
        (&declined["state"], &declined["payment"]["state"]),
        (&json!("held"), &json!("failed"))
    );
    assert_eq!(declined["payment"]["failure"], "the card was declined");
    let again = stage.pay_at(&declined, "sandbox").await;
    assert_ne!(again["payment"]["id"], order["payment"]["id"]);
    stage.play(&again, "challenge").await.expect(StatusCode::OK);
    stage.play(&again, "success").await.expect(StatusCode::OK);
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    assert_eq!(stage.counts().await, (Some(0), 0, 1));
    stage.audit().await;
}

#[tokio::test]
async fn a_provider_that_says_it_twice_is_heard_once() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 3)]).await, "sandbox").await;
    stage.app.discard_messages();
    stage.play(&order, "duplicate").await.expect(StatusCode::OK);
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    assert_eq!(told::<OrderConfirmed>(&stage).len(), 1);
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_says_nothing_is_asked() {
    let stage = Stage::working(None).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "silent").await.expect(StatusCode::OK);
    assert_eq!(stage.seen(&order).await["state"], "awaiting_payment");
    stage.app.advance(SignedDuration::from_secs(5));
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    stage.audit().await;
}

#[tokio::test]
async fn a_payment_that_lies_about_the_amount_is_put_aside_and_can_go_back() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 2)]).await, "sandbox").await;
    stage.play(&order, "wrong_amount").await.expect(StatusCode::OK);
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["state"]),
        (&json!("awaiting_payment"), &json!("put_aside"))
    );
    assert_eq!(seen["payment"]["reported"], euros(2499));
    assert!(list(&seen, "tickets").is_empty());
    assert!(told::<PaymentReceived>(&stage)[0].put_aside);
    let aside = stage
        .manager
        .get(&stage.path("put-aside-payments"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(list(&aside, "items")[0]["id"], order["id"]);
    stage.audit().await;
    let manager = stage.manager.clone().with("idempotency-key", stage.key());
    let body = json!({ "payment_id": order["payment"]["id"], "reason": "You paid too little." });
    let refunded = manager
        .post(&format!("{}/refunds", path(&order)), body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(refunded["refunded"], euros(2499));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_pays_gives_its_places_back_at_its_deadline_and_the_page_is_closed() {
    let stage = Stage::working(Some(1)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.app.advance(HOLD);
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "awaiting_payment");
    stage.app.advance(PROVIDER_TIME - HOLD);
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "expired");
    assert_eq!(stage.counts().await, (Some(1), 0, 0));
    stage
        .play(&order, "success")
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_buyer_who_paid_at_the_last_moment_has_tickets_and_not_an_expired_order() {
    let stage = Stage::working(Some(1)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.app.advance(PROVIDER_TIME - SignedDuration::from_millis(1));
    // Nobody tells us: the provider is asked before the places go.
    stage.play(&order, "silent").await.expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_secs(1));
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn late_money_gets_its_places_again_if_they_are_there() {
    let stage = Stage::working(Some(1)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "late").await.expect(StatusCode::OK);
    stage.app.advance(PROVIDER_TIME);
    a_second_passes().await;
    assert_eq!(stage.seen(&order).await["state"], "expired");
    stage.app.advance(SignedDuration::from_secs(6));
    a_second_passes().await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], list(&seen, "tickets").len()),
        (&json!("confirmed"), 1)
    );
    assert_eq!(stage.counts().await, (Some(0), 0, 1));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn late_money_goes_back_where_the_places_are_gone() {
    let stage = Stage::working(Some(1)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "late").await.expect(StatusCode::OK);
    stage.app.advance(PROVIDER_TIME);
    a_second_passes().await;
    stage.sold(&[(&seat, 1)]).await;
    stage.app.discard_messages();
    stage.app.advance(SignedDuration::from_secs(6));
    a_second_passes().await;
    a_second_passes().await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["refunded"]),
        (&json!("expired"), &euros(1250))
    );
    let refund = &list(&seen, "refunds")[0];
    assert_eq!(
        (&refund["state"], &refund["cause"]),
        (&json!("succeeded"), &json!("late"))
    );
    let told = told::<OrderRefunded>(&stage);
    assert_eq!((told.len(), told[0].cause), (1, RefundCause::Late));
    assert_eq!(stage.counts().await, (Some(0), 0, 1));
    stage.audit().await;
}

#[tokio::test]
async fn an_order_paid_in_two_ways_gets_the_second_payment_back() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    // Over the counter, while the buyer stands on the provider's page.
    let paid = stage
        .manager
        .post(&format!("{}/mark-paid", path(&order)), json!({}))
        .await;
    assert_eq!(paid.expect(StatusCode::OK)["state"], "confirmed");
    stage.play(&order, "success").await.expect(StatusCode::OK);
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["refunded"]),
        (&json!("confirmed"), &euros(1250))
    );
    assert_eq!(list(&seen, "refunds")[0]["cause"], "twice");
    assert_eq!(seen["refundable"], euros(1250));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn fifty_webhooks_race_the_sweeper_and_nobody_pays_for_nothing() {
    for places in [1, 2] {
        let stage = Stage::working(Some(places)).await;
        let seat = stage.priced(None).await;
        let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
        stage.play(&order, "late").await.expect(StatusCode::OK);
        stage.app.advance(PROVIDER_TIME);
        // The deadline passes, others want the places, and the provider's message comes again and again.
        let lines = [(seat.as_str(), 1)];
        let others = join_all((0..5).map(|_| stage.order(&lines)));
        let ((), _) = tokio::join!(a_second_passes(), others);
        stage.app.advance(SignedDuration::from_secs(6));
        let buttons = join_all((0..50).map(|_| stage.play(&order, "success")));
        let ((), _) = tokio::join!(a_second_passes(), buttons);
        a_second_passes().await;
        let seen = stage.seen(&order).await;
        let (state, refunded) = (text(&seen["state"]), &seen["refunded"]["amount"]);
        assert!(
            state == "confirmed" && refunded == 0 || state == "expired" && refunded == 1250,
            "{seen:#}"
        );
        stage.audit().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_between_the_charge_and_its_confirmation_loses_nothing() {
    let stage = Stage::working(Some(3)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "silent").await.expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_secs(5));
    stage.app.store().begin_outage();
    a_second_passes().await;
    stage.app.store().end_outage();
    for _ in 0..30 {
        stage.app.advance(SignedDuration::from_secs(1));
        a_second_passes().await;
    }
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    stage.audit().await;
}

#[tokio::test]
async fn every_lost_answer_of_the_store_is_made_good() {
    for (place, fault) in (0..6).flat_map(|place| {
        [
            (place, Fault::LoseReply),
            (place, Fault::Busy),
            (place, Fault::Unavailable),
        ]
    }) {
        let stage = Stage::of(Some(3)).await;
        let seat = stage.priced(None).await;
        let held = stage.held(&[(&seat, 1)]).await;
        for _ in 0..place {
            stage.app.store().fail_next(Fault::Delay(0));
        }
        stage.app.store().fail_next(fault.clone());
        let body = json!({ "method": "sandbox", "return_url": RETURN_URL });
        let pay = format!("{}/pay", path(&held));
        let reply = stage.holder_of(&held).post(&pay, body).await;
        assert!(
            [200, 503].contains(&reply.status().as_u16()),
            "{place} {fault:?}: {}",
            reply.text()
        );
        // Whatever was left undone, the same request does it.
        let order = stage.pay_at(&held, "sandbox").await;
        stage.play(&order, "success").await.expect(StatusCode::OK);
        assert_eq!(stage.seen(&order).await["state"], "confirmed");
        stage.audit().await;
    }
}

#[tokio::test]
async fn bad_answers_and_unsigned_webhooks_are_refused() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    assert_eq!(stage.play(&order, "theft").await.bad_fields(), ["/outcome"]);
    let forged =
        json!({ "type": "payment.succeeded", "payment_id": order["payment"]["id"], "amount": euros(1250) });
    let webhook = "/payments/webhooks/sandbox";
    let guest = stage.app.as_guest();
    guest
        .post(webhook, forged.clone())
        .await
        .problem(StatusCode::BAD_REQUEST, "webhook-not-signed");
    let signed = guest
        .clone()
        .with("turnout-signature", format!("t=1800014400,v1={}", "0".repeat(64)));
    signed
        .post(webhook, forged.clone())
        .await
        .problem(StatusCode::BAD_REQUEST, "webhook-not-signed");
    guest
        .post("/payments/webhooks/stripe", forged.clone())
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    guest
        .post("/payments/webhooks/offline", forged)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(stage.seen(&order).await["state"], "awaiting_payment");
    let unknown = guest
        .get("/sandbox/payments/pay_00000000000000000000000000")
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn a_page_leads_back_to_this_installation_and_nowhere_else() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let pay = format!("{}/pay", path(&held));
    for elsewhere in [
        "https://evil.example/",
        "http://localhost:3000.evil.example/",
        "http://localhost:3000@evil.example/",
        "//evil.example",
        "/\\evil.example",
        "http://localhost:3000//evil.example",
        "orders/1",
        "http://localhost:3000/\nSet-Cookie: a=b",
    ] {
        let body = json!({ "method": "sandbox", "return_url": elsewhere });
        let reply = stage.holder_of(&held).post(&pay, body).await;
        assert_eq!(reply.bad_fields(), ["/return_url"], "{elsewhere}");
    }
    let body = json!({ "method": "sandbox", "return_url": "/events/jazz?paid" });
    let order = stage
        .holder_of(&held)
        .post(&pay, body)
        .await
        .expect(StatusCode::OK);
    let page = format!("/sandbox/payments/{}", text(&order["payment"]["id"]));
    let page = stage.app.as_guest().get(&page).await.json();
    assert_eq!(page["return_url"], "http://localhost:3000/events/jazz?paid");
}

#[tokio::test]
async fn a_buyer_who_gives_up_closes_the_page_or_has_paid() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    assert_eq!(stage.release(&order).await.status(), StatusCode::NO_CONTENT);
    stage
        .play(&order, "success")
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    let order = stage.pay_at(&stage.held(&[(&seat, 1)]).await, "sandbox").await;
    stage.play(&order, "silent").await.expect(StatusCode::OK);
    stage
        .release(&order)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    assert_eq!(stage.seen(&order).await["state"], "confirmed");
    stage.audit().await;
}
