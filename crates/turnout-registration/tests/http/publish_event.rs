use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_domain::messages::{EventChange, EventStatus};
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{Stage, path};

#[tokio::test]
async fn a_draft_goes_on_show_and_is_told_of() {
    let stage = Stage::new().await;
    let draft = stage.draft(json!({})).await;
    stage.told();
    stage.app.advance(SignedDuration::from_mins(1));
    let reply = stage
        .manager
        .post(&format!("{}/publish", path(&draft)), json!({}))
        .await;
    let event = reply.expect(StatusCode::OK);
    assert_eq!(event["status"], "published");
    assert_eq!(event["published_at"], "2027-01-15T12:01:00Z");
    assert_eq!(event["updated_at"], "2027-01-15T12:01:00Z");
    assert_eq!(event["version"], 2);
    assert_eq!(reply.header("etag"), Some("\"2\""));
    let told = stage.told();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].version, told[0].change), (2, EventChange::Published));
    assert_eq!(told[0].status, EventStatus::Published);
}

#[tokio::test]
async fn publishing_twice_is_the_same_as_once() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    stage.told();
    stage.app.advance(SignedDuration::from_mins(1));
    let again = stage
        .manager
        .post(&format!("{}/publish", path(&event)), json!({}))
        .await;
    assert_eq!(again.expect(StatusCode::OK), event);
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn a_cancelled_event_is_not_published() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    stage
        .manager
        .post(&format!("{event}/cancel"), json!({}))
        .await
        .expect(StatusCode::OK);
    let reply = stage.manager.post(&format!("{event}/publish"), json!({})).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
}

#[tokio::test]
async fn an_event_that_would_have_begun_is_not_published() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    stage.app.advance(SignedDuration::from_hours(24 * 200));
    let reply = stage.manager.post(&format!("{event}/publish"), json!({})).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
}

#[tokio::test]
async fn only_who_manages_the_organizer_publishes() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let publish = format!("{}/publish", path(&stage.draft(json!({})).await));
    let guest = app.as_guest().post(&publish, json!({})).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app.as_user(app.user()).post(&publish, json!({})).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let door = app
        .as_member(stage.organizer, Role::Door)
        .post(&publish, json!({}))
        .await;
    door.problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = stage
        .manager
        .post("/events/evt_01JZ8Q4V3M0000000000000000/publish", json!({}))
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_changes_nothing() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    stage.told();
    stage.app.store().fail_next(Fault::Busy);
    let reply = stage.manager.post(&format!("{event}/publish"), json!({})).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(stage.manager.get(&event).await.json()["status"], "draft");
    assert!(stage.told().is_empty());
}
