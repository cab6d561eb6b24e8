use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use crate::people::{app, sign_up};

#[tokio::test]
async fn organizers_come_page_by_page_the_oldest_first() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    for name in ["One", "Two", "Three"] {
        let made = ada.client.post("/organizers", json!({ "name": name })).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        app.advance(SignedDuration::from_secs(1));
    }
    let mut names = Vec::new();
    let mut path = "/organizers?limit=2".to_owned();
    for _ in 0..2 {
        let page = ada.client.get(&path).await.expect(StatusCode::OK);
        for organizer in page["items"].as_array().unwrap() {
            names.push(organizer["name"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/organizers?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["One", "Two", "Three"]);
}

#[tokio::test]
async fn others_do_not_see_them() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let eve = sign_up(&app, "eve@example.org").await;
    ada.client
        .post("/organizers", json!({ "name": "Jazz Club" }))
        .await;
    let list = eve.client.get("/organizers").await.expect(StatusCode::OK);
    assert_eq!(list, json!({ "items": [], "next_cursor": null }));
    let guest = app.as_guest().get("/organizers").await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn a_limit_and_a_cursor_that_are_none_are_named() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let reply = ada.client.get("/organizers?limit=101").await;
    assert_eq!(reply.bad_fields(), ["/limit"]);
    let reply = ada.client.get("/organizers?cursor=nonsense").await;
    assert_eq!(reply.bad_fields(), ["/cursor"]);
}

#[tokio::test]
async fn nothing_is_listed_while_the_store_is_away() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    ada.client.get("/organizers").await.expect(StatusCode::OK);
    app.store().begin_outage();
    let reply = ada.client.get("/organizers").await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
