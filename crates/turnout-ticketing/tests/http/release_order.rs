use axum::http::StatusCode;
use jiff::SignedDuration;
use turnout_domain::messages::OrderReleased;

use crate::stage::{HOLD, Stage, path};

#[tokio::test]
async fn what_is_given_back_can_be_had_again() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(Some(2)).await;
    let order = stage.held(&[(&seat, 2)]).await;
    stage.app.discard_messages();
    assert_eq!(stage.release(&order).await.status(), StatusCode::NO_CONTENT);
    let told: OrderReleased = stage.app.messages()[0].open().unwrap().expect("a release");
    assert_eq!((told.quantity, told.expired), (2, false));
    let order = stage.holder_of(&order).get(&path(&order)).await.json();
    assert_eq!(order["state"], "cancelled");
    assert!(order["expires_at"].is_null());
    stage.held(&[(&seat, 2)]).await;
    stage.audit().await;
}

#[tokio::test]
async fn given_back_again_it_stays_so() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 2)]).await;
    let replies = futures::future::join_all((0..5).map(|_| stage.release(&order))).await;
    for reply in replies {
        assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(stage.release(&order).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    stage.audit().await;
}

#[tokio::test]
async fn one_that_lapsed_is_gone_already() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 2)]).await;
    stage.app.advance(HOLD + SignedDuration::from_secs(1));
    assert_eq!(stage.release(&order).await.status(), StatusCode::NO_CONTENT);
    let order = stage.holder_of(&order).get(&path(&order)).await.json();
    assert_eq!(order["state"], "expired");
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
}

#[tokio::test]
async fn issued_tickets_are_not_given_back() {
    let stage = Stage::of(Some(2)).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    stage
        .release(&order)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    assert_eq!(stage.counts().await, (Some(0), 0, 2));
}

#[tokio::test]
async fn paid_and_given_back_at_once_one_of_them_wins() {
    let stage = Stage::of(Some(20)).await;
    let seat = stage.priced(None).await;
    for round in 0..10 {
        let order = stage.held(&[(&seat, 2)]).await;
        let (paid, released) = if round % 2 == 0 {
            tokio::join!(stage.pay(&order), stage.release(&order))
        } else {
            let (released, paid) = tokio::join!(stage.release(&order), stage.pay(&order));
            (paid, released)
        };
        if paid.status() == StatusCode::OK {
            released.problem(StatusCode::CONFLICT, "conflict");
            assert_eq!(round % 2, 0);
        } else {
            paid.problem(StatusCode::CONFLICT, "conflict");
            assert_eq!(released.status(), StatusCode::NO_CONTENT);
        }
    }
    assert_eq!(stage.counts().await, (Some(10), 0, 10));
    stage.audit().await;
}

#[tokio::test]
async fn it_is_for_whoever_placed_the_order() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    let guest = stage.app.as_guest().delete(&path(&order)).await;
    guest.problem(StatusCode::NOT_FOUND, "not-found");
    let member = stage.manager.delete(&path(&order)).await;
    member.problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = stage
        .manager
        .delete("/orders/ord_01JZ8Q4V3M0000000000000000")
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}
