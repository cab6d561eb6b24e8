//! What organizers say.

use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::{AnnouncementPosted, EventChange, EventStatus};
use turnout_domain::{EventId, Message, OrganizerId};

use crate::house::{House, event_changed, open};

async fn event_with_holders(house: &House, organizer: OrganizerId, holders: usize) -> EventId {
    let event = house.event_id();
    let published = event_changed(
        event,
        organizer,
        1,
        EventChange::Published,
        EventStatus::Published,
    );
    house.app.publish(&published).await;
    for _ in 0..holders {
        let user = house.app.user();
        house.app.publish(&house.order(event, Some(user))).await;
        // A second order makes no second holder.
        house.app.publish(&house.order(event, Some(user))).await;
    }
    house.app.discard_messages();
    event
}

#[tokio::test]
async fn a_manager_s_words_are_on_their_way_to_every_holder() {
    let house = open().await;
    let organizer = house.app.organizer();
    let event = event_with_holders(&house, organizer, 3).await;
    let manager = house.as_user(house.member(organizer, "manager"));
    let body = json!({ "event_id": event, "message": " Doors open at 19:00. " });
    let said = manager.post("/notify", body).await.expect(StatusCode::ACCEPTED);
    assert_eq!(said["recipients"], 3);
    let messages = house.app.messages();
    assert_eq!(messages.len(), 1);
    let posted: AnnouncementPosted = messages[0].open().unwrap().expect(AnnouncementPosted::KIND);
    assert_eq!(posted.announcement_id.to_string(), said["id"]);
    assert_eq!(posted.message, "Doors open at 19:00.");
    house.app.discard_messages();
}

#[tokio::test]
async fn only_managers_speak_for_an_organizer() {
    let house = open().await;
    let organizer = house.app.organizer();
    let event = event_with_holders(&house, organizer, 1).await;
    let body = json!({ "event_id": event, "message": "Hello" });
    let door = house.as_user(house.member(organizer, "door"));
    door.post("/notify", body.clone())
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    let stranger = house.as_user(house.app.user());
    stranger
        .post("/notify", body.clone())
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let guest = house.app.as_guest().post("/notify", body).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn an_event_that_we_have_not_heard_of_is_looked_up() {
    let house = open().await;
    let organizer = house.app.organizer();
    let owner = house.as_user(house.member(organizer, "owner"));
    let event = house.event_id();
    let body = json!({ "event_id": event, "message": "Hello" });
    owner
        .post("/notify", body.clone())
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let told = event_changed(event, organizer, 1, EventChange::Created, EventStatus::Draft);
    let path = format!("/internal/events/{event}");
    house
        .app
        .registration()
        .answers(&path, serde_json::to_value(told).unwrap());
    let said = owner
        .post("/notify", body.clone())
        .await
        .expect(StatusCode::ACCEPTED);
    assert_eq!(said["recipients"], 0);
    house.app.registration().goes_down();
    owner
        .post("/notify", body)
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    house.app.discard_messages();
}

#[tokio::test]
async fn one_holder_can_be_written_to_and_nobody_else() {
    let house = open().await;
    let organizer = house.app.organizer();
    let event = event_with_holders(&house, organizer, 0).await;
    let holder = house.app.user();
    house.app.publish(&house.order(event, Some(holder))).await;
    let manager = house.as_user(house.member(organizer, "manager"));
    let body = json!({ "user_id": holder, "message": "You left your coat." });
    let said = manager
        .post("/notify", body.clone())
        .await
        .expect(StatusCode::ACCEPTED);
    assert_eq!(said["recipients"], 1);
    let inbox = house.inbox(holder, "").await;
    let written = inbox["items"].as_array().unwrap().iter();
    let written: Vec<_> = written.filter(|item| item["id"] == said["id"]).collect();
    assert_eq!(written.len(), 1);
    assert_eq!(written[0]["message"], "You left your coat.");
    assert_eq!(written[0]["kind"], "announcement");

    let other = json!({ "user_id": house.app.user(), "message": "Hello" });
    manager
        .post("/notify", other)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let door = house.as_user(house.member(organizer, "door"));
    door.post("/notify", body)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    house.app.discard_messages();
}

#[tokio::test]
async fn all_bad_fields_are_named() {
    let house = open().await;
    let client = house.as_user(house.app.user());
    let bad = async |body| client.post("/notify", body).await.bad_fields();
    assert_eq!(bad(json!({})).await, ["/event_id", "/message"]);
    let both = json!({ "event_id": house.event_id(), "user_id": house.app.user(), "message": "Hi" });
    assert_eq!(bad(both).await, ["/user_id"]);
    assert_eq!(
        bad(json!({ "event_id": "evt_1", "message": 5 })).await,
        ["/event_id", "/message"]
    );
    let long = json!({ "user_id": house.app.user(), "message": "x".repeat(2001) });
    assert_eq!(bad(long).await, ["/message"]);
    assert_eq!(
        bad(json!({ "user_id": house.app.user(), "message": " " })).await,
        ["/message"]
    );
}
