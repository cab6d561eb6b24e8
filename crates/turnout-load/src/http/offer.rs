//! An event on sale, and what is asked of it.

use anyhow::Context;
use serde_json::json;

use crate::api::Api;
use crate::rush::{sign_up, text};

/// An event whose ticket types share its places.
pub struct Offer {
    owner: Api,
    pub event: String,
    pub places: u64,
    /// A purchase of one ticket for each ticket type, as JSON.
    pub purchases: Vec<String>,
}

/// How the event stands, according to the server.
pub struct Stock {
    pub available: i64,
    pub confirmed: i64,
}

impl Offer {
    /// Puts an event on sale for nothing.
    pub async fn new(api: &Api, places: u64, ticket_types: usize) -> anyhow::Result<Self> {
        let (token, organizer) = sign_up(api, "Benchmark").await?;
        let owner = api.bearing(&token);
        let event = json!({
            "organizer_id": organizer,
            "title": "Benchmark",
            "starts_at": "2030-07-04T20:00:00",
            "ends_at": "2030-07-04T23:00:00",
            "time_zone": "Europe/Lisbon",
            "max_capacity": places,
        });
        let event = owner.post("/events", &event, &[]).await?.granted("the event")?;
        let event = text(&event, "id")?;
        let mut purchases = Vec::new();
        for number in 0..ticket_types {
            let ticket_type =
                json!({ "name": format!("Place {number}"), "price": { "amount": 0, "currency": "EUR" } });
            let path = format!("/events/{event}/ticket-types");
            let ticket_type = owner.post(&path, &ticket_type, &[]).await?;
            let purchase = json!({
                "event_id": event,
                "ticket_type_id": text(&ticket_type.granted("the ticket type")?, "id")?,
                "quantity": 1,
                "buyer": { "email": "buyer4711@example.org", "name": "Buyer 4711" },
            });
            purchases.push(purchase.to_string());
        }
        let published = owner
            .post(&format!("/events/{event}/publish"), &json!({}), &[])
            .await?;
        published.granted("publishing")?;
        Ok(Self {
            owner,
            event,
            places,
            purchases,
        })
    }

    /// How the event stands.
    pub async fn stock(&self) -> anyhow::Result<Stock> {
        let path = format!("/events/{}/sales", self.event);
        let sales = self.owner.get(&path, &[]).await?.granted(&path)?;
        let number = |member: &str| {
            sales[member]
                .as_i64()
                .with_context(|| format!("no {member} in {sales}"))
        };
        Ok(Stock {
            available: number("available")?,
            confirmed: number("confirmed")?,
        })
    }
}
