//! Many at once, in one process and in two: what is promised of stock holds for all of them together.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;

use crate::stage::{Stage, list};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_of_fifty_places_get_fifty() {
    let stage = Stage::of(Some(50)).await;
    let seat = stage.free(None).await;
    let replies = join_all((0..200).map(|_| stage.register(&seat, 1))).await;
    let mut sold = 0;
    for reply in &replies {
        if reply.status() == StatusCode::CREATED {
            assert_eq!(list(&reply.json(), "tickets").len(), 1);
            sold += 1;
        } else {
            assert_eq!(reply.problem(StatusCode::CONFLICT, "sold-out")["left"], 0);
        }
    }
    assert_eq!(sold, 50);
    assert_eq!(stage.counts().await, (Some(0), 0, 50));
    let report = stage.audit().await;
    assert_eq!((report.orders, report.tickets), (50, 50));
    assert_eq!(
        stage.sales().await["revenue"],
        json!([{ "amount": 0, "currency": "EUR" }])
    );
}
