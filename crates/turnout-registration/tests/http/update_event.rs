use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{EventChange, EventStatus};
use turnout_http::Role;
use turnout_store::{Fault, Gate};

use crate::stage::{Stage, path};

#[tokio::test]
async fn an_edit_changes_what_it_names_and_leaves_the_rest() {
    let stage = Stage::new().await;
    let fields = json!({ "description": "Loud.", "venue": { "name": "Luso", "address": "Queimada 10" } });
    let event = stage.published(fields).await;
    stage.told();
    stage.app.advance(SignedDuration::from_mins(1));
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "title": "Jazz Nights", "colour": 1 }))
        .await;
    let mut expected = event.clone();
    expected["title"] = json!("Jazz Nights");
    expected["version"] = json!(3);
    expected["updated_at"] = json!("2027-01-15T12:01:00Z");
    assert_eq!(reply.expect(StatusCode::OK), expected);
    assert_eq!(reply.header("etag"), Some("\"3\""));
    assert_eq!(stage.manager.get(&path(&event)).await.json(), expected);
    let told = stage.told();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].version, told[0].change),
        (3, EventChange::Updated { moved: false })
    );
    assert_eq!(
        (told[0].status, told[0].title.as_str()),
        (EventStatus::Published, "Jazz Nights")
    );
}

#[tokio::test]
async fn null_clears_what_may_be_missing() {
    let stage = Stage::new().await;
    let fields = json!({ "description": "Loud.", "venue": { "name": "Luso" }, "max_capacity": 50 });
    let event = stage.draft(fields).await;
    let patch = json!({ "description": null, "venue": null, "max_capacity": null });
    let edited = stage
        .manager
        .patch(&path(&event), patch)
        .await
        .expect(StatusCode::OK);
    for field in ["description", "venue", "max_capacity"] {
        assert_eq!(edited[field], json!(null), "{field}");
    }
}

#[tokio::test]
async fn null_does_not_clear_what_must_be_there() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({})).await;
    let patch = json!({ "title": null, "starts_at": null, "ends_at": null, "time_zone": null });
    let bad = stage.manager.patch(&path(&event), patch).await.bad_fields();
    assert_eq!(bad, ["/title", "/time_zone", "/starts_at", "/ends_at"]);
}

#[tokio::test]
async fn a_venue_is_replaced_whole() {
    let stage = Stage::new().await;
    let event = stage
        .draft(json!({ "venue": { "name": "Luso", "address": "Queimada 10" } }))
        .await;
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "venue": { "name": "Coliseu" } }))
        .await;
    assert_eq!(
        reply.expect(StatusCode::OK)["venue"],
        json!({ "name": "Coliseu", "address": null })
    );
}

#[tokio::test]
async fn an_edit_of_time_zone_or_venue_moves_the_event() {
    let stage = Stage::new().await;
    for (patch, moved) in [
        (json!({ "description": "Louder." }), false),
        (json!({ "starts_at": "2027-07-04T19:30:00" }), true),
        (json!({ "ends_at": "2027-07-04T23:30:00" }), true),
        (json!({ "time_zone": "Europe/Oslo" }), true),
        (json!({ "venue": { "name": "Coliseu" } }), true),
    ] {
        let event = stage.draft(json!({})).await;
        stage.told();
        stage
            .manager
            .patch(&path(&event), patch.clone())
            .await
            .expect(StatusCode::OK);
        assert_eq!(stage.told()[0].change, EventChange::Updated { moved }, "{patch}");
    }
}

#[tokio::test]
async fn another_zone_keeps_the_wall_clock_and_a_time_is_read_in_the_zone_that_stands() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    let moved = stage
        .manager
        .patch(&event, json!({ "time_zone": "Europe/Oslo" }))
        .await
        .json();
    assert_eq!(moved["starts_at"], "2027-07-04T20:00:00+02:00");
    assert_eq!(moved["ends_at"], "2027-07-04T23:00:00+02:00");
    let moved = stage
        .manager
        .patch(&event, json!({ "starts_at": "2027-07-04T21:00:00" }))
        .await
        .json();
    assert_eq!(moved["starts_at"], "2027-07-04T21:00:00+02:00");
}

#[tokio::test]
async fn all_bad_fields_come_back_together() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({})).await;
    let patch = json!({
        "title": "",
        "description": 7,
        "venue": { "address": 7 },
        "time_zone": "Mars/Base",
        "starts_at": "soon",
        "ends_at": "later",
        "max_capacity": 0,
    });
    let bad = stage.manager.patch(&path(&event), patch).await.bad_fields();
    let expected = [
        "/title",
        "/description",
        "/venue/name",
        "/venue/address",
        "/time_zone",
        "/starts_at",
        "/ends_at",
        "/max_capacity",
    ];
    assert_eq!(bad, expected);
    let patch = json!({ "title": "", "starts_at": "2027-07-05T00:00:00" });
    assert_eq!(
        stage.manager.patch(&path(&event), patch).await.bad_fields(),
        ["/title", "/ends_at"]
    );
}

