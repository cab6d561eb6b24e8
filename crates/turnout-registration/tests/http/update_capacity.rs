use axum::http::{Method, StatusCode};
use serde_json::json;
use turnout_domain::messages::EventChange;
use turnout_store::Fault;

use crate::stage::{Stage, capacity_path, path};

#[tokio::test]
async fn ticketing_is_asked_before_a_capacity_changes() {
    let stage = Stage::new().await;
    let event = stage.published(json!({ "max_capacity": 100 })).await;
    stage.told();
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "max_capacity": 80 }))
        .await;
    assert_eq!(reply.expect(StatusCode::OK)["max_capacity"], 80);
    let calls = stage.app.ticketing().calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (&calls[0].method, &calls[0].path),
        (&Method::PUT, &capacity_path(&event))
    );
    assert_eq!(calls[0].body, json!({ "max_capacity": 80 }));
    let told = stage.told();
    assert_eq!(told[0].max_capacity, Some(80));
    assert_eq!(told[0].change, EventChange::Updated { moved: false });
}

#[tokio::test]
async fn no_bound_is_asked_for_as_null() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({ "max_capacity": 100 })).await;
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "max_capacity": null }))
        .await;
    assert_eq!(reply.expect(StatusCode::OK)["max_capacity"], json!(null));
    assert_eq!(
        stage.app.ticketing().calls()[0].body,
        json!({ "max_capacity": null })
    );
}

#[tokio::test]
async fn an_edit_of_something_else_does_not_ask_ticketing() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({ "max_capacity": 100 })).await;
    stage
        .manager
        .patch(&path(&event), json!({ "title": "Jazz Nights" }))
        .await
        .expect(StatusCode::OK);
    assert!(stage.app.ticketing().calls().is_empty());
}

#[tokio::test]
async fn the_same_capacity_is_asked_for_again_so_that_both_agree() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({ "max_capacity": 100 })).await;
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "max_capacity": 100 }))
        .await;
    assert_eq!(reply.expect(StatusCode::OK), event);
    assert_eq!(stage.app.ticketing().calls().len(), 1);
}

#[tokio::test]
async fn a_capacity_below_what_is_sold_is_409_and_changes_nothing() {
    let stage = Stage::new().await;
    let event = stage.published(json!({ "max_capacity": 100 })).await;
    stage.told();
    let problem = json!({ "type": "https://turnout.example/problems/conflict", "sold": 90 });
    stage
        .app
        .ticketing()
        .responds(&capacity_path(&event), StatusCode::CONFLICT, problem);
    let patch = json!({ "max_capacity": 80, "title": "Jazz Nights" });
    let reply = stage.manager.patch(&path(&event), patch).await;
    let problem = reply.problem(StatusCode::CONFLICT, "conflict");
    assert_eq!(problem["sold"], 90);
    assert!(
        problem["detail"]
            .as_str()
            .expect("words")
            .starts_with("90 places"),
        "{problem}"
    );
    assert_eq!(stage.manager.get(&path(&event)).await.json(), event);
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn an_edit_that_is_refused_anyway_does_not_ask_ticketing() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({})).await;
    let stale = stage.manager.clone().with("if-match", "\"7\"");
    let reply = stale.patch(&path(&event), json!({ "max_capacity": 80 })).await;
    reply.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "max_capacity": 80, "title": "" }))
        .await;
    assert_eq!(reply.bad_fields(), ["/title"]);
    assert!(stage.app.ticketing().calls().is_empty());
}

#[tokio::test]
async fn ticketing_that_does_not_answer_is_503_and_changes_nothing() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({ "max_capacity": 100 })).await;
    let patch = json!({ "max_capacity": 80 });
    stage.app.ticketing().goes_down();
    let reply = stage.manager.patch(&path(&event), patch.clone()).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    stage.app.ticketing().comes_back();
    stage.app.ticketing().forgets(&capacity_path(&event));
    let reply = stage.manager.patch(&path(&event), patch).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(stage.manager.get(&path(&event)).await.json(), event);
}

#[tokio::test]
async fn a_capacity_that_was_granted_and_not_written_is_taken_back() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({ "max_capacity": 100 })).await;
    stage.app.store().fail_next(Fault::Busy);
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "max_capacity": 80 }))
        .await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(stage.manager.get(&path(&event)).await.json(), event);
    let asked: Vec<_> = stage
        .app
        .ticketing()
        .calls()
        .iter()
        .map(|call| call.body["max_capacity"].clone())
        .collect();
    assert_eq!(asked, [80, 100]);
}
