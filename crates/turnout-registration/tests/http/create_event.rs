use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::{EventChange, EventStatus};
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{Stage, path};

#[tokio::test]
async fn an_event_is_created_as_a_draft() {
    let stage = Stage::new().await;
    let reply = stage
        .manager
        .post(
            "/events",
            stage.jazz_with(&json!({
                "title": "  Jazz Night ",
                "description": "Improvised,\r\nand loud.",
                "venue": { "name": "Café Luso", "address": "Travessa da Queimada 10" },
                "max_capacity": 200,
                "colour": "blue",
            })),
        )
        .await;
    let event = reply.expect(StatusCode::CREATED);
    assert_eq!(reply.header("etag"), Some("\"1\""));
    let expected = json!({
        "id": event["id"],
        "organizer_id": stage.organizer,
        "title": "Jazz Night",
        "description": "Improvised,\nand loud.",
        "venue": { "name": "Café Luso", "address": "Travessa da Queimada 10" },
        "starts_at": "2027-07-04T20:00:00+01:00",
        "ends_at": "2027-07-04T23:00:00+01:00",
        "time_zone": "Europe/Lisbon",
        "status": "draft",
        "max_capacity": 200,
        "registered_users": 0,
        "published_at": null,
        "cancelled_at": null,
        "created_at": "2027-01-15T12:00:00Z",
        "updated_at": "2027-01-15T12:00:00Z",
        "version": 1,
    });
    assert_eq!(event, expected);
    assert_eq!(
        stage.manager.get(&path(&event)).await.expect(StatusCode::OK),
        expected
    );
}

#[tokio::test]
async fn what_may_be_left_out_or_blank_is_null() {
    let stage = Stage::new().await;
    let event = stage
        .draft(json!({ "description": " ", "venue": { "name": "Luso", "address": "" } }))
        .await;
    assert_eq!(event["description"], json!(null));
    assert_eq!(event["venue"], json!({ "name": "Luso", "address": null }));
    assert_eq!(event["max_capacity"], json!(null));
    let event = stage
        .draft(json!({ "description": null, "venue": null, "max_capacity": null }))
        .await;
    assert_eq!(event["venue"], json!(null));
}

#[tokio::test]
async fn a_new_event_is_told_whole() {
    let stage = Stage::new().await;
    let event = stage
        .draft(json!({ "max_capacity": 50, "venue": { "name": "Luso" } }))
        .await;
    let told = stage.told();
    assert_eq!(told.len(), 1);
    assert_eq!(json!(told[0].event_id), event["id"]);
    assert_eq!(told[0].organizer_id, stage.organizer);
    assert_eq!((told[0].version, told[0].change), (1, EventChange::Created));
    assert_eq!(told[0].status, EventStatus::Draft);
    assert_eq!(told[0].title, "Jazz Night");
    assert_eq!(told[0].starts_at.to_rfc3339(), "2027-07-04T20:00:00+01:00");
    assert_eq!(told[0].venue_name.as_deref(), Some("Luso"));
    assert_eq!(told[0].max_capacity, Some(50));
}

#[tokio::test]
async fn a_time_with_an_offset_is_turned_into_the_zones_wall_clock() {
    let stage = Stage::new().await;
    let event = stage
        .draft(json!({ "starts_at": "2027-07-04T19:00:00Z", "time_zone": "europe/lisbon" }))
        .await;
    assert_eq!(event["starts_at"], "2027-07-04T20:00:00+01:00");
    assert_eq!(event["time_zone"], "Europe/Lisbon");
}

