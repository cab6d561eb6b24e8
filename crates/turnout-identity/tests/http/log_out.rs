use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use turnout_test_kit::{Reply, TestApp};

use crate::people::{PASSWORD, app, cookie, device, log_in, refresh, sign_up};

async fn log_out(app: &TestApp, cookie: &str) -> Reply {
    let page = app.as_guest().with("cookie", cookie);
    page.send(Method::POST, "/auth/logout", None).await
}

#[tokio::test]
async fn this_device_is_signed_out_and_others_are_not() {
    let app = app().await;
    let phone = sign_up(&app, "ada@example.org").await;
    let laptop = log_in(&app, "ada@example.org", PASSWORD).await;
    let laptop = device(&app, &laptop, StatusCode::OK);
    let reply = log_out(&app, &phone.cookie).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    let cleared = reply.header("set-cookie").unwrap();
    assert_eq!(
        cleared,
        "turnout_refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    );
    let phone = refresh(&app, &phone.cookie).await;
    phone.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    assert_eq!(refresh(&app, &laptop.cookie).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_that_was_used_already_still_signs_out() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let next = cookie(&refresh(&app, &ada.cookie).await);
    app.advance(SignedDuration::from_hours(1));
    assert_eq!(log_out(&app, &ada.cookie).await.status(), StatusCode::NO_CONTENT);
    let reply = refresh(&app, &next).await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn signing_out_twice_and_without_a_cookie_is_fine() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    for cookie in [
        ada.cookie.as_str(),
        ada.cookie.as_str(),
        "",
        "turnout_refresh=nonsense",
    ] {
        assert_eq!(log_out(&app, cookie).await.status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_page_of_another_host_cannot_sign_anyone_out() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let page = app.as_guest().with("cookie", ada.cookie.as_str());
    let page = page
        .with("host", "tickets.example.org")
        .with("origin", "https://evil.example");
    let reply = page.send(Method::POST, "/auth/logout", None).await;
    reply.problem(StatusCode::FORBIDDEN, "forbidden");
    assert_eq!(refresh(&app, &ada.cookie).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_is_told_to_be_signed_out_while_the_store_is_away() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.store().begin_outage();
    let reply = log_out(&app, &ada.cookie).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert!(reply.header("set-cookie").is_none());
}
