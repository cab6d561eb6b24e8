use axum::http::StatusCode;
use serde_json::Value;
use turnout_store::{Fault, Gate};
use turnout_test_kit::{Ports, TestApp};

use crate::people::{app, router, sign_up};

async fn keys(app: &TestApp) -> Value {
    app.as_guest().get("/auth/keys").await.expect(StatusCode::OK)
}

#[tokio::test]
async fn the_keys_are_public_and_may_be_kept_for_five_minutes() {
    let app = app().await;
    let reply = app.as_guest().get("/auth/keys").await;
    let keys = reply.expect(StatusCode::OK);
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(keys["keys"][0]["kty"], "OKP");
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    assert!(keys["keys"][0].get("d").is_none(), "the secret part stays here");
}

/// A second process on the same data.
async fn another(app: &TestApp) -> TestApp {
    let store = app.ports().store;
    TestApp::serving_identity(async |ports| router(Ports { store, ..ports }, false)).await
}

#[tokio::test]
async fn two_processes_agree_on_one_key_also_when_they_race_for_it() {
    let app = app().await;
    let other = another(&app).await;
    // The first has seen that there is none and is about to insert its own, while the second does the same.
    let [reads, inserts] = [Gate::closed(), Gate::closed()];
    reads.open();
    app.store().fail_next(Fault::Wait(reads));
    app.store().fail_next(Fault::Wait(inserts.clone()));
    let second = async {
        inserts.reached().await;
        let second = keys(&other).await;
        inserts.open();
        second
    };
    let (first, second) = futures::join!(keys(&app), second);
    assert_eq!(first, second);
    assert_eq!(keys(&app).await, keys(&other).await);
}

#[tokio::test]
async fn a_token_of_one_process_is_good_in_another() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let token = ada.session["access_token"].as_str().unwrap();
    let me = another(&app).await.bearing(token).get("/me").await;
    assert_eq!(me.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_key_is_made_once_the_store_answers_again() {
    let app = app().await;
    app.store().begin_outage();
    let reply = app.as_guest().get("/auth/keys").await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    app.store().end_outage();
    app.store().fail_next(Fault::LoseReply);
    assert_eq!(keys(&app).await, keys(&app).await);
}

#[tokio::test]
async fn a_token_with_another_signature_is_refused() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let eve = sign_up(&app, "eve@example.org").await;
    let [ada, eve] = [&ada, &eve].map(|device| device.session["access_token"].as_str().unwrap());
    let signature = ada.rsplit_once('.').unwrap().1;
    let forged = format!("{}.{signature}", eve.rsplit_once('.').unwrap().0);
    let reply = app.bearing(&forged).get("/me").await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}
