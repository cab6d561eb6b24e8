use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_domain::messages::EventStatus;

use crate::stage::{Stage, list};

#[tokio::test]
async fn anyone_sees_what_can_be_had_now() {
    let stage = Stage::of(Some(10)).await;
    let (floor, balcony) = (stage.priced(None).await, stage.priced(Some(4)).await);
    stage.held(&[(&floor, 3), (&balcony, 1)]).await;
    let reply = stage.app.as_guest().get(&stage.path("ticket-types")).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let listed = reply.expect(StatusCode::OK);
    assert_eq!(listed["event_available"], 6);
    assert!(listed["next_cursor"].is_null());
    let available: Vec<_> = list(&listed, "items")
        .iter()
        .map(|it| (it["id"].clone(), it["quantity"].clone(), it["available"].clone()))
        .collect();
    assert_eq!(
        available,
        [
            (json!(floor), json!(null), json!(6)),
            (json!(balcony), json!(4), json!(3))
        ]
    );
}

#[tokio::test]
async fn nothing_is_on_sale_once_the_event_is_over() {
    let stage = Stage::of(None).await;
    stage.free(None).await;
    stage.app.advance(SignedDuration::from_hours(24 * 180));
    let listed = stage.app.as_guest().get(&stage.path("ticket-types")).await.json();
    assert_eq!(listed["items"][0]["on_sale"], false);
    assert!(listed["event_available"].is_null());
}

#[tokio::test]
async fn a_draft_is_for_members() {
    let stage = Stage::of(None).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, None));
    let path = stage.path("ticket-types");
    let guest = stage.app.as_guest().get(&path).await;
    guest.problem(StatusCode::NOT_FOUND, "not-found");
    let stranger = stage.app.as_user(stage.app.user());
    stranger
        .get(&path)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    stage.manager.get(&path).await.expect(StatusCode::OK);
    // Published, though the message is still under way: to guests and strangers alike.
    stage.registration_knows(&stage.published(2, None));
    stranger.get(&path).await.expect(StatusCode::OK);
    stage.app.as_guest().get(&path).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_event_is_not_there() {
    let stage = Stage::of(None).await;
    for event in ["evt_01JZ8Q4V3M0000000000000000", "nonsense"] {
        let reply = stage.manager.get(&format!("/events/{event}/ticket-types")).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}
