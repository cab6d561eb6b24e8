use axum::http::StatusCode;
use serde_json::json;
use turnout_store::{Fault, Gate};
use turnout_test_kit::TestApp;

use crate::people::{PASSWORD, app, device, log_in, router, sign_up};

#[tokio::test]
async fn an_account_is_opened_and_its_device_signed_in() {
    let app = app().await;
    let body = json!({ "email": " Ada@Example.org ", "password": PASSWORD, "name": " Ada Lovelace " });
    let reply = app.as_guest().post("/auth/signup", body).await;
    let session = reply.expect(StatusCode::CREATED);
    assert_eq!(session["expires_at"], "2027-01-15T12:15:00Z");
    assert_eq!(session["user"]["email"], "Ada@Example.org");
    assert_eq!(session["user"]["name"], "Ada Lovelace");
    assert_eq!(session["user"]["created_at"], "2027-01-15T12:00:00Z");
    assert!(session["user"].get("password").is_none());
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("turnout_refresh=ses_"));
    assert!(
        cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let me = device(&app, &reply, StatusCode::CREATED).client.get("/me").await;
    assert_eq!(me.expect(StatusCode::OK)["user"], session["user"]);
}

#[tokio::test]
async fn the_cookie_is_secure_where_the_address_is_https() {
    let app = TestApp::serving_identity(async |ports| router(ports, true)).await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    assert!(reply.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let app = app().await;
    let body = json!({ "email": "ada", "password": "123456789", "name": " " });
    let reply = app.as_guest().post("/auth/signup", body).await;
    assert_eq!(reply.bad_fields(), ["/email", "/password", "/name"]);
    let body = json!({ "email": 7, "password": "x".repeat(129), "name": "x".repeat(101) });
    let reply = app.as_guest().post("/auth/signup", body).await;
    assert_eq!(reply.bad_fields(), ["/email", "/password", "/name"]);
    let reply = app.as_guest().post("/auth/signup", json!({})).await;
    assert_eq!(reply.bad_fields(), ["/email", "/password", "/name"]);
}

#[tokio::test]
async fn an_address_has_one_account_in_whatever_case() {
    let app = app().await;
    sign_up(&app, "ada@example.org").await;
    let body = json!({ "email": "ADA@example.ORG", "password": "another password", "name": "Eve" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    reply.problem(StatusCode::CONFLICT, "email-taken");
    let log_in = log_in(&app, "ada@example.org", PASSWORD).await;
    assert_eq!(log_in.expect(StatusCode::OK)["user"]["name"], "Ada");
}

#[tokio::test]
async fn two_who_sign_up_at_once_with_one_address_get_one_account() {
    let app = app().await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    let [one, other] = [app.as_guest(), app.as_guest()];
    let (one, other) = futures::join!(
        one.post("/auth/signup", body.clone()),
        other.post("/auth/signup", body.clone())
    );
    let [opened, refused] = if one.status() == StatusCode::CREATED {
        [one, other]
    } else {
        [other, one]
    };
    opened.expect(StatusCode::CREATED);
    refused.problem(StatusCode::CONFLICT, "email-taken");
}

#[tokio::test]
async fn an_answer_of_the_store_that_gets_lost_is_asked_for_again() {
    let app = app().await;
    app.store().fail_next(Fault::LoseReply);
    sign_up(&app, "ada@example.org").await;
    assert_eq!(app.store().faults_left(), 0);
}

#[tokio::test]
async fn nothing_is_opened_while_the_store_is_away() {
    let app = app().await;
    app.store().begin_outage();
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert!(reply.header("retry-after").is_some());
    app.store().end_outage();
    app.store().fail_next(Fault::Busy);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    sign_up(&app, "ada@example.org").await;
}

#[tokio::test]
async fn no_account_is_left_behind_when_its_token_cannot_be_signed() {
    let app = app().await;
    // The first read asks for the address, the second for the key to sign with.
    let open = Gate::closed();
    open.open();
    app.store().fail_next(Fault::Wait(open));
    app.store().fail_next(Fault::Unavailable);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    sign_up(&app, "ada@example.org").await;
}

#[tokio::test]
async fn asking_again_and_again_for_one_address_is_throttled() {
    let app = app().await;
    sign_up(&app, "ada@example.org").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    for _ in 0..9 {
        let reply = app.as_guest().post("/auth/signup", body.clone()).await;
        assert_eq!(reply.status(), StatusCode::CONFLICT);
    }
    let reply = app.as_guest().post("/auth/signup", body).await;
    reply.problem(StatusCode::TOO_MANY_REQUESTS, "rate-limited");
    sign_up(&app, "grace@example.org").await;
}
