use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::{EventChange, EventChanged};

use crate::stage::{Stage, path};

#[tokio::test]
async fn another_service_is_told_of_an_event_at_every_step_of_its_life() {
    let stage = Stage::new().await;
    let peer = stage.app.as_peer();
    let event = path(&stage.draft(json!({ "max_capacity": 50 })).await);
    let told = async || {
        let body = peer
            .get(&format!("/internal{event}"))
            .await
            .expect(StatusCode::OK);
        serde_json::from_value::<EventChanged>(body).expect("the message's own form")
    };
    assert_eq!(told().await, stage.told().remove(0));
    stage
        .manager
        .post(&format!("{event}/publish"), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(told().await, stage.told().remove(0));
    stage
        .manager
        .patch(&event, json!({ "title": "Jazz Nights" }))
        .await
        .expect(StatusCode::OK);
    let edited = told().await;
    assert_eq!((edited.version, edited.change), (3, EventChange::Published));
    assert_eq!(edited.title, "Jazz Nights");
    stage.told();
    stage
        .manager
        .post(&format!("{event}/cancel"), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(told().await, stage.told().remove(0));
}

#[tokio::test]
async fn nobody_else_has_a_way_in() {
    let stage = Stage::new().await;
    let event = path(&stage.published(json!({})).await);
    for caller in [&stage.app.as_guest(), &stage.manager] {
        let reply = caller.get(&format!("/internal{event}")).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn an_event_that_is_not_there_is_404() {
    let stage = Stage::new().await;
    let reply = stage
        .app
        .as_peer()
        .get("/internal/events/evt_01JZ8Q4V3M0000000000000000")
        .await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
}
