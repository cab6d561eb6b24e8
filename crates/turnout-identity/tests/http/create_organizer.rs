use axum::http::StatusCode;
use serde_json::json;
use turnout_store::Fault;

use crate::people::{app, sign_up};

#[tokio::test]
async fn whoever_makes_an_organizer_owns_it() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let reply = ada
        .client
        .post("/organizers", json!({ "name": " Jazz Club " }))
        .await;
    let made = reply.expect(StatusCode::CREATED);
    assert!(made["id"].as_str().unwrap().starts_with("org_"));
    assert_eq!(made["name"], "Jazz Club");
    assert_eq!(made["role"], "owner");
    assert_eq!(made["created_at"], "2027-01-15T12:00:00Z");
}

#[tokio::test]
async fn a_guest_has_to_sign_in_first() {
    let app = app().await;
    let reply = app
        .as_guest()
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn a_name_is_needed_and_has_bounds() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    for name in [
        json!(null),
        json!(7),
        json!(" "),
        json!("x".repeat(101)),
        json!("a\nb"),
    ] {
        let reply = ada.client.post("/organizers", json!({ "name": name })).await;
        assert_eq!(reply.bad_fields(), ["/name"]);
    }
}

#[tokio::test]
async fn nothing_is_made_while_the_store_is_away() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.store().fail_next(Fault::Busy);
    let reply = ada
        .client
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    let list = ada.client.get("/organizers").await.expect(StatusCode::OK);
    assert_eq!(list["items"], json!([]));
}
