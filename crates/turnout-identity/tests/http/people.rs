//! The app, and people who sign up with it.

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_identity::Identity;
use turnout_test_kit::{Client, Ports, Reply, TestApp};

pub const PASSWORD: &str = "correct horse battery";

pub async fn app() -> TestApp {
    TestApp::serving_identity(async |ports| router(ports, false)).await
}

pub fn router(ports: Ports, cookies_secure: bool) -> Router {
    let identity = Identity::new(ports.store, ports.clock, ports.ids, ports.edge, cookies_secure);
    let (public, _) = turnout_identity::routes(identity.clone()).split_for_parts();
    public.merge(turnout_identity::internal_routes(identity))
}

/// A device that is signed in.
pub struct Device {
    pub client: Client,
    pub session: Value,
    /// What the browser keeps: `turnout_refresh=…`.
    pub cookie: String,
}

impl Device {
    pub fn user_id(&self) -> &str {
        self.session["user"]["id"].as_str().expect("a user")
    }
}

pub async fn sign_up(app: &TestApp, email: &str) -> Device {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    let reply = app.as_guest().post("/auth/signup", body).await;
    device(app, &reply, StatusCode::CREATED)
}

pub async fn log_in(app: &TestApp, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    app.as_guest().post("/auth/login", body).await
}

/// What a page does that wants to stay signed in.
pub async fn refresh(app: &TestApp, cookie: &str) -> Reply {
    let page = app.as_guest().with("cookie", cookie);
    page.send(axum::http::Method::POST, "/auth/refresh", None).await
}

#[track_caller]
pub fn device(app: &TestApp, reply: &Reply, status: StatusCode) -> Device {
    let session = reply.expect(status);
    let token = session["access_token"].as_str().expect("an access token");
    Device {
        client: app.bearing(token),
        cookie: cookie(reply),
        session,
    }
}

/// The cookie without its attributes.
#[track_caller]
pub fn cookie(reply: &Reply) -> String {
    let header = reply.header("set-cookie").expect("a cookie");
    header.split(';').next().expect("a first part").to_owned()
}