#[tokio::test]
async fn an_event_that_runs_is_prolonged_but_not_moved_into_the_past() {
    let stage = Stage::new().await;
    let times = json!({ "starts_at": "2027-01-15T13:00:00Z", "ends_at": "2027-01-15T15:00:00Z" });
    let event = path(&stage.published(times).await);
    stage.app.advance(SignedDuration::from_hours(2));
    let longer = stage
        .manager
        .patch(
            &event,
            json!({ "ends_at": "2027-01-15T16:00:00Z", "title": "Encore" }),
        )
        .await;
    longer.expect(StatusCode::OK);
    let over = stage
        .manager
        .patch(&event, json!({ "ends_at": "2027-01-15T13:30:00Z" }))
        .await;
    assert_eq!(over.bad_fields(), ["/ends_at"]);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_leaves_the_version() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({})).await;
    stage.told();
    for patch in [
        json!({}),
        json!({ "title": "Jazz Night", "starts_at": "2027-07-04T19:00:00Z" }),
    ] {
        let reply = stage.manager.patch(&path(&event), patch).await;
        assert_eq!(reply.expect(StatusCode::OK), event);
    }
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn an_edit_based_on_another_version_is_412() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    let based_on = |tag: &str| stage.manager.clone().with("if-match", tag.to_owned());
    let first = based_on("\"1\"").patch(&event, json!({ "title": "One" })).await;
    first.expect(StatusCode::OK);
    let second = based_on("\"1\"").patch(&event, json!({ "title": "Two" })).await;
    second.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    assert_eq!(stage.manager.get(&event).await.json()["title"], "One");
    based_on("*")
        .patch(&event, json!({ "title": "Three" }))
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn what_is_cancelled_or_over_is_not_edited() {
    let stage = Stage::new().await;
    let edit = json!({ "title": "Jazz Nights" });
    let cancelled = path(&stage.published(json!({})).await);
    stage
        .manager
        .post(&format!("{cancelled}/cancel"), json!({}))
        .await
        .expect(StatusCode::OK);
    let reply = stage.manager.patch(&cancelled, edit.clone()).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
    let ended = path(&stage.published(json!({})).await);
    stage.app.advance(SignedDuration::from_hours(24 * 200));
    let reply = stage.manager.patch(&ended, edit).await;
    reply.problem(StatusCode::CONFLICT, "conflict");
}

#[tokio::test]
async fn only_who_manages_the_organizer_edits() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let event = path(&stage.published(json!({})).await);
    let edit = json!({ "title": "Mine now" });
    let guest = app.as_guest().patch(&event, edit.clone()).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app
        .as_member(app.organizer(), Role::Owner)
        .patch(&event, edit.clone())
        .await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let viewer = app
        .as_member(stage.organizer, Role::Viewer)
        .patch(&event, edit.clone())
        .await;
    viewer.problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = stage
        .manager
        .patch("/events/evt_01JZ8Q4V3M0000000000000000", edit)
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}

/// Lets an edit of the description wait where it commits, while `meanwhile` edits the event.
async fn race(stage: &Stage, event: &str, based_on: &str, meanwhile: Value) -> turnout_test_kit::Reply {
    let gate = Gate::closed();
    // Its two reads pass, its commit waits.
    for _ in 0..3 {
        stage.app.store().fail_next(Fault::Wait(gate.clone()));
    }
    let slow = stage.manager.clone().with("if-match", based_on.to_owned());
    let edit = slow.patch(event, json!({ "description": "Loud." }));
    let other = async {
        for _ in 0..2 {
            gate.reached().await;
            gate.open();
        }
        gate.reached().await;
        stage.manager.patch(event, meanwhile).await.expect(StatusCode::OK);
        gate.open();
    };
    let (reply, ()) = futures::join!(edit, other);
    reply
}

#[tokio::test]
async fn two_edits_at_a_time_both_take_effect() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    let reply = race(&stage, &event, "*", json!({ "title": "Jazz Nights" })).await;
    let edited = reply.expect(StatusCode::OK);
    assert_eq!(
        (&edited["title"], &edited["description"]),
        (&json!("Jazz Nights"), &json!("Loud."))
    );
    assert_eq!(edited["version"], 3);
    let versions: Vec<u64> = stage.told().iter().map(|told| told.version).collect();
    assert_eq!(versions, [1, 2, 3]);
}

#[tokio::test]
async fn of_two_edits_of_one_version_at_a_time_the_later_is_412() {
    let stage = Stage::new().await;
    let event = path(&stage.draft(json!({})).await);
    let reply = race(&stage, &event, "\"1\"", json!({ "title": "Jazz Nights" })).await;
    reply.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    assert_eq!(stage.manager.get(&event).await.json()["description"], json!(null));
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_changes_nothing() {
    let stage = Stage::new().await;
    let event = stage.draft(json!({})).await;
    stage.told();
    stage.app.store().fail_next(Fault::Busy);
    let reply = stage
        .manager
        .patch(&path(&event), json!({ "title": "Jazz Nights" }))
        .await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(stage.manager.get(&path(&event)).await.json(), event);
    assert!(stage.told().is_empty());
}