#[tokio::test]
async fn all_bad_fields_come_back_together() {
    let stage = Stage::new().await;
    let reply = stage.manager.post("/events", json!({})).await;
    let required = ["/organizer_id", "/title", "/time_zone", "/starts_at", "/ends_at"];
    assert_eq!(reply.bad_fields(), required);

    let body = json!({
        "organizer_id": "org_1",
        "title": "x".repeat(151),
        "description": "x".repeat(10_001),
        "venue": { "name": "", "address": "x".repeat(301) },
        "time_zone": "Mars/Base",
        "starts_at": "soon",
        "ends_at": 7,
        "max_capacity": 0,
    });
    let reply = stage.manager.post("/events", body).await;
    let bad = [
        "/organizer_id",
        "/title",
        "/description",
        "/venue/name",
        "/venue/address",
        "/time_zone",
        "/starts_at",
        "/ends_at",
        "/max_capacity",
    ];
    assert_eq!(reply.bad_fields(), bad);
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn fields_of_another_type_and_out_of_bounds_are_named() {
    let stage = Stage::new().await;
    for (fields, pointer) in [
        (json!({ "title": 5 }), "/title"),
        (json!({ "title": "a\u{0}b" }), "/title"),
        (json!({ "venue": "Luso" }), "/venue"),
        (json!({ "venue": {} }), "/venue/name"),
        (json!({ "max_capacity": "many" }), "/max_capacity"),
        (json!({ "max_capacity": 2.5 }), "/max_capacity"),
        (json!({ "max_capacity": -1 }), "/max_capacity"),
        (json!({ "max_capacity": 1_000_001 }), "/max_capacity"),
        (json!({ "starts_at": "2027-01-15T12:00:00Z" }), "/starts_at"),
        (json!({ "starts_at": "2027-07-04T23:00:00" }), "/ends_at"),
        (json!({ "ends_at": "2028-07-04T20:00:01" }), "/ends_at"),
        (
            json!({ "starts_at": "2037-01-16T20:00:00", "ends_at": "2037-01-17T20:00:00" }),
            "/starts_at",
        ),
    ] {
        let reply = stage.manager.post("/events", stage.jazz_with(&fields)).await;
        assert_eq!(reply.bad_fields(), [pointer], "{fields}");
    }
}

#[tokio::test]
async fn both_times_can_be_wrong_at_once() {
    let stage = Stage::new().await;
    let times = json!({ "starts_at": "2026-07-04T20:00:00", "ends_at": "2026-07-04T19:00:00" });
    let reply = stage.manager.post("/events", stage.jazz_with(&times)).await;
    assert_eq!(reply.bad_fields(), ["/starts_at", "/ends_at"]);
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let stage = Stage::new().await;
    let reply = stage.manager.post("/events", json!("jazz")).await;
    reply.problem(StatusCode::BAD_REQUEST, "malformed-json");
}

#[tokio::test]
async fn only_who_manages_the_organizer_creates_its_events() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let guest = app.as_guest().post("/events", stage.jazz()).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    for (stranger, what) in [
        (app.as_user(app.user()), "nobody's member"),
        (app.as_member(app.organizer(), Role::Owner), "another's owner"),
    ] {
        let reply = stranger.post("/events", stage.jazz()).await;
        assert_eq!(
            reply.problem(StatusCode::NOT_FOUND, "not-found")["status"],
            404,
            "{what}"
        );
    }
    for role in [Role::BoxOffice, Role::Door, Role::Viewer] {
        let reply = app
            .as_member(stage.organizer, role)
            .post("/events", stage.jazz())
            .await;
        reply.problem(StatusCode::FORBIDDEN, "forbidden");
    }
    let owner = app.as_member(stage.organizer, Role::Owner);
    owner
        .post("/events", stage.jazz())
        .await
        .expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_leaves_nothing() {
    let stage = Stage::new().await;
    stage.app.store().fail_next(Fault::Busy);
    let reply = stage.manager.post("/events", stage.jazz()).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert!(reply.header("retry-after").is_some());
    assert!(stage.told().is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_the_event_created_once() {
    let stage = Stage::new().await;
    stage.app.store().fail_next(Fault::LoseReply);
    stage.app.store().fail_next(Fault::LoseRequest);
    let event = stage.draft(json!({})).await;
    assert_eq!(event["version"], 1);
    assert_eq!(stage.told().len(), 1);
}

#[tokio::test]
async fn identity_that_does_not_answer_is_503() {
    let stage = Stage::new().await;
    // The keys are known by now, the role is asked for each time.
    stage.draft(json!({})).await;
    stage.app.identity().goes_down();
    let reply = stage.manager.post("/events", stage.jazz()).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
