//! What the tests begin with: the service, an organizer, someone who manages it.

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_domain::OrganizerId;
use turnout_domain::messages::EventChanged;
use turnout_http::Role;
use turnout_registration::{Registration, internal_routes, routes};
use turnout_test_kit::{Client, Ports, TestApp};

/// The service, an organizer, someone who manages it. It is 15 January 2027, 12:00 UTC.
pub struct Stage {
    pub app: TestApp,
    pub organizer: OrganizerId,
    pub manager: Client,
}

async fn registration(ports: Ports) -> Router {
    let service = Registration::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
    let started = service.start(&ports.tasks, ports.shutdown).await;
    started.expect("the bus is joined");
    let (public, _) = routes(service.clone()).split_for_parts();
    public.merge(internal_routes(service))
}

impl Stage {
    pub async fn new() -> Self {
        let app = TestApp::serving(registration).await;
        let organizer = app.organizer();
        let manager = app.as_member(organizer, Role::Manager);
        Self {
            app,
            organizer,
            manager,
        }
    }

    /// What it takes to create an event: a jazz night in Lisbon on 4 July.
    pub fn jazz(&self) -> Value {
        json!({
            "organizer_id": self.organizer,
            "title": "Jazz Night",
            "starts_at": "2027-07-04T20:00:00",
            "ends_at": "2027-07-04T23:00:00",
            "time_zone": "Europe/Lisbon",
        })
    }

    /// The jazz night with these fields in place of its own.
    pub fn jazz_with(&self, fields: &Value) -> Value {
        let mut body = self.jazz();
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    }

    /// A draft with these fields; answers the event.
    pub async fn draft(&self, fields: Value) -> Value {
        let created = self.manager.post("/events", self.jazz_with(&fields)).await;
        let event = created.expect(StatusCode::CREATED);
        // Ticketing grants whatever capacity it is asked for, until a test says otherwise.
        self.app
            .ticketing()
            .answers(&capacity_path(&event), json!({ "max_capacity": null }));
        event
    }

    /// An event on show with these fields.
    pub async fn published(&self, fields: Value) -> Value {
        let draft = self.draft(fields).await;
        let reply = self
            .manager
            .post(&format!("{}/publish", path(&draft)), json!({}))
            .await;
        reply.expect(StatusCode::OK)
    }

    /// What was told of events since the last time.
    pub fn told(&self) -> Vec<EventChanged> {
        let messages = self.app.messages();
        self.app.discard_messages();
        let opened = messages
            .iter()
            .map(|message| message.open().expect("it can be read"));
        opened
            .map(|message| message.expect("it is about an event"))
            .collect()
    }
}

impl Drop for Stage {
    /// Nobody here listens to what the service tells. The tests that are about it look at it first.
    fn drop(&mut self) {
        self.app.discard_messages();
    }
}

/// The path of an event.
pub fn path(event: &Value) -> String {
    format!("/events/{}", event["id"].as_str().expect("an id"))
}

/// Where ticketing is asked for the capacity of an event.
pub fn capacity_path(event: &Value) -> String {
    format!("/internal{}/capacity", path(event))
}

/// The titles of a list's events, in order.
pub fn titles(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list");
    items
        .iter()
        .map(|event| event["title"].as_str().expect("a title"))
        .collect()
}
