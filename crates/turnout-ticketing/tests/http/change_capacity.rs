//! Registration asks for another capacity.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;
use turnout_domain::messages::StockChanged;
use turnout_store::Fault;
use turnout_test_kit::Reply;

use crate::stage::Stage;

async fn change(stage: &Stage, capacity: Option<u32>) -> Reply {
    let path = format!("/internal{}", stage.path("capacity"));
    let body = json!({ "max_capacity": capacity });
    stage.app.as_peer().put(&path, body).await
}

#[tokio::test]
async fn a_capacity_goes_up_and_down_as_far_as_is_sold_or_held() {
    let stage = Stage::of(Some(10)).await;
    let seat = stage.priced(None).await;
    stage.sold(&[(&seat, 3)]).await;
    stage.held(&[(&seat, 2)]).await;
    stage.app.discard_messages();
    change(&stage, Some(20)).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (Some(15), 2, 3));
    let told: StockChanged = stage.app.messages()[0]
        .open()
        .unwrap()
        .expect("the stock changed");
    assert_eq!(told.event_id, stage.event);
    change(&stage, Some(5)).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (Some(0), 2, 3));
    let refused = change(&stage, Some(4)).await;
    assert_eq!(refused.problem(StatusCode::CONFLICT, "conflict")["sold"], 5);
    assert_eq!(stage.counts().await, (Some(0), 2, 3));
    stage.audit().await;
}

#[tokio::test]
async fn a_limit_comes_and_goes() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    stage.sold(&[(&seat, 3)]).await;
    let refused = change(&stage, Some(2)).await;
    assert_eq!(refused.problem(StatusCode::CONFLICT, "conflict")["sold"], 3);
    change(&stage, Some(4)).await.expect(StatusCode::OK);
    stage.held(&[(&seat, 1)]).await;
    stage
        .order(&[(&seat, 1)])
        .await
        .problem(StatusCode::CONFLICT, "sold-out");
    change(&stage, None).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (None, 1, 3));
    stage.held(&[(&seat, 100)]).await;
    stage.audit().await;
}

#[tokio::test]
async fn asked_again_nothing_happens() {
    let stage = Stage::of(Some(7)).await;
    change(&stage, Some(8)).await.expect(StatusCode::OK);
    stage.app.discard_messages();
    change(&stage, Some(8)).await.expect(StatusCode::OK);
    assert!(stage.app.messages().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_made_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(Some(7)).await;
        stage.priced(None).await;
        stage.app.store().fail_next(fault);
        change(&stage, Some(9)).await.expect(StatusCode::OK);
        assert_eq!(stage.counts().await, (Some(9), 0, 0));
        stage.audit().await;
    }
}

#[tokio::test]
async fn no_limit_must_be_said() {
    let stage = Stage::of(Some(7)).await;
    let path = format!("/internal{}", stage.path("capacity"));
    for body in [
        json!({}),
        json!({ "max_capacity": -1 }),
        json!({ "max_capacity": "all" }),
    ] {
        let reply = stage.app.as_peer().put(&path, body).await;
        assert_eq!(reply.bad_fields(), ["/max_capacity"]);
    }
    assert_eq!(stage.counts().await, (Some(7), 0, 0));
}

#[tokio::test]
async fn only_our_own_services_ask_and_only_for_events_that_are_there() {
    let stage = Stage::of(Some(7)).await;
    let path = format!("/internal{}", stage.path("capacity"));
    let reply = stage.manager.put(&path, json!({ "max_capacity": 9 })).await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
    let unknown = "/internal/events/evt_01JZ8Q4V3M0000000000000000/capacity";
    let reply = stage
        .app
        .as_peer()
        .put(unknown, json!({ "max_capacity": 9 }))
        .await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capacity_that_changes_beside_a_rush_is_kept() {
    let stage = Stage::of(Some(40)).await;
    let seat = stage.free(None).await;
    let sales = (0..150).map(|_| stage.register(&seat, 1));
    let changes = async {
        let mut last = Some(40);
        for wanted in [Some(60), None, Some(100), Some(55), Some(70)] {
            let reply = change(&stage, wanted).await;
            if reply.status() == StatusCode::OK {
                last = wanted;
            } else {
                reply.problem(StatusCode::CONFLICT, "conflict");
            }
        }
        last
    };
    let (replies, capacity) = tokio::join!(join_all(sales), changes);
    let sold = replies
        .iter()
        .filter(|it| it.status() == StatusCode::CREATED)
        .count();
    for reply in replies.iter().filter(|it| it.status() != StatusCode::CREATED) {
        reply.problem(StatusCode::CONFLICT, "sold-out");
    }
    let (available, held, confirmed) = stage.counts().await;
    assert_eq!((held, confirmed), (0, i64::try_from(sold).unwrap()));
    assert_eq!(
        available,
        capacity.map(|capacity| i64::from(capacity) - confirmed)
    );
    stage.audit().await;
}
