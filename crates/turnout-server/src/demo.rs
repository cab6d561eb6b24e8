//! A believable season of events, made through the API as an organizer and buyers would.

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use serde_json::{Value, json};
use tower::ServiceExt;
use turnout_domain::{Clock, SystemClock};

const EMAIL: &str = "demo@turnout.example";
const PASSWORD: &str = "turnout-demo";

/// A ticket type: name, price in minor units, how many, how many are sold.
type Ticket = (&'static str, i64, Option<u32>, u32);

/// One event of the season.
struct Show {
    title: &'static str,
    about: &'static str,
    venue: (&'static str, &'static str),
    zone: &'static str,
    currency: &'static str,
    in_days: i32,
    from: &'static str,
    hours: i32,
    capacity: Option<u32>,
    tickets: &'static [Ticket],
}

const SEASON: [Show; 9] = [
    Show {
        title: "Nordlys Chamber Choir: Winter Light",
        about: "An hour of Pärt, Gjeilo and old carols by candlelight. Doors open half an hour before. The church is heated; bring a warm coat for the walk home all the same.",
        venue: ("Trinity Church", "Akersgata 60, Oslo"),
        zone: "Europe/Oslo",
        currency: "NOK",
        in_days: 6,
        from: "19:00",
        hours: 2,
        capacity: Some(420),
        tickets: &[
            ("Nave", 29_000, Some(260), 187),
            ("Gallery", 19_000, Some(120), 120),
            ("Student", 9_000, Some(40), 22),
        ],
    },
    Show {
        title: "Rust in Production, Lisbon",
        about: "Six talks from people who run Rust at three in the morning, and a long break in the middle to talk to them. Coffee and pastéis included.",
        venue: ("Beato Innovation District", "Travessa do Grilo 1, Lisbon"),
        zone: "Europe/Lisbon",
        currency: "EUR",
        in_days: 11,
        from: "18:30",
        hours: 4,
        capacity: Some(180),
        tickets: &[("Registration", 0, None, 96)],
    },
    Show {
        title: "Mareike Wolf Quartet",
        about: "The album release of “Landungsbrücken”: two sets, one break, no talking during the bass solos.",
        venue: ("Birdland", "Gärtnerstraße 122, Hamburg"),
        zone: "Europe/Berlin",
        currency: "EUR",
        in_days: 14,
        from: "20:30",
        hours: 3,
        capacity: Some(110),
        tickets: &[("Seated", 2_800, Some(70), 48), ("Standing", 1_900, Some(40), 37)],
    },
    Show {
        title: "Harbour Run 10K",
        about: "One lap of the harbour and the old fort, chip-timed. Collect your number from seven; the start is in three waves.",
        venue: ("Fish Market Square", "Torget 5, Bergen"),
        zone: "Europe/Oslo",
        currency: "NOK",
        in_days: 27,
        from: "09:00",
        hours: 4,
        capacity: Some(1_500),
        tickets: &[
            ("Runner", 39_000, Some(1_200), 412),
            ("Youth under 18", 15_000, Some(300), 64),
        ],
    },
    Show {
        title: "Letterpress for Beginners",
        about: "Set a line of type by hand, ink it, and pull your own postcards on a 1911 proofing press. Aprons provided; wear old shoes.",
        venue: ("The Print Room", "14 Candlemaker Row, Edinburgh"),
        zone: "Europe/London",
        currency: "GBP",
        in_days: 33,
        from: "13:00",
        hours: 4,
        capacity: Some(12),
        tickets: &[("Workshop place", 6_500, Some(12), 10)],
    },
    Show {
        title: "Open Data Day",
        about: "City departments, civic hackers and the merely curious around the same tables. Lunch is on the library.",
        venue: ("Oodi Central Library", "Töölönlahdenkatu 4, Helsinki"),
        zone: "Europe/Helsinki",
        currency: "EUR",
        in_days: 41,
        from: "10:00",
        hours: 7,
        capacity: Some(250),
        tickets: &[("Free ticket", 0, Some(220), 61), ("Supporter", 2_500, None, 9)],
    },
    Show {
        title: "The Lantern Makers: a family play",
        about: "A shadow-puppet story about a town that forgot how to make light. For everyone over five. Fifty minutes, no interval.",
        venue: ("Théâtre de la Petite Rue", "8 rue des Carmes, Nantes"),
        zone: "Europe/Paris",
        currency: "EUR",
        in_days: 52,
        from: "15:00",
        hours: 1,
        capacity: Some(140),
        tickets: &[("Adult", 1_400, None, 31), ("Child", 800, None, 44)],
    },
    Show {
        title: "Summer Field 2027",
        about: "Three days, two stages, one field. Camping opens on Thursday evening. Bring a cup; there are none to throw away.",
        venue: ("Hesselager Field", "Langesøvej 12, Funen"),
        zone: "Europe/Copenhagen",
        currency: "DKK",
        in_days: 240,
        from: "12:00",
        hours: 60,
        capacity: Some(6_000),
        tickets: &[
            ("Weekend pass", 129_500, Some(4_500), 380),
            ("Saturday", 64_500, Some(1_500), 41),
        ],
    },
    Show {
        title: "Night at the Observatory",
        about: "Saturn's rings through the 1896 refractor, if the sky allows; stories in the dome, if it does not.",
        venue: ("Old Observatory", "Kopernikusstraße 1, Vienna"),
        zone: "Europe/Vienna",
        currency: "EUR",
        in_days: 19,
        from: "21:00",
        hours: 2,
        capacity: Some(45),
        tickets: &[("Admission", 1_600, Some(45), 45)],
    },
];

/// Fills in the season, unless it is there already. Says how to sign in.
pub async fn fill(api: &Router) -> anyhow::Result<()> {
    let api = Client {
        api: api.clone(),
        token: None,
    };
    let account = json!({ "email": EMAIL, "password": PASSWORD, "name": "Demo Organizer" });
    let (status, session) = api.send(Method::POST, "/auth/signup", &account, None).await?;
    println!("\n  Demo organizer: sign in as {EMAIL} with the password {PASSWORD}");
    if status == StatusCode::CONFLICT {
        return Ok(());
    }
    anyhow::ensure!(status.is_success(), "the demo account was refused: {session}");
    let organizer = Client {
        token: session["access_token"].as_str().map(str::to_owned),
        ..api.clone()
    };
    let run_by = organizer
        .post("/organizers", &json!({ "name": "Turnout Season" }))
        .await?;
    for show in &SEASON {
        let event = organizer.post("/events", &show.event(&run_by["id"])?).await?;
        let path = format!("/events/{}", event["id"].as_str().context("an event has an id")?);
        for ticket in show.tickets {
            let (name, price, quantity, sold) = *ticket;
            let price = json!({ "amount": price, "currency": show.currency });
            let ticket_type = json!({ "name": name, "price": price, "quantity": quantity });
            let ticket_type = organizer
                .post(&format!("{path}/ticket-types"), &ticket_type)
                .await?;
            if event["status"] == "draft" {
                organizer.post(&format!("{path}/publish"), &json!({})).await?;
            }
            api.sell(&event["id"], &ticket_type, sold).await?;
        }
    }
    Ok(())
}

impl Show {
    fn event(&self, organizer_id: &Value) -> anyhow::Result<Value> {
        let today: Date = Zoned::new(SystemClock.now(), jiff::tz::TimeZone::get(self.zone)?).date();
        let starts = today
            .checked_add(self.in_days.days())?
            .at(0, 0, 0, 0)
            .with()
            .time(self.from.parse()?)
            .build()?;
        let ends = starts.checked_add(self.hours.hours())?;
        Ok(json!({
            "organizer_id": organizer_id,
            "title": self.title,
            "description": self.about,
            "venue": { "name": self.venue.0, "address": self.venue.1 },
            "starts_at": starts.to_string(),
            "ends_at": ends.to_string(),
            "time_zone": self.zone,
            "max_capacity": self.capacity,
        }))
    }
}

#[derive(Clone)]
struct Client {
    api: Router,
    token: Option<String>,
}

impl Client {
    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, answer) = self.send(Method::POST, path, body, None).await?;
        anyhow::ensure!(status.is_success(), "{path} was refused: {answer}");
        Ok(answer)
    }

    /// Sells `sold` tickets, a few an order.
    async fn sell(&self, event_id: &Value, ticket_type: &Value, sold: u32) -> anyhow::Result<()> {
        const BUYERS: [&str; 6] = [
            "Ada Vik",
            "Tomás Reis",
            "Mei Tanaka",
            "Noor Haddad",
            "Jonas Brandt",
            "Élise Moreau",
        ];
        let mut left = sold;
        for (number, buyer) in BUYERS.iter().cycle().enumerate() {
            if left == 0 {
                break;
            }
            let quantity = left.min(1 + u32::try_from(number % 4)?);
            left -= quantity;
            let buyer = json!({ "email": format!("buyer{number}@turnout.example"), "name": buyer });
            let item = json!({ "ticket_type_id": ticket_type["id"], "quantity": quantity });
            let order = json!({ "event_id": event_id, "items": [item], "buyer": buyer });
            let key = format!("demo-{}-{number}", ticket_type["id"].as_str().unwrap_or_default());
            let (status, order) = self
                .send(Method::POST, "/orders", &order, Some(("idempotency-key", &key)))
                .await?;
            anyhow::ensure!(status.is_success(), "a demo order was refused: {order}");
            let path = format!("/orders/{}/pay", order["id"].as_str().unwrap_or_default());
            let method = if ticket_type["price"]["amount"] == 0 {
                "free"
            } else {
                "sandbox"
            };
            let secret = order["secret"].as_str().unwrap_or_default();
            let payment = json!({ "method": method });
            let (status, answer) = self
                .send(Method::POST, &path, &payment, Some(("order-secret", secret)))
                .await?;
            anyhow::ensure!(status.is_success(), "a demo payment was refused: {answer}");
        }
        Ok(())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        extra: Option<(&str, &str)>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some((name, value)) = extra {
            request = request.header(name, value);
        }
        let response = self
            .api
            .clone()
            .oneshot(request.body(Body::from(body.to_string()))?)
            .await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }
}
