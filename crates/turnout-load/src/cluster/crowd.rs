//! Buyers who buy on and on, and write down what they were told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use turnout_domain::{Clock, Ids, RandomIds, SystemClock};

use crate::api::{Answer, Api};
use crate::rush::text;

/// How long a client waits for an answer: a frozen process takes connections and never says a word.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a client asks in the end, so that the books can be closed; more than twice is a failure of the test.
const TRIES_MAX: u32 = 20;
const PAUSE: Duration = Duration::from_millis(300);
/// Buyers at the same time.
const BUYERS: usize = 4;
/// A buyer's pause between two purchases: the load is to go on, not to be the most there can be.
const BREATH: Duration = Duration::from_millis(100);

/// What is for sale.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The event.
    pub event: String,
    /// A ticket type that costs nothing.
    pub free: String,
    /// One that costs something.
    pub paid: String,
}

/// An order that was acknowledged as confirmed.
#[derive(Debug, Clone)]
pub struct Bought {
    /// Its number.
    pub order: String,
    /// What opens it.
    pub secret: String,
    /// Its event.
    pub event: String,
    /// Who bought it, signed in.
    pub person: usize,
    /// What it was asked for with, under which key, if it was one request.
    pub request: Option<(String, Value)>,
}

/// What all buyers were told.
#[derive(Debug, Default)]
pub struct Books {
    /// By order.
    pub bought: BTreeMap<String, Bought>,
    /// Orders that were told twice under different keys, and other contradictions.
    pub contradictions: Vec<String>,
    /// Why each failed attempt failed, at most some.
    pub failures: Vec<String>,
}

/// Buyers, and their books. A clone is the same.
#[derive(Clone)]
pub struct Crowd {
    inner: Arc<Inner>,
}

struct Inner {
    api: Api,
    people: Vec<Api>,
    large: Sale,
    small: Sale,
    books: Mutex<Books>,
    requests: AtomicU64,
    failed: AtomicU64,
    beyond_one_retry: AtomicU64,
    turn: AtomicU64,
}

