use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_domain::messages::{EventChange, EventStatus};
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{Stage, path};

#[tokio::test]
async fn a_published_event_is_called_off_and_told_of() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    stage.told();
    stage.app.advance(SignedDuration::from_mins(1));
    let reply = stage
        .manager
        .post(&format!("{}/cancel", path(&event)), json!({}))
        .await;
    let cancelled = reply.expect(StatusCode::OK);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["published_at"], event["published_at"]);
    assert_eq!(cancelled["cancelled_at"], "2027-01-15T12:01:00Z");
    assert_eq!(cancelled["version"], 3);
    let told = stage.told();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].version, told[0].change), (3, EventChange::Cancelled));
    assert_eq!(told[0].status, EventStatus::Cancelled);
}

#[tokio::test]
async fn a_draft_is_called_off_as_well() {
    let stage = Stage::new().await;
    let draft = stage.draft(json!({})).await;
    let reply = stage
        .manager
        .post(&format!("{}/cancel", path(&draft)), json!({}))
        .await;
    let cancelled = reply.expect(StatusCode::OK);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["published_at"], json!(null));
}

#[tokio::test]
async fn cancelling_twice_is_the_same_as_once() {
    let stage = Stage::new().await;
    let cancel = format!("{}/cancel", path(&stage.published(json!({})).await));
    let event = stage
        .manager
        .post(&cancel, json!({}))
        .await
        .expect(StatusCode::OK);
    stage.told();
    stage.app.advance(SignedDuration::from_hours(24 * 300));
    let again = stage.manager.post(&cancel, json!({})).await;
    assert_eq!(again.expect(StatusCode::OK), event);
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn an_event_that_took_place_is_not_cancelled() {
    let stage = Stage::new().await;
    let cancel = format!("{}/cancel", path(&stage.published(json!({})).await));
    stage.app.advance(SignedDuration::from_hours(24 * 200));
    let reply = stage.manager.post(&cancel, json!({})).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
}

#[tokio::test]
async fn only_who_manages_the_organizer_cancels() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let cancel = format!("{}/cancel", path(&stage.published(json!({})).await));
    let guest = app.as_guest().post(&cancel, json!({})).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app.as_user(app.user()).post(&cancel, json!({})).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let viewer = app
        .as_member(stage.organizer, Role::Viewer)
        .post(&cancel, json!({}))
        .await;
    viewer.problem(StatusCode::FORBIDDEN, "forbidden");
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_changes_nothing() {
    let stage = Stage::new().await;
    let event = path(&stage.published(json!({})).await);
    stage.app.store().fail_next(Fault::Unavailable);
    let reply = stage.manager.post(&format!("{event}/cancel"), json!({})).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(stage.manager.get(&event).await.json()["status"], "published");
}
