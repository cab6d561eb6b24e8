//! Many buyers, few places.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use axum::http::StatusCode;
use clap::Args;
use futures::StreamExt;
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use turnout_domain::{Clock, Ids, RandomIds, SystemClock};

use crate::api::Api;

/// How often a buyer asks before giving up; with the pauses about a minute.
const TRIES_MAX: u32 = 300;
const PAUSE: Duration = Duration::from_millis(200);

/// What a rush can be told.
#[derive(Debug, Args)]
pub struct RushArgs {
    /// The API, such as `http://127.0.0.1:3000/api`.
    #[arg(long)]
    url: String,
    /// Further addresses that answer for ticketing; buyers are spread over all of them.
    #[arg(long)]
    ticketing_url: Vec<String>,
    /// How many buyers, each of one place.
    #[arg(long, default_value_t = 200)]
    buyers: u32,
    /// How many places.
    #[arg(long, default_value_t = 50)]
    places: u32,
    /// How many ask at the same time.
    #[arg(long, default_value_t = 200)]
    at_once: usize,
    /// Where every acknowledged order is written down, one JSON object a line, before the next is asked for.
    #[arg(long)]
    acknowledged: PathBuf,
}

/// An order that the server said was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The order.
    pub order_id: String,
    /// What opens it.
    pub secret: String,
    /// Its event.
    pub event_id: String,
    /// A token of the event's organizer.
    pub token: String,
    /// How many places the event has.
    pub places: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Confirmed,
    SoldOut,
}

/// Runs the rush; fails unless every buyer got an answer and every place went to exactly one of them.
pub async fn run(args: RushArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        (1..=20_000).contains(&args.buyers),
        "a rush has 1 to 20,000 buyers"
    );
    let api = Api::at(&args.url);
    let (token, event, ticket_type) = put_on_sale(&api, args.places).await?;
    let doors: Vec<Api> = if args.ticketing_url.is_empty() {
        vec![api.clone()]
    } else {
        args.ticketing_url.iter().map(|url| api.moved_to(url)).collect()
    };
    let file = std::fs::File::create(&args.acknowledged)
        .with_context(|| format!("cannot write {}", args.acknowledged.display()))?;
    let file = Arc::new(Mutex::new(file));
    println!("event {event}");

    let buyers = stream::iter(0..args.buyers).map(|number| {
        let doors = doors.clone();
        let (file, event, ticket_type) = (file.clone(), event.clone(), ticket_type.clone());
        let (token, places) = (token.clone(), args.places);
        tokio::spawn(async move {
            let (outcome, order) = buy(&doors, number, &event, &ticket_type).await?;
            if let Some((order_id, secret)) = order {
                let line = serde_json::to_string(&Acknowledged {
                    order_id,
                    secret,
                    event_id: event,
                    token,
                    places,
                })?;
                let mut file = file.lock().expect("nothing panics while it writes");
                writeln!(file, "{line}").context("cannot write an acknowledgement down")?;
            }
            anyhow::Ok(outcome)
        })
    });
    let outcomes: Vec<_> = buyers.buffer_unordered(args.at_once).collect().await;
    let outcomes: Vec<Outcome> = outcomes
        .into_iter()
        .map(|joined| joined?)
        .collect::<anyhow::Result<_>>()?;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let (confirmed, sold_out) = (count(Outcome::Confirmed), count(Outcome::SoldOut));
    println!("{confirmed} confirmed, {sold_out} told sold out");
    let expected = args.places.min(args.buyers) as usize;
    anyhow::ensure!(
        confirmed == expected,
        "{confirmed} were confirmed, of {expected} that should be"
    );
    Ok(())
}

/// An organizer with an event of so many places, on sale for nothing.
async fn put_on_sale(api: &Api, places: u32) -> anyhow::Result<(String, String, String)> {
    let (token, organizer) = sign_up(api, "Rush").await?;
    let owner = api.bearing(&token);
    let event = json!({
        "organizer_id": organizer,
        "title": "Rush",
        "starts_at": "2030-07-04T20:00:00",
        "ends_at": "2030-07-04T23:00:00",
        "time_zone": "Europe/Lisbon",
        "max_capacity": places,
    });
    let event = owner.post("/events", &event, &[]).await?.granted("the event")?;
    let event = text(&event, "id")?;
    let ticket_type = json!({ "name": "Place", "price": { "amount": 0, "currency": "EUR" } });
    let path = format!("/events/{event}/ticket-types");
    let ticket_type = owner
        .post(&path, &ticket_type, &[])
        .await?
        .granted("the ticket type")?;
    owner
        .post(&format!("/events/{event}/publish"), &json!({}), &[])
        .await?
        .granted("publishing")?;
    Ok((token, event, text(&ticket_type, "id")?))
}

/// Someone new; their token.
pub async fn sign_up_person(api: &Api, name: &str) -> anyhow::Result<String> {
    let number = RandomIds.ulid(SystemClock.now()).to_string().to_lowercase();
    let account = json!({
        "email": format!("{}-{number}@example.org", name.to_lowercase()),
        "password": "a crowd at the door",
        "name": name,
    });
    let session = api
        .post("/auth/signup", &account, &[])
        .await?
        .granted("signing up")?;
    text(&session, "access_token")
}

/// Someone new who runs an organizer of this name: their token, and its id.
pub async fn sign_up(api: &Api, name: &str) -> anyhow::Result<(String, String)> {
    let token = sign_up_person(api, name).await?;
    let organizer = api
        .bearing(&token)
        .post("/organizers", &json!({ "name": name }), &[])
        .await?
        .granted("the organizer")?;
    Ok((token, text(&organizer, "id")?))
}

/// A member that is text.
pub fn text(value: &Value, member: &str) -> anyhow::Result<String> {
    value[member]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no {member} in {value}"))
}

/// Buys one place. Without an answer, or told to come back, it asks again under the same key, at the next door.
async fn buy(
    doors: &[Api],
    number: u32,
    event: &str,
    ticket_type: &str,
) -> anyhow::Result<(Outcome, Option<(String, String)>)> {
    let key = RandomIds.ulid(SystemClock.now()).to_string();
    let order = json!({
        "event_id": event,
        "ticket_type_id": ticket_type,
        "quantity": 1,
        "buyer": { "email": format!("buyer{number}@example.org"), "name": format!("Buyer {number}") },
    });
    let mut last = String::new();
    for (attempt, door) in (0..TRIES_MAX).zip(doors.iter().cycle().skip(number as usize)) {
        if attempt > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let answer = match door.post("/tickets", &order, &[("idempotency-key", &key)]).await {
            Ok(answer) => answer,
            Err(error) => {
                last = format!("{error:#}");
                continue;
            }
        };
        match (answer.status, answer.problem()) {
            (StatusCode::CREATED, _) => {
                let text = |member: &str| answer.body[member].as_str().unwrap_or_default().to_owned();
                anyhow::ensure!(answer.body["state"] == "confirmed", "201 with {}", answer.body);
                return Ok((Outcome::Confirmed, Some((text("id"), text("secret")))));
            }
            (StatusCode::CONFLICT, "sold-out") => {
                anyhow::ensure!(
                    answer.body["left"] == 0,
                    "refused while something is left: {}",
                    answer.body
                );
                return Ok((Outcome::SoldOut, None));
            }
            (StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY, _) => last = answer.body.to_string(),
            (status, _) => anyhow::bail!("a buyer was answered {status}: {}", answer.body),
        }
    }
    anyhow::bail!("a buyer got no answer in {TRIES_MAX} tries; the last: {last}")
}
