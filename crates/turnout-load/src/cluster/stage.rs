//! The cluster, what is for sale in it, and who looks on.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::balancer::Balancer;
use super::crowd::{Crowd, Sale};
use super::listener::Listener;
use super::member::{Member, free_address};
use super::{SOON, variables, work};
use crate::api::Api;
use crate::rush::{sign_up, sign_up_person, text};

/// How long a hold lasts.
pub const HOLD_SECONDS: u64 = 2;
const ROLES: [&str; 5] = ["identity", "registration", "ticketing", "engagement", "web"];
/// How many processes of each role there are.
pub const PROCESSES_A_ROLE: usize = 2;
const PEOPLE: usize = 4;
const LARGE: u32 = 100_000;
const SMALL: u32 = 25;
/// What there is to do in the background: an outbox for each table, holds, fan-outs.
const WORKS: usize = 6;

/// Everything the test needs.
pub struct Stage {
    pub members: Vec<Member>,
    pub crowd: Crowd,
    pub listeners: Vec<Listener>,
    pub watch: work::Watch,
    owner: Api,
    people: Vec<Api>,
    large: Sale,
    small: Sale,
    /// An event whose holds are only ever left to run out.
    probe: Sale,
}

impl Stage {
    /// Starts two processes of every role, each pair behind one address, and puts three events on sale.
    pub async fn set(program: &Path, logs: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(logs)?;
        let (mut given, mut roles, mut urls) = (Vec::new(), Vec::new(), Vec::new());
        for role in ROLES {
            let addresses: Vec<_> = (0..PROCESSES_A_ROLE)
                .map(|_| free_address(&mut given))
                .collect::<anyhow::Result<_>>()?;
            let balancer = Balancer::before(&addresses).await?;
            urls.push((role, balancer.address));
            roles.push((role, addresses, balancer));
        }
        let mut members = Vec::new();
        for (role, addresses, balancer) in roles {
            for (number, (address, backend)) in addresses.into_iter().zip(balancer.backends).enumerate() {
                let variables = variables(&urls);
                let program = program.to_owned();
                let mut member = Member::new(role, number + 1, backend, address, program, logs, variables);
                member.start()?;
                members.push(member);
            }
        }
        for member in &members {
            member.ready().await?;
        }
        let watch = work::Watch::over(members.iter().map(|member| member.address).collect());
        let web = urls.last().context("there are roles")?.1;
        let api = Api::at(&format!("http://{web}/api"));
        let (token, organizer) = sign_up(&api, "Cluster").await?;
        let owner = api.bearing(&token);
        let large = put_on_sale(&owner, &organizer, LARGE).await?;
        let small = put_on_sale(&owner, &organizer, SMALL).await?;
        let probe = put_on_sale(&owner, &organizer, LARGE).await?;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(api.bearing(&sign_up_person(&api, "Buyer").await?));
        }
        let of_engagement = members.iter().filter(|member| member.role == "engagement");
        let listeners = of_engagement.map(|member| Listener::at(member.address, &large.event, &token));
        let stage = Self {
            listeners: listeners.collect(),
            crowd: Crowd::new(api, people.clone(), large.clone(), small.clone()),
            members,
            watch,
            owner,
            people,
            large,
            small,
            probe,
        };
        let began = Instant::now();
        while stage
            .watch
            .seen()
            .values()
            .filter(|seen| seen.holder.is_some())
            .count()
            < WORKS
        {
            anyhow::ensure!(
                began.elapsed() < SOON,
                "not all work is claimed: {:?}",
                stage.watch.seen()
            );
            sleep(Duration::from_millis(50)).await;
        }
        Ok(stage)
    }

    /// The process that does a piece of work.
    pub fn holder_of(&self, work: &str) -> Option<usize> {
        let holder = self.watch.holder(work)?;
        self.members.iter().position(|member| member.address == holder)
    }

    /// Some holds that nobody will pay for: when they run out.
    pub async fn probe_holds(&self) -> anyhow::Result<Instant> {
        let mut end = Instant::now();
        for _ in 0..3 {
            let body = json!({
                "event_id": self.probe.event,
                "items": [{ "ticket_type_id": self.probe.paid, "quantity": 1 }],
                "buyer": { "email": "probe@example.org", "name": "Probe" },
            });
            let key = format!("probe-{:?}", Instant::now());
            let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
            let headers = [("idempotency-key", key.as_str())];
            self.people[0]
                .post("/orders", &body, &headers)
                .await?
                .granted("a hold")?;
            end = Instant::now() + Duration::from_secs(HOLD_SECONDS);
        }
        Ok(end)
    }

    /// Waits until all holds of the probe are back; how long after their time was up.
    pub async fn holds_return(&self, end: Instant, within: Duration) -> anyhow::Result<Duration> {
        loop {
            let sales = self.sales(&self.probe).await;
            let late = end.elapsed();
            match sales {
                Ok((_, 0, _)) => return Ok(late),
                _ if late < within => sleep(Duration::from_millis(50)).await,
                Ok((_, held, _)) => {
                    anyhow::bail!("{held} holds are not given back {late:?} after their time")
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Confirmed, held and available places.
    async fn sales(&self, sale: &Sale) -> anyhow::Result<(i64, i64, i64)> {
        let path = format!("/events/{}/sales", sale.event);
        let sales = self.owner.get(&path, &[]).await?.granted(&path)?;
        let number = |member: &str| {
            sales[member]
                .as_i64()
                .with_context(|| format!("no {member} in {sales}"))
        };
        Ok((number("confirmed")?, number("held")?, number("available")?))
    }

    /// Waits until everyone who looks on was told of everything that is confirmed now.
    pub async fn listeners_catch_up(&self, within: Duration) -> anyhow::Result<()> {
        let (confirmed, ..) = self.sales(&self.large).await?;
        let began = Instant::now();
        for listener in &self.listeners {
            while listener.shown().confirmed.is_none_or(|shown| shown < confirmed) {
                let shown = listener.shown();
                anyhow::ensure!(
                    began.elapsed() < within,
                    "who listens at {} was not told of {confirmed} sales: {:?} after {} connections",
                    listener.address,
                    shown.confirmed,
                    shown.connections
                );
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Once nobody buys any more: everything adds up, everywhere.
    pub async fn close_the_books(&self) -> anyhow::Result<()> {
        self.everyone_hears_the_same().await?;
        self.crowd.verify().await?;
        let (contradictions, bought) = self.crowd.books(|books| {
            let bought: Vec<_> = books
                .bought
                .values()
                .map(|one| (one.event.clone(), one.person))
                .collect();
            (books.contradictions.clone(), bought)
        });
        anyhow::ensure!(contradictions.is_empty(), "{contradictions:?}");
        for (sale, capacity) in [(&self.large, LARGE), (&self.small, SMALL)] {
            let acknowledged = bought.iter().filter(|(event, _)| *event == sale.event).count();
            let acknowledged = i64::try_from(acknowledged)?;
            let (confirmed, held, available) = self.settled(sale, acknowledged).await?;
            println!(
                "{acknowledged} acknowledged, {confirmed} confirmed, {held} held, {available} left of {capacity}"
            );
            anyhow::ensure!(
                confirmed == acknowledged,
                "{confirmed} are confirmed, {acknowledged} were acknowledged"
            );
            anyhow::ensure!(
                held == 0 && confirmed + available == i64::from(capacity),
                "the stock does not add up"
            );
        }
        anyhow::ensure!(
            bought
                .iter()
                .filter(|(event, _)| *event == self.small.event)
                .count()
                == SMALL as usize,
            "the small event was not sold out"
        );
        for (number, person) in self.people.iter().enumerate() {
            let expected = bought.iter().filter(|(_, buyer)| *buyer == number).count();
            let told = self.notifications(person, expected).await?;
            anyhow::ensure!(
                told == expected,
                "person {number} bought {expected} times and was told {told} times"
            );
        }
        println!("every buyer was told of every order once");
        Ok(())
    }

    /// Waits until holds are back and participants are counted.
    async fn settled(&self, sale: &Sale, acknowledged: i64) -> anyhow::Result<(i64, i64, i64)> {
        let (began, path) = (Instant::now(), format!("/events/{}", sale.event));
        loop {
            let sales = self.sales(sale).await?;
            let event = self.owner.get(&path, &[]).await?.granted(&path)?;
            let registered = event["registered_users"].as_i64().unwrap_or_default();
            anyhow::ensure!(
                registered <= acknowledged,
                "{registered} participants of {acknowledged} orders"
            );
            if sales.1 == 0 && registered == acknowledged {
                return Ok(sales);
            }
            anyhow::ensure!(
                began.elapsed() < SOON,
                "{} are held and {registered} participants are counted of {acknowledged}",
                sales.1
            );
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// How many notifications someone has, once there are as many as expected, or more.
    async fn notifications(&self, person: &Api, expected: usize) -> anyhow::Result<usize> {
        let began = Instant::now();
        loop {
            let (mut count, mut cursor) = (0, String::new());
            loop {
                let page = person
                    .get(&format!("/notifications?limit=100{cursor}"), &[])
                    .await?;
                let page = page.granted("notifications")?;
                let items = page["items"].as_array().context("a list")?;
                count += items
                    .iter()
                    .filter(|one| one["kind"] == "order_confirmed")
                    .count();
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            if count >= expected || began.elapsed() > SOON {
                return Ok(count);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ten more sales: whoever looks on, at whichever process, hears of each of them once.
    async fn everyone_hears_the_same(&self) -> anyhow::Result<()> {
        self.listeners_catch_up(SOON).await?;
        self.listeners.iter().for_each(Listener::forget_orders);
        let mut orders = Vec::new();
        for turn in 0..10 {
            orders.extend(self.crowd.register(&self.large, turn % PEOPLE).await?);
        }
        self.listeners_catch_up(SOON).await?;
        let (began, (_, _, available)) = (Instant::now(), self.sales(&self.large).await?);
        for listener in &self.listeners {
            loop {
                let shown = listener.shown();
                let all = orders.iter().all(|order| shown.told.contains_key(order));
                if all && shown.available == Some(available) {
                    let twice = orders.iter().filter(|order| shown.told[*order] > 1).count();
                    anyhow::ensure!(twice == 0, "{} told of {twice} sales twice", listener.address);
                    break;
                }
                anyhow::ensure!(
                    began.elapsed() < SOON,
                    "{} shows {:?} places of {available}, and told of {} of {} sales",
                    listener.address,
                    shown.available,
                    shown.told.len(),
                    orders.len()
                );
                sleep(Duration::from_millis(50)).await;
            }
        }
        println!(
            "who listens at either process heard of each of {} sales once",
            orders.len()
        );
        Ok(())
    }
}

/// An event of so many places, with a ticket type that is free and one that is not.
async fn put_on_sale(owner: &Api, organizer: &str, places: u32) -> anyhow::Result<Sale> {
    let event = json!({
        "organizer_id": organizer,
        "title": "Cluster",
        "starts_at": "2030-07-04T20:00:00",
        "ends_at": "2030-07-04T23:00:00",
        "time_zone": "Europe/Lisbon",
        "max_capacity": places,
    });
    let event = text(
        &owner.post("/events", &event, &[]).await?.granted("the event")?,
        "id",
    )?;
    let path = format!("/events/{event}/ticket-types");
    let mut types = Vec::new();
    for (name, amount) in [("Free", 0), ("Paid", 500)] {
        let body = json!({ "name": name, "price": { "amount": amount, "currency": "EUR" } });
        types.push(text(
            &owner.post(&path, &body, &[]).await?.granted("the ticket type")?,
            "id",
        )?);
    }
    let path = format!("/events/{event}/publish");
    owner.post(&path, &json!({}), &[]).await?.granted("publishing")?;
    let mut types = types.into_iter();
    let mut next = || types.next().context("two types");
    Ok(Sale {
        free: next()?,
        paid: next()?,
        event,
    })
}
