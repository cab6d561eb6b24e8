//! What happens to sales that are settled together.

use std::pin::pin;

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;
use turnout_store::{Fault, Gate};

use crate::stage::{Stage, list, text};

/// Lets `others` gather while `first` is at the store, then lets it pass.
async fn gathered<A, B>(
    stage: &Stage,
    first: impl Future<Output = A>,
    others: impl Future<Output = B>,
) -> (A, B) {
    let gate = Gate::closed();
    stage.app.store().fail_next(Fault::Wait(gate.clone()));
    let mut first = pin!(first);
    tokio::select! {
        _ = &mut first => panic!("it stands at the gate"),
        () = gate.reached() => {}
    }
    // They are polled in this order: all others have asked before the gate opens.
    let (first, others, ()) = tokio::join!(first, others, async { gate.open() });
    (first, others)
}

#[tokio::test]
async fn what_a_replay_learned_of_the_stock_is_forgotten_with_it() {
    let stage = Stage::of(Some(1)).await;
    let seat = stage.free(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.order_of(&[(&seat, 1)]);
    client
        .post("/orders", body.clone())
        .await
        .expect(StatusCode::CREATED);
    // Sold out, and the order is there already: the store refuses both writes.
    client.post("/orders", body).await.expect(StatusCode::CREATED);
    let capacity = format!("/internal{}", stage.path("capacity"));
    let peer = stage.app.as_peer();
    let more = peer.put(&capacity, json!({ "max_capacity": 2 })).await;
    more.expect(StatusCode::OK);
    stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    stage.audit().await;
}

#[tokio::test]
async fn a_flood_of_replays_keeps_nobody_from_buying() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.free(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.order_of(&[(&seat, 1)]);
    let first = client
        .post("/orders", body.clone())
        .await
        .expect(StatusCode::CREATED);
    let (before, (replays, bought)) = gathered(&stage, stage.register(&seat, 1), async {
        let replays = (0..60).map(|_| client.post("/orders", body.clone()));
        tokio::join!(join_all(replays), stage.register(&seat, 1))
    })
    .await;
    before.expect(StatusCode::CREATED);
    bought.expect(StatusCode::CREATED);
    for replay in replays {
        assert_eq!(replay.header("idempotent-replayed"), Some("true"));
        assert_eq!(replay.expect(StatusCode::CREATED)["id"], first["id"]);
    }
    assert_eq!(stage.audit().await.orders, 3);
}

#[tokio::test]
async fn a_flood_of_payments_of_one_order_keeps_nobody_from_buying() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let line = [(seat.as_str(), 1)];
    let (before, (paid, bought)) = gathered(&stage, stage.order(&line), async {
        tokio::join!(join_all((0..60).map(|_| stage.pay(&held))), stage.order(&line))
    })
    .await;
    before.expect(StatusCode::CREATED);
    bought.expect(StatusCode::CREATED);
    for reply in paid {
        assert_eq!(reply.expect(StatusCode::OK)["state"], "confirmed");
    }
    assert_eq!(stage.audit().await.tickets, 1);
}

#[tokio::test]
async fn the_largest_orders_fit_into_their_batches() {
    let stage = Stage::of(None).await;
    let name = "\u{1F3AB}".repeat(100);
    let mut types = Vec::new();
    for _ in 0..20 {
        types.push(stage.ticket_type(json!({ "name": name })).await);
    }
    let lines: Vec<(&str, u32)> = types.iter().map(|id| (id.as_str(), 5)).collect();
    let orders = join_all((0..40).map(|_| stage.held(&lines))).await;
    let paid = join_all(orders.iter().map(|order| stage.pay(order))).await;
    for reply in paid {
        assert_eq!(list(&reply.expect(StatusCode::OK), "tickets").len(), 100);
    }
    assert_eq!(stage.audit().await.tickets, 4_000);
}

#[tokio::test]
async fn buyers_are_served_in_the_order_they_came() {
    let stage = Stage::of(Some(7)).await;
    let seat = stage.free(None).await;
    // Six are left once the first has its place.
    let others = join_all([3, 4, 2, 1, 5, 1].map(|n| stage.register(&seat, n)));
    let (first, others) = gathered(&stage, stage.register(&seat, 1), others).await;
    first.expect(StatusCode::CREATED);
    let served: Vec<bool> = others
        .iter()
        .map(|reply| reply.status() == StatusCode::CREATED)
        .collect();
    assert_eq!(served, [true, false, true, true, false, false]);
    assert_eq!(stage.counts().await, (Some(0), 0, 7));
    stage.audit().await;
}

#[tokio::test]
async fn many_lists_at_the_door_do_not_hide_the_stock() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.free(None).await;
    let order = stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    let path = format!("/tickets/{}/validate", text(&list(&order, "tickets")[0]["id"]));
    for number in 0..1_000 {
        let body = json!({ "list": format!("gate-{number}") });
        let reply = stage.manager.post(&path, body).await.expect(StatusCode::OK);
        assert_eq!(reply["result"], "admitted");
    }
    assert_eq!(stage.counts().await, (Some(1), 0, 1));
    stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    stage
        .register(&seat, 1)
        .await
        .problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!(stage.audit().await.check_ins, 1_000);
}
