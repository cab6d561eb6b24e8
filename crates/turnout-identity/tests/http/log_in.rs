use axum::http::StatusCode;
use serde_json::json;

use crate::people::{PASSWORD, app, device, log_in, sign_up};

#[tokio::test]
async fn the_right_password_signs_in_whatever_the_case_of_the_address() {
    let app = app().await;
    let first = sign_up(&app, "ada@example.org").await;
    let reply = log_in(&app, "Ada@Example.ORG", PASSWORD).await;
    let second = device(&app, &reply, StatusCode::OK);
    assert_eq!(second.user_id(), first.user_id());
    assert_ne!(second.cookie, first.cookie);
    assert_eq!(second.client.get("/me").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = app().await;
    sign_up(&app, "ada@example.org").await;
    let mut told = Vec::new();
    for (email, password) in [
        ("ada@example.org", "incorrect horse"),
        ("eve@example.org", "incorrect horse"),
        ("ada@example.org", "short"),
    ] {
        let reply = log_in(&app, email, password).await;
        let mut problem = reply.problem(StatusCode::UNAUTHORIZED, "invalid-credentials");
        problem["instance"] = json!(null);
        assert!(reply.header("set-cookie").is_none());
        told.push(problem);
    }
    assert!(told.iter().all(|problem| *problem == told[0]), "{told:?}");
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let app = app().await;
    let reply = app
        .as_guest()
        .post("/auth/login", json!({ "email": "ada" }))
        .await;
    assert_eq!(reply.bad_fields(), ["/email", "/password"]);
}

#[tokio::test]
async fn guessing_is_throttled_for_each_address() {
    let app = app().await;
    sign_up(&app, "ada@example.org").await;
    for _ in 0..10 {
        let reply = log_in(&app, "ada@example.org", "wrong").await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    }
    let reply = log_in(&app, "ADA@example.org", PASSWORD).await;
    reply.problem(StatusCode::TOO_MANY_REQUESTS, "rate-limited");
    let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    let other = log_in(&app, "grace@example.org", "wrong").await;
    assert_eq!(other.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nobody_signs_in_while_the_store_is_away() {
    let app = app().await;
    sign_up(&app, "ada@example.org").await;
    app.store().begin_outage();
    let reply = log_in(&app, "ada@example.org", PASSWORD).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
