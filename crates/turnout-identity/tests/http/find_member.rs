use axum::http::StatusCode;
use serde_json::json;

use crate::people::{app, sign_up};

#[tokio::test]
async fn our_other_services_are_told_a_members_role_and_nobody_else_is() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let made = ada
        .client
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    let organizer = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/internal/organizers/{organizer}/members/{}", ada.user_id());
    let role = app.as_peer().get(&path).await.expect(StatusCode::OK);
    assert_eq!(role, json!({ "role": "owner" }));
    for caller in [
        app.as_guest(),
        ada.client.clone(),
        app.as_guest().with("authorization", "Peer wrong"),
    ] {
        caller
            .get(&path)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn who_is_no_member_has_no_role() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let made = ada
        .client
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    let organizer = made.json()["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/internal/organizers/{organizer}/members/{}", app.user()),
        format!(
            "/internal/organizers/{}/members/{}",
            app.organizer(),
            ada.user_id()
        ),
        format!("/internal/organizers/{organizer}/members/nonsense"),
    ] {
        let reply = app.as_peer().get(&path).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn no_answer_is_not_taken_for_no_member() {
    let app = app().await;
    app.store().begin_outage();
    let path = format!("/internal/organizers/{}/members/{}", app.organizer(), app.user());
    let reply = app.as_peer().get(&path).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
