//! The kit, tried on a service of a few lines.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use turnout_bus::{Group, Handler, HandlerError};
use turnout_domain::{Envelope, Message, MessageId, OrganizerId};
use turnout_http::{Caller, Edge, Manage, Path, PeerCaller, Problem, Role, SignedIn};
use turnout_store::{Change, Document, Expect, Fault, Key, NewItem, Table};
use turnout_test_kit::{Ports, TestApp};

const TABLE: Table = Table("events");

#[derive(Clone)]
struct Service(Ports);

impl FromRef<Service> for Edge {
    fn from_ref(service: &Service) -> Self {
        service.0.edge.clone()
    }
}

#[derive(Serialize, Deserialize)]
struct Rung {
    by: String,
}

impl Message for Rung {
    const KIND: &'static str = "bell.rung";
}

struct Ears(Arc<Mutex<Vec<Envelope>>>);

#[async_trait]
impl Handler for Ears {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.lock().unwrap().push(message.clone());
        Ok(())
    }
}

async fn ring(State(Service(ports)): State<Service>, caller: SignedIn) -> Result<StatusCode, Problem> {
    let now = ports.clock.now();
    let ulid = ports.ids.ulid(now);
    let rung = Envelope::new(
        MessageId::from_ulid(ulid),
        now,
        &Rung {
            by: caller.user.to_string(),
        },
    );
    let item = NewItem::new(Key::new(TABLE, "bell", ulid.to_string()), Document::empty());
    let change = Change::of(TABLE).put(item, Expect::Absent).emit(rung);
    ports.store.commit(change).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn manage(
    State(Service(ports)): State<Service>,
    caller: Caller,
    Path(organizer): Path<OrganizerId>,
) -> Result<&'static str, Problem> {
    ports.edge.permit::<Manage>(&caller, organizer).await?;
    Ok("ok")
}

async fn app() -> (TestApp, Arc<Mutex<Vec<Envelope>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::new(Ears(heard.clone()));
    let app = TestApp::serving(async |ports| {
        let group = Group {
            name: "tests-ears",
            kinds: &[Rung::KIND],
        };
        ports.bus.join(group, ears).await.unwrap();
        Router::new()
            .route("/ring", post(ring))
            .route("/manage/{organizer}", get(manage))
            .route("/internal/bell", get(async |_: PeerCaller| "ok"))
            .with_state(Service(ports))
    })
    .await;
    (app, heard)
}

#[tokio::test]
async fn what_a_change_emits_is_delivered_on_demand() {
    let (app, heard) = app().await;
    let user = app.as_user(app.user());
    assert_eq!(user.post("/ring", json!({})).await.status(), StatusCode::ACCEPTED);
    assert_eq!(app.messages().len(), 1);
    assert!(heard.lock().unwrap().is_empty());
    assert_eq!(app.deliver_messages().await, 1);
    let rung = heard.lock().unwrap()[0].open::<Rung>().unwrap().unwrap();
    assert_eq!(rung.by, user.user().to_string());
    app.publish(&rung).await;
    assert_eq!(heard.lock().unwrap().len(), 2);
}

#[tokio::test]
#[should_panic(expected = "messages were left unsent (bell.rung)")]
async fn an_app_that_is_dropped_with_messages_unsent_panics() {
    let (app, _) = app().await;
    app.as_user(app.user()).post("/ring", json!({})).await;
}

#[tokio::test]
async fn callers_are_who_the_test_says() {
    let (app, _) = app().await;
    let organizer = app.organizer();
    let path = format!("/manage/{organizer}");
    let guest = app.as_guest().get(&path).await;
    guest.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app.as_user(app.user()).get(&path).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let door = app.as_member(organizer, Role::Door).get(&path).await;
    door.problem(StatusCode::FORBIDDEN, "forbidden");
    let owner = app.as_member(organizer, Role::Owner);
    assert_eq!(owner.get(&path).await.status(), StatusCode::OK);
    app.advance(SignedDuration::from_hours(366 * 24));
    owner
        .get(&path)
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let peer = app.as_peer().get("/internal/bell").await;
    assert_eq!(peer.status(), StatusCode::OK);
    let guest = app.as_guest().get("/internal/bell").await;
    guest.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn store_and_peers_fail_on_demand() {
    let (app, _) = app().await;
    let organizer = app.organizer();
    let owner = app.as_member(organizer, Role::Owner);
    app.store().fail_next(Fault::Busy);
    let busy = owner.post("/ring", json!({})).await;
    busy.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    app.identity().goes_down();
    let path = format!("/manage/{organizer}");
    // The key of the token is known by now, so it is the question for the role that gets no answer.
    let down = owner.get(&path).await;
    down.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    app.identity().comes_back();
    assert_eq!(owner.get(&path).await.status(), StatusCode::OK);
    let asked = app.identity().calls().pop().unwrap().path;
    assert_eq!(
        asked,
        format!("/internal/organizers/{organizer}/members/{}", owner.user())
    );
}
