use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::UserId;
use turnout_store::{Change, Condition, Key, Store, Table};

use crate::people::{app, sign_up};

#[tokio::test]
async fn a_new_organizer_is_there_at_once() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let me = ada.client.get("/me").await.expect(StatusCode::OK);
    assert_eq!(me, json!({ "user": ada.session["user"], "organizers": [] }));
    let made = ada
        .client
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    let made = made.expect(StatusCode::CREATED);
    let me = ada.client.get("/me").await.expect(StatusCode::OK);
    assert_eq!(me["organizers"], json!([made]));
    let eve = sign_up(&app, "eve@example.org").await;
    let me = eve.client.get("/me").await.expect(StatusCode::OK);
    assert_eq!(me["organizers"], json!([]));
}

#[tokio::test]
async fn a_guest_is_nobody() {
    let app = app().await;
    let reply = app.as_guest().get("/me").await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let reply = app.bearing("nonsense").get("/me").await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn a_token_that_outlives_its_account_is_nobodys() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let id: UserId = ada.user_id().parse().unwrap();
    let table = Table("identity");
    let gone = Change::of(table).delete(Key::new(table, format!("user#{id}"), "user"), Condition::Exists);
    app.store().commit(gone).await.unwrap();
    let reply = ada.client.get("/me").await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn nobody_is_known_while_the_store_is_away() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.store().begin_outage();
    let reply = ada.client.get("/me").await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