impl Crowd {
    /// People who buy at `large`, which never sells out, and at `small`, which does.
    pub fn new(api: Api, people: Vec<Api>, large: Sale, small: Sale) -> Self {
        let inner = Inner {
            api,
            people,
            large,
            small,
            books: Mutex::default(),
            requests: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            beyond_one_retry: AtomicU64::new(0),
            turn: AtomicU64::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Buys until told to stop; what is under way is brought to its end.
    pub async fn buy_until(&self, stop: CancellationToken) -> anyhow::Result<()> {
        let buyers = (0..BUYERS).map(|_| {
            let (crowd, stop) = (self.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.is_cancelled() {
                    crowd.one_purchase().await?;
                    sleep(BREATH).await;
                }
                anyhow::Ok(())
            })
        });
        let buyers: Vec<_> = buyers.collect();
        for buyer in buyers {
            buyer.await??;
        }
        Ok(())
    }

    /// What was told so far.
    pub fn books<T>(&self, read: impl FnOnce(&mut Books) -> T) -> T {
        read(&mut self.inner.books.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Requests that were answered, attempts that failed, and requests that one retry did not mend.
    pub fn counts(&self) -> (u64, u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let Inner {
            requests,
            failed,
            beyond_one_retry,
            ..
        } = &*self.inner;
        (count(requests), count(failed), count(beyond_one_retry))
    }

    /// Waits until so many more requests were answered.
    pub async fn goes_on(&self, more: u64, within: Duration) -> anyhow::Result<()> {
        let wanted = self.counts().0 + more;
        let reached = async {
            while self.counts().0 < wanted {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(within, reached).await.with_context(|| {
            format!(
                "the load does not go on: {} of {wanted} requests after {within:?}",
                self.counts().0
            )
        })
    }

    async fn one_purchase(&self) -> anyhow::Result<()> {
        let inner = &*self.inner;
        let turn = inner.turn.fetch_add(1, Ordering::SeqCst);
        let person = usize::try_from(turn)? % inner.people.len();
        match turn % 10 {
            0..=4 => self.register(&inner.large, person).await.map(drop),
            5 => self.register(&inner.small, person).await.map(drop),
            6..=8 => self.hold(&inner.large, person, true).await,
            _ => self.hold(&inner.large, person, false).await,
        }
    }

    /// One free ticket, in one request; the order, unless it is sold out.
    pub async fn register(&self, sale: &Sale, person: usize) -> anyhow::Result<Option<String>> {
        let body = json!({
            "event_id": sale.event,
            "ticket_type_id": sale.free,
            "quantity": 1,
            "buyer": buyer(person),
        });
        let key = key();
        let answer = self.insist(person, "/tickets", &body, &key).await?;
        match (answer.status, answer.problem()) {
            (StatusCode::CREATED, _) => self.note(&answer.body, sale, person, Some((key, body))).map(Some),
            (StatusCode::CONFLICT, "sold-out") => Ok(None),
            _ => anyhow::bail!("a registration was answered {}: {}", answer.status, answer.body),
        }
    }

    /// A hold on one place that costs something, paid for or left to run out.
    async fn hold(&self, sale: &Sale, person: usize, pays: bool) -> anyhow::Result<()> {
        let body = json!({
            "event_id": sale.event,
            "items": [{ "ticket_type_id": sale.paid, "quantity": 1 }],
            "buyer": buyer(person),
        });
        let held = self
            .insist(person, "/orders", &body, &key())
            .await?
            .granted("a hold")?;
        if !pays {
            return Ok(());
        }
        let path = format!("/orders/{}/pay", text(&held, "id")?);
        let body = json!({ "method": "sandbox", "sandbox_outcome": "success" });
        let answer = self.insist(person, &path, &body, &key()).await?;
        match (answer.status, answer.problem()) {
            (StatusCode::OK, _) => self.note(&answer.body, sale, person, None).map(drop),
            // The hold ran out while a process was frozen.
            (StatusCode::GONE, "hold-expired") => Ok(()),
            _ => anyhow::bail!("a payment was answered {}: {}", answer.status, answer.body),
        }
    }

    fn note(
        &self,
        order: &Value,
        sale: &Sale,
        person: usize,
        request: Option<(String, Value)>,
    ) -> anyhow::Result<String> {
        anyhow::ensure!(order["state"] == "confirmed", "an order is {}", order["state"]);
        let id = text(order, "id")?;
        let bought = Bought {
            order: id.clone(),
            secret: order["secret"].as_str().unwrap_or_default().to_owned(),
            event: sale.event.clone(),
            person,
            request,
        };
        self.books(|books| {
            if books.bought.insert(id.clone(), bought).is_some() {
                books.contradictions.push(format!("{id} was sold to two"));
            }
        });
        Ok(id)
    }

    /// Sends a request again under the same key until it is answered.
    async fn insist(&self, person: usize, path: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        let inner = &*self.inner;
        let mut last = String::new();
        for attempt in 0..TRIES_MAX {
            if attempt > 1 {
                sleep(PAUSE).await;
            }
            let headers = [("idempotency-key", key)];
            let sent = inner.people[person].post(path, body, &headers);
            match timeout(DEADLINE, sent).await {
                Ok(Ok(answer)) if !answer.status.is_server_error() => {
                    inner.requests.fetch_add(1, Ordering::SeqCst);
                    return Ok(answer);
                }
                Ok(Ok(answer)) => last = format!("{path}: {} {}", answer.status, answer.body),
                Ok(Err(error)) => last = format!("{path}: {error:#}"),
                Err(_) => last = format!("{path}: no answer in {DEADLINE:?}"),
            }
            inner.failed.fetch_add(1, Ordering::SeqCst);
            if attempt == 1 {
                inner.beyond_one_retry.fetch_add(1, Ordering::SeqCst);
            }
            let told = format!("attempt {}: {last}", attempt + 1);
            self.books(|books| {
                if books.failures.len() < 200 {
                    books.failures.push(told);
                }
            });
        }
        anyhow::bail!("no answer in {TRIES_MAX} tries; the last: {last}")
    }

    /// Everything that was bought is there, is confirmed, and comes again to who asks again under the same key.
    pub async fn verify(&self) -> anyhow::Result<()> {
        let bought: Vec<Bought> = self.books(|books| books.bought.values().cloned().collect());
        for (place, one) in bought.iter().enumerate() {
            let path = format!("/orders/{}", one.order);
            let there = self
                .inner
                .api
                .get(&path, &[("order-secret", &one.secret)])
                .await?;
            let there = match there.status {
                StatusCode::OK => there.body,
                // Paid for signed in: no secret comes with the payment.
                _ => self.inner.people[one.person]
                    .get(&path, &[])
                    .await?
                    .granted(&path)?,
            };
            anyhow::ensure!(
                there["state"] == "confirmed",
                "{path} was acknowledged and is {}",
                there["state"]
            );
            let Some((key, body)) = one.request.as_ref().filter(|_| place % 10 == 0) else {
                continue;
            };
            let again = self
                .insist(one.person, "/tickets", body, key)
                .await?
                .granted("a repetition")?;
            anyhow::ensure!(
                again["id"] == one.order.as_str(),
                "{} came again as {}",
                one.order,
                again["id"]
            );
        }
        Ok(())
    }
}

fn buyer(person: usize) -> Value {
    json!({ "email": format!("person{person}@example.org"), "name": format!("Person {person}") })
}

fn key() -> String {
    RandomIds.ulid(SystemClock.now()).to_string()
}
