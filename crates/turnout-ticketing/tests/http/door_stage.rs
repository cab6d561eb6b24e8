//! What the tests of the door begin with.

use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_domain::messages::EventChanged;
use turnout_domain::{EventId, OrganizerId};
use turnout_http::Role;
use turnout_test_kit::{Client, Reply};

use crate::stage::{Stage, list, text};

impl Stage {
    /// Tickets of a new ticket type, in one order.
    pub async fn tickets(&self, count: u32) -> Vec<Value> {
        let seat = self.free(None).await;
        let order = self.register(&seat, count).await.expect(StatusCode::CREATED);
        list(&order, "tickets").to_vec()
    }

    /// Someone who admits, without supervising.
    pub fn door(&self) -> Client {
        self.app.as_member(self.organizer, Role::Door)
    }

    /// Makes a check-in list with these fields beside a name; its id.
    pub async fn list_of(&self, fields: Value) -> String {
        let mut body = json!({ "name": "Backstage" });
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let reply = self.manager.post(&self.path("check-in-lists"), body).await;
        text(&reply.expect(StatusCode::CREATED)["id"])
    }

    /// Pairs a phone with a list; whoever holds it.
    pub async fn phone(&self, list: &str, role: &str) -> Client {
        self.paired(&self.gate_link(list, role).await)
    }

    /// Makes a gate link.
    pub async fn gate_link(&self, list: &str, role: &str) -> Value {
        let body = json!({ "name": "Grace's phone", "gate": "North", "list_id": list, "role": role });
        let reply = self.manager.post(&self.path("gate-links"), body).await;
        reply.expect(StatusCode::CREATED)
    }

    /// Whoever holds this gate link's credential.
    pub fn paired(&self, link: &Value) -> Client {
        let credential = format!("Gate {}", text(&link["credential"]));
        self.app.as_guest().with("authorization", credential)
    }

    /// The list as its manager sees it.
    pub async fn list(&self, id: &str) -> Value {
        let reply = self.manager.get(&self.path("check-in-lists")).await;
        let lists = reply.expect(StatusCode::OK);
        let found = list(&lists, "items").iter().find(|list| list["id"] == id);
        found.expect("the list").clone()
    }

    /// The list's counters: admitted, inside, conflicts.
    pub async fn tally(&self, id: &str) -> [i64; 3] {
        let list = self.list(id).await;
        ["admitted", "inside", "conflicts"].map(|name| list[name].as_i64().expect("a count"))
    }

    /// Registration knows of another event, of this organizer.
    pub fn told_of_another_event(&self, organizer: OrganizerId) -> EventChanged {
        let event_id = EventId::from_ulid(self.app.ports().ids.ulid(self.app.now()));
        let told = EventChanged {
            event_id,
            organizer_id: organizer,
            ..self.published(1, None)
        };
        self.registration_knows(&told);
        told
    }

    /// A ticket for that event.
    pub async fn ticket_of(&self, event: &EventChanged) -> Value {
        let manager = self.app.as_member(event.organizer_id, Role::Manager);
        let path = format!("/events/{}/ticket-types", event.event_id);
        let body = json!({ "name": "Seat", "price": { "amount": 0, "currency": "EUR" } });
        let seat = manager.post(&path, body).await.expect(StatusCode::CREATED);
        let mut body = self.registration_of(seat["id"].as_str().expect("an id"), 1);
        body["event_id"] = json!(event.event_id);
        let guest = self.app.as_guest().with("idempotency-key", self.key());
        let order = guest.post("/tickets", body).await.expect(StatusCode::CREATED);
        list(&order, "tickets")[0].clone()
    }

    /// The event's conflicts.
    pub async fn conflicts(&self) -> Vec<Value> {
        let reply = self.manager.get(&self.path("check-in-conflicts")).await;
        list(&reply.expect(StatusCode::OK), "items").to_vec()
    }
}

/// Scans a ticket's code with these fields.
pub async fn scan(client: &Client, ticket: &Value, fields: Value) -> Value {
    scanned(client, ticket, fields).await.expect(StatusCode::OK)
}

/// The same, whatever the answer.
pub async fn scanned(client: &Client, ticket: &Value, mut fields: Value) -> Reply {
    fields["code"] = ticket["code"].clone();
    client.post("/tickets/validate", fields).await
}
