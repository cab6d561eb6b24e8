//! The store goes away and comes back.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;

use crate::stage::{Stage, list, path, text};

#[tokio::test(start_paused = true)]
async fn everything_is_503_while_the_store_is_away_and_works_again_by_itself() {
    let stage = Stage::of(Some(9)).await;
    let seat = stage.priced(None).await;
    let free = stage.free(None).await;
    let (held, sold) = (stage.held(&[(&seat, 1)]).await, stage.sold(&[(&seat, 1)]).await);
    let ticket = text(&list(&sold, "tickets")[0]["id"]);
    let client = stage.app.as_guest().with("idempotency-key", "outage");
    stage.app.store().begin_outage();
    let body = json!({ "name": "VIP", "price": { "amount": 1, "currency": "EUR" } });
    let holder = stage.holder_of(&held);
    for reply in [
        client.post("/orders", stage.order_of(&[(&seat, 1)])).await,
        stage.register(&free, 1).await,
        stage.pay(&held).await,
        stage.release(&held).await,
        holder.get(&path(&held)).await,
        holder.get(&format!("/tickets/{ticket}")).await,
        stage.manager.get(&stage.path("ticket-types")).await,
        stage.manager.post(&stage.path("ticket-types"), body).await,
        stage.manager.get(&stage.path("sales")).await,
        stage
            .manager
            .get(&format!("/orders?event_id={}", stage.event))
            .await,
        stage.manager.get("/tickets").await,
        stage
            .manager
            .post(&format!("/tickets/{ticket}/validate"), json!({}))
            .await,
        stage
            .manager
            .post(
                "/tickets/validate",
                json!({ "code": list(&sold, "tickets")[0]["code"] }),
            )
            .await,
    ] {
        reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        assert!(reply.header("retry-after").is_some());
    }
    stage.app.store().end_outage();
    assert_eq!(stage.counts().await, (Some(7), 1, 1));
    let order = client.post("/orders", stage.order_of(&[(&seat, 1)])).await;
    order.expect(StatusCode::CREATED);
    stage.pay(&held).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (Some(6), 1, 2));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_came_during_an_outage_is_answered_soon() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    stage.app.store().begin_outage();
    let begun = tokio::time::Instant::now();
    let replies = join_all((0..2_000).map(|_| stage.register(&seat, 1))).await;
    for reply in replies {
        reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    }
    // Only the first batch waits for the store to come back.
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    stage.app.store().end_outage();
    stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    assert_eq!(stage.audit().await.orders, 2);
}
