use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_http::Role;

use crate::stage::{Stage, path};

#[tokio::test]
async fn everyone_sees_a_published_event_with_its_etag() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let reply = stage.app.as_guest().get(&path(&event)).await;
    assert_eq!(reply.expect(StatusCode::OK), event);
    assert_eq!(reply.header("etag"), Some("\"2\""));
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn a_draft_is_only_for_members() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let draft = path(&stage.draft(json!({})).await);
    for role in [
        Role::Owner,
        Role::Manager,
        Role::BoxOffice,
        Role::Door,
        Role::Viewer,
    ] {
        app.as_member(stage.organizer, role)
            .get(&draft)
            .await
            .expect(StatusCode::OK);
    }
    for other in [
        app.as_guest(),
        app.as_user(app.user()),
        app.as_member(app.organizer(), Role::Owner),
    ] {
        other
            .get(&draft)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn a_cancelled_event_stays_visible_also_one_that_was_never_published() {
    let stage = Stage::new().await;
    for event in [stage.draft(json!({})).await, stage.published(json!({})).await] {
        let cancel = format!("{}/cancel", path(&event));
        stage
            .manager
            .post(&cancel, json!({}))
            .await
            .expect(StatusCode::OK);
        let seen = stage
            .app
            .as_guest()
            .get(&path(&event))
            .await
            .expect(StatusCode::OK);
        assert_eq!(seen["status"], "cancelled");
    }
}

#[tokio::test]
async fn an_event_has_ended_when_its_end_is_past() {
    let stage = Stage::new().await;
    let event = stage
        .published(json!({ "starts_at": "2027-01-15T13:00:00Z", "ends_at": "2027-01-15T14:00:00Z" }))
        .await;
    stage.app.advance(SignedDuration::from_mins(119));
    let guest = stage.app.as_guest();
    assert_eq!(guest.get(&path(&event)).await.json()["status"], "published");
    stage.app.advance(SignedDuration::from_mins(1));
    assert_eq!(guest.get(&path(&event)).await.json()["status"], "ended");
}

#[tokio::test]
async fn what_names_no_event_is_404() {
    let stage = Stage::new().await;
    for path in [
        "/events/evt_01JZ8Q4V3M0000000000000000",
        "/events/7",
        "/events/org_01JZ8Q4V3M0000000000000000",
    ] {
        stage
            .manager
            .get(path)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn an_access_token_that_is_none_is_401() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let reply = stage.app.bearing("nonsense").get(&path(&event)).await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn a_part_that_does_not_answer_is_503() {
    let stage = Stage::new().await;
    let draft = path(&stage.draft(json!({})).await);
    stage.app.identity().goes_down();
    stage
        .manager
        .get(&draft)
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    stage.app.identity().comes_back();
    stage.app.store().begin_outage();
    stage
        .manager
        .get(&draft)
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    stage.app.store().end_outage();
    stage.manager.get(&draft).await.expect(StatusCode::OK);
}
