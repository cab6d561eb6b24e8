//! Sets an event up for a history, and reads how it stands in the end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::chance::Chance;
use super::clients::{Stage, instant, now, tickets};
use super::history::{FinalOrder, FinalPool, FinalState, History, Kind, Micros};
use crate::api::{Answer, Api};
use crate::rush::text;

const TRIES_MAX: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// Asks until it is granted, for what must work in the end and is no part of the history.
pub async fn granted<F>(what: &str, send: impl Fn() -> F) -> anyhow::Result<Value>
where
    F: Future<Output = anyhow::Result<Answer>>,
{
    let mut last = String::new();
    for _ in 0..TRIES_MAX {
        match send().await {
            Ok(answer) if answer.status.is_success() => return Ok(answer.body),
            Ok(answer)
                if !answer.status.is_server_error() && answer.status != StatusCode::TOO_MANY_REQUESTS =>
            {
                anyhow::bail!("{what} was answered {}: {}", answer.status, answer.body)
            }
            Ok(answer) => last = format!("{} {}", answer.status, answer.body),
            Err(error) => last = format!("{error:#}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("{what} was not granted in {TRIES_MAX} tries; the last: {last}")
}

/// Someone who runs an organizer, and people who buy.
#[derive(Clone)]
pub struct Crew {
    pub owner: Api,
    pub organizer: String,
    pub people: Vec<String>,
}

impl Crew {
    /// Signs everyone up.
    pub async fn sign_up(api: &Api, people: usize) -> anyhow::Result<Self> {
        let token = account(api, "Owner").await?;
        let owner = api.bearing(&token);
        let body = json!({ "name": "Histories" });
        let organizer = granted("the organizer", || owner.post("/organizers", &body, &[])).await?;
        let mut tokens = Vec::new();
        for _ in 0..people {
            tokens.push(account(api, "Person").await?);
        }
        Ok(Self {
            owner,
            organizer: text(&organizer, "id")?,
            people: tokens,
        })
    }
}

/// Signs someone up; their token. One that was made although nobody answered is left to itself.
async fn account(api: &Api, name: &str) -> anyhow::Result<String> {
    let mut last = String::new();
    for _ in 0..TRIES_MAX {
        match crate::rush::sign_up_person(api, name).await {
            Ok(token) => return Ok(token),
            Err(error) => last = format!("{error:#}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("nobody could be signed up; the last: {last}")
}

impl Stage {
    /// An event on sale: free places, and paid ones of a number of their own.
    pub async fn set_up(seed: u64, crew: &Crew, doors: &[Api]) -> anyhow::Result<Self> {
        let mut chance = Chance::new(seed);
        let capacity = 20 + i64::try_from(chance.below(40))?;
        let paid = 5 + i64::try_from(chance.below(15))?;
        let owner = crew.owner.clone();
        let body = json!({
            "organizer_id": crew.organizer, "title": format!("History {seed}"), "starts_at": "2030-07-04T20:00:00",
            "ends_at": "2030-07-04T23:00:00", "time_zone": "Europe/Lisbon", "max_capacity": capacity,
        });
        // One that was made although nobody answered is left to itself.
        let event = text(
            &granted("the event", || owner.post("/events", &body, &[])).await?,
            "id",
        )?;
        let path = format!("/events/{event}/ticket-types");
        let mut kinds = Vec::new();
        for (price, quantity) in [(0, None), (1250, Some(paid))] {
            let body = json!({
                "name": "Place", "price": { "amount": price, "currency": "EUR" }, "quantity": quantity,
            });
            let made = granted("a ticket type", || owner.post(&path, &body, &[])).await?;
            kinds.push(Kind {
                id: text(&made, "id")?,
                quantity,
                price,
            });
        }
        let path = format!("/events/{event}/publish");
        let nothing = json!({});
        granted("publishing", || owner.post(&path, &nothing, &[])).await?;
        let history = History {
            seed,
            kinds: kinds.clone(),
            capacity,
            capacity_changes: Vec::new(),
            purchases: Vec::new(),
            scans: Vec::new(),
        };
        Ok(Self {
            event,
            kinds,
            doors: doors.to_vec(),
            owner,
            people: crew.people.clone(),
            history: Arc::new(Mutex::new(history)),
        })
    }

    /// Waits until nothing is held and every message took effect, or the time is up; how the event stands then.
    pub async fn end(&self, api: &Api, patience: Duration) -> anyhow::Result<FinalState> {
        let deadline = now() + Micros::try_from(patience.as_micros())?;
        loop {
            let state = self.read(api).await?;
            let confirmed = state.orders.iter().filter(|order| order.state == "confirmed");
            let participants: i64 = confirmed.map(|order| order.quantity).sum();
            // An order is expired by the clock; its places are back once it was swept.
            let open = state.pools.iter().any(|pool| pool.held > 0);
            let told: i64 = state.notifications.iter().sum();
            let bought = self.bought_signed_in();
            let settled = !open && state.participants == participants && told >= bought;
            if settled || now() > deadline {
                return Ok(state);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn bought_signed_in(&self) -> i64 {
        let history = self
            .history
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let bought =
            |purchase: &&super::history::Purchase| purchase.person.is_some() && purchase.tickets().is_some();
        i64::try_from(history.purchases.iter().filter(bought).count()).unwrap_or(i64::MAX)
    }

    async fn read(&self, api: &Api) -> anyhow::Result<FinalState> {
        let owner = &self.owner;
        let mut orders = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/orders?event_id={}&limit=100{after}", self.event);
            let page = granted(&path, || owner.get(&path, &[])).await?;
            for order in page["items"].as_array().context("a page has items")? {
                orders.push(final_order(order)?);
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => after = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let mut notifications = Vec::new();
        for token in &self.people {
            notifications.push(self.confirmations(&api.bearing(token)).await?);
        }
        // After the orders: once nothing is held, nothing changes any more.
        let path = format!("/events/{}/sales", self.event);
        let sales = granted(&path, || owner.get(&path, &[])).await?;
        let path = format!("/events/{}", self.event);
        let event = granted(&path, || owner.get(&path, &[])).await?;
        let types = sales["by_ticket_type"].as_array().context("the types' sales")?;
        let event_pool = final_pool(&sales, None)?;
        let pools = types
            .iter()
            .map(|of_type| final_pool(of_type, Some(text(of_type, "ticket_type_id")?)));
        Ok(FinalState {
            orders,
            pools: std::iter::once(Ok(event_pool))
                .chain(pools)
                .collect::<anyhow::Result<_>>()?,
            checked_in: number(&sales, "checked_in")?,
            participants: number(&event, "registered_users")?,
            notifications,
        })
    }

    /// How many confirmations of orders of this event the person was notified of.
    async fn confirmations(&self, person: &Api) -> anyhow::Result<i64> {
        let mut after = String::new();
        let mut count = 0;
        loop {
            let path = format!("/notifications?limit=100{after}");
            let page = granted(&path, || person.get(&path, &[])).await?;
            for told in page["items"].as_array().context("a page has items")? {
                count +=
                    i64::from(told["event_id"] == self.event.as_str() && told["kind"] == "order_confirmed");
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => after = format!("&cursor={cursor}"),
                None => return Ok(count),
            }
        }
    }
}

fn number(value: &Value, member: &str) -> anyhow::Result<i64> {
    value[member]
        .as_i64()
        .with_context(|| format!("no {member} in {value}"))
}

fn final_order(order: &Value) -> anyhow::Result<FinalOrder> {
    let items = order["items"].as_array().context("an order has items")?;
    let item = items.first().context("an order has an item")?;
    let confirmed_at = order["confirmed_at"]
        .as_str()
        .map(|_| instant(order, "confirmed_at"));
    Ok(FinalOrder {
        id: text(order, "id")?,
        state: text(order, "state")?,
        email: text(&order["buyer"], "email")?,
        kind: text(item, "ticket_type_id")?,
        quantity: number(item, "quantity")?,
        placed_at: instant(order, "placed_at")?,
        confirmed_at: confirmed_at.transpose()?,
        tickets: tickets(order)?,
    })
}

fn final_pool(sales: &Value, kind: Option<String>) -> anyhow::Result<FinalPool> {
    let revenue = match &kind {
        Some(_) => number(&sales["revenue"], "amount")?,
        None => 0,
    };
    Ok(FinalPool {
        kind,
        capacity: sales["capacity"].as_i64(),
        available: sales["available"].as_i64(),
        held: number(sales, "held")?,
        confirmed: number(sales, "confirmed")?,
        revenue,
    })
}
