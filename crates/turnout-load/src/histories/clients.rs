//! Clients that act at random, and write down what they were answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use turnout_domain::{Clock, Ids, RandomIds, SystemClock};

use super::chance::Chance;
use super::history::{
    CapacityChange, History, Kind, Micros, Paid, Placed, Purchase, Released, Scan, Span, Verdict,
};
use crate::api::{Answer, Api};
use crate::rush::text;

/// How often a client asks before it gives up, which is a failure; with the pauses more than half a minute.
const TRIES_MAX: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);
/// How long an impatient client waits for an answer before it hangs up and asks again.
const IMPATIENCE: Duration = Duration::from_millis(15);

/// One event, and who acts there. A clone acts at the same event.
#[derive(Clone)]
pub struct Stage {
    pub event: String,
    pub kinds: Vec<Kind>,
    /// Where ticketing answers; more than one are processes on one store.
    pub doors: Vec<Api>,
    /// Where everything answers, for the event's owner.
    pub owner: Api,
    /// Tokens of people who buy signed in.
    pub people: Vec<String>,
    pub history: Arc<Mutex<History>>,
}

pub fn now() -> Micros {
    SystemClock.now().as_microsecond()
}

/// An answer to a request that was sent until it was answered.
struct Settled {
    span: Span,
    answer: Answer,
    /// Whether an attempt before it got no answer, and may have taken effect.
    answer_lost: bool,
}

impl Stage {
    fn note(&self, write: impl FnOnce(&mut History)) {
        write(&mut self.history.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Sends a request until it is answered by anything but "not now".
    async fn insist<'a, F>(
        &'a self,
        chance: &mut Chance,
        send: impl Fn(&'a Api) -> F,
    ) -> anyhow::Result<Settled>
    where
        F: Future<Output = anyhow::Result<Answer>> + 'a,
    {
        let asked = now();
        let mut answer_lost = false;
        let mut last = String::new();
        for attempt in 0..TRIES_MAX {
            if attempt > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let door = &self.doors[usize::try_from(chance.below(self.doors.len() as u64))?];
            let sent = send(door);
            let result = if chance.in_hundred(10) {
                tokio::time::timeout(IMPATIENCE, sent)
                    .await
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("hung up")))
            } else {
                sent.await
            };
            match result {
                Ok(answer) if is_an_answer(answer.status) => {
                    let span = Span {
                        asked,
                        answered: now(),
                    };
                    return Ok(Settled {
                        span,
                        answer,
                        answer_lost,
                    });
                }
                Ok(answer) => {
                    // A server that says so may have lost the store's answer after the change was made.
                    answer_lost = true;
                    last = format!("{} {}", answer.status, answer.body);
                }
                Err(error) => {
                    answer_lost = true;
                    last = format!("{error:#}");
                }
            }
        }
        anyhow::bail!("no answer in {TRIES_MAX} tries; the last: {last}")
    }

    /// One buyer, from the first request to the last.
    pub async fn buy(&self, number: u64, mut chance: Chance) -> anyhow::Result<()> {
        let seed = self.history.lock().unwrap_or_else(PoisonError::into_inner).seed;
        let kind = usize::try_from(chance.below(self.kinds.len() as u64))?;
        let mut purchase = Purchase {
            email: format!("buyer-{seed}-{number}@example.org"),
            kind,
            quantity: 1 + i64::try_from(chance.below(3))?,
            person: None,
            place: (
                Span {
                    asked: 0,
                    answered: 0,
                },
                Placed::SoldOut { left: 0 },
            ),
            pay: Vec::new(),
            release: None,
            contradictions: Vec::new(),
        };
        if chance.in_hundred(25) && !self.people.is_empty() {
            purchase.person = Some(usize::try_from(chance.below(self.people.len() as u64))?);
        }
        let of_person = purchase.person.map(|person| self.signed_in(person));
        let stage = of_person.as_ref().unwrap_or(self);
        let done = stage.purchase(&mut purchase, &mut chance).await;
        let email = purchase.email.clone();
        let tickets: Vec<String> = purchase.tickets().unwrap_or_default().to_vec();
        self.note(|history| history.purchases.push(purchase));
        done.with_context(|| email)?;
        for ticket in tickets {
            if chance.in_hundred(50) {
                self.show_at_doors(&ticket, &mut chance).await?;
            }
        }
        Ok(())
    }

    fn signed_in(&self, person: usize) -> Self {
        Self {
            doors: self
                .doors
                .iter()
                .map(|door| door.bearing(&self.people[person]))
                .collect(),
            ..self.clone()
        }
    }

    async fn purchase(&self, purchase: &mut Purchase, chance: &mut Chance) -> anyhow::Result<()> {
        let kind = &self.kinds[purchase.kind];
        let at_once = kind.price == 0 && chance.in_hundred(60);
        let buyer = json!({ "email": purchase.email, "name": "A Buyer" });
        let (path, body) = if at_once {
            let body = json!({
                "event_id": self.event, "ticket_type_id": kind.id, "quantity": purchase.quantity, "buyer": buyer,
            });
            ("/tickets", body)
        } else {
            let items = json!([{ "ticket_type_id": kind.id, "quantity": purchase.quantity }]);
            (
                "/orders",
                json!({ "event_id": self.event, "items": items, "buyer": buyer }),
            )
        };
        let key = RandomIds.ulid(SystemClock.now()).to_string();
        let headers = [("idempotency-key", key.as_str())];
        let headers = headers.as_slice();
        let place = |door: &Api| {
            let (door, body) = (door.clone(), body.clone());
            let headers: Vec<(String, String)> = headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect();
            async move {
                let headers: Vec<(&str, &str)> =
                    headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                door.post(path, &body, &headers).await
            }
        };
        // A double click now and then: both are the same request, on their way at the same time.
        let twice = chance.in_hundred(20);
        let mut second_chance = Chance::new(chance.next());
        let first = self.insist(chance, place);
        let (first, second) = if twice {
            let (first, second) = tokio::join!(first, self.insist(&mut second_chance, place));
            (first?, Some(second?))
        } else {
            (first.await?, None)
        };
        let mut answers = vec![first];
        answers.extend(second);
        let mut granted: Option<(Span, Placed, Value)> = None;
        for settled in answers {
            let placed = placed(&settled)?;
            match (&placed, &granted) {
                (Placed::Granted { .. }, Some((_, before @ Placed::Granted { .. }, _)))
                    if !same_order(before, &placed) =>
                {
                    let words = format!("{} was answered {before:?} and {placed:?}", purchase.email);
                    purchase.contradictions.push(words);
                }
                (_, Some((_, Placed::Granted { .. }, _))) => {}
                _ => granted = Some((settled.span, placed, settled.answer.body)),
            }
        }
        let (span, placed, order) = granted.context("there was an answer")?;
        purchase.place = (span, placed.clone());
        match placed {
            Placed::Granted {
                held_until: Some(until),
                ..
            } => self.settle_hold(purchase, &order, until, chance).await,
            _ => Ok(()),
        }
    }

    /// Pays, gives back, does both at once, comes late, or goes away.
    async fn settle_hold(
        &self,
        purchase: &mut Purchase,
        order: &Value,
        until: Micros,
        chance: &mut Chance,
    ) -> anyhow::Result<()> {
        let (id, secret) = (text(order, "id")?, text(order, "secret")?);
        let free = self.kinds[purchase.kind].price == 0;
        let paying = |declines: bool| {
            if free {
                json!({ "method": "free" })
            } else {
                let outcome = if declines { "decline" } else { "success" };
                json!({ "method": "sandbox", "sandbox_outcome": outcome })
            }
        };
        let mut others = Chance::new(chance.next());
        match chance.below(100) {
            0..45 => {
                if !free && chance.in_hundred(25) {
                    purchase
                        .pay
                        .push(self.pay(&id, &secret, paying(true), chance).await?);
                }
                purchase
                    .pay
                    .push(self.pay(&id, &secret, paying(false), chance).await?);
            }
            // Two tabs: one pays, the other gives it back.
            45..55 => {
                let (paid, released) = tokio::join!(
                    self.pay(&id, &secret, paying(false), chance),
                    self.release(&id, &secret, &mut others)
                );
                purchase.pay.push(paid?);
                purchase.release = Some(released?);
            }
            55..75 => purchase.release = Some(self.release(&id, &secret, chance).await?),
            // Around the end of the hold, on either side of it.
            75..90 => {
                let at = until - 100_000 + i64::try_from(chance.below(200_000))?;
                let wait = u64::try_from(at - now()).unwrap_or(0);
                tokio::time::sleep(Duration::from_micros(wait)).await;
                purchase
                    .pay
                    .push(self.pay(&id, &secret, paying(false), chance).await?);
            }
            _ => {}
        }
        Ok(())
    }

    async fn pay(
        &self,
        id: &str,
        secret: &str,
        body: Value,
        chance: &mut Chance,
    ) -> anyhow::Result<(Span, Paid)> {
        let path = format!("/orders/{id}/pay");
        let settled = self
            .insist(chance, |door| {
                let (door, path, body, secret) =
                    (door.clone(), path.clone(), body.clone(), secret.to_owned());
                async move { door.post(&path, &body, &[("order-secret", &secret)]).await }
            })
            .await?;
        let answer = settled.answer;
        let paid = match (answer.status, answer.problem()) {
            (StatusCode::OK, _) => Paid::Confirmed {
                tickets: tickets(&answer.body)?,
            },
            (StatusCode::PAYMENT_REQUIRED, _) => Paid::Declined,
            (StatusCode::GONE, "hold-expired") => Paid::HoldExpired,
            (StatusCode::CONFLICT, "conflict") => Paid::NotHeld,
            (status, _) => anyhow::bail!("paying was answered {status}: {}", answer.body),
        };
        Ok((settled.span, paid))
    }

    async fn release(&self, id: &str, secret: &str, chance: &mut Chance) -> anyhow::Result<(Span, Released)> {
        let path = format!("/orders/{id}");
        let settled = self
            .insist(chance, |door| {
                let (door, path, secret) = (door.clone(), path.clone(), secret.to_owned());
                async move { door.delete(&path, &[("order-secret", &secret)]).await }
            })
            .await?;
        let released = match (settled.answer.status, settled.answer.problem()) {
            (StatusCode::NO_CONTENT, _) => Released::Done,
            (StatusCode::CONFLICT, "conflict") => Released::NotHeld,
            (status, _) => anyhow::bail!("giving back was answered {status}: {}", settled.answer.body),
        };
        Ok((settled.span, released))
    }

    /// Shows a ticket at one to three doors at once.
    async fn show_at_doors(&self, ticket: &str, chance: &mut Chance) -> anyhow::Result<()> {
        let scans = 1 + chance.below(3);
        let doors = (0..scans).map(|_| self.show(ticket, Chance::new(chance.next())));
        for scan in futures::future::try_join_all(doors).await? {
            self.note(|history| history.scans.push(scan));
        }
        Ok(())
    }

    async fn show(&self, ticket: &str, mut chance: Chance) -> anyhow::Result<Scan> {
        let path = format!("/tickets/{ticket}/validate");
        let body = json!({ "event_id": self.event });
        let token = self.owner.token().to_owned();
        let settled = self
            .insist(&mut chance, |door| {
                let (door, path, body) = (door.bearing(&token), path.clone(), body.clone());
                async move { door.post(&path, &body, &[]).await }
            })
            .await?;
        let answer = settled.answer.granted("validating")?;
        let verdict = match answer["result"].as_str() {
            Some("admitted") => Verdict::Admitted,
            Some("already_admitted") => Verdict::AlreadyAdmitted,
            _ => anyhow::bail!("{ticket} was told {answer}"),
        };
        Ok(Scan {
            ticket: ticket.to_owned(),
            verdict,
            answer_lost: settled.answer_lost,
        })
    }

    /// The organizer, who changes how many places there are, one change after the other.
    pub async fn change_capacity(&self, changes: u64, mut chance: Chance) -> anyhow::Result<()> {
        let mut capacity = self
            .history
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .capacity;
        let path = format!("/events/{}", self.event);
        let owners = Self {
            doors: vec![self.owner.clone()],
            ..self.clone()
        };
        for _ in 0..changes {
            let to = (capacity - 6 + i64::try_from(chance.below(13))?).max(1);
            let body = json!({ "max_capacity": to });
            let settled = owners
                .insist(&mut chance, |owner| {
                    let (owner, path, body) = (owner.clone(), path.clone(), body.clone());
                    async move { owner.patch(&path, &body).await }
                })
                .await?;
            let made = match settled.answer.status {
                StatusCode::OK => true,
                StatusCode::CONFLICT => false,
                status => anyhow::bail!("the capacity was answered {status}: {}", settled.answer.body),
            };
            if made {
                capacity = to;
            }
            let span = settled.span;
            self.note(|history| history.capacity_changes.push(CapacityChange { span, to, made }));
            let pause = Duration::from_millis(chance.below(200));
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }
}

/// Whether it says what was done; the others say "not now".
fn is_an_answer(status: StatusCode) -> bool {
    !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS
}

/// Whether two answers to one request speak of the same order, though one may have ended since.
fn same_order(one: &Placed, other: &Placed) -> bool {
    match (one, other) {
        (
            Placed::Granted {
                order_id: a,
                tickets: mine,
                ..
            },
            Placed::Granted {
                order_id: b,
                tickets: theirs,
                ..
            },
        ) => a == b && mine == theirs,
        _ => one == other,
    }
}

fn placed(Settled { span, answer, .. }: &Settled) -> anyhow::Result<Placed> {
    match (answer.status, answer.problem()) {
        (StatusCode::CREATED, _) => {
            let held_until = match answer.body["state"].as_str() {
                Some("held") => Some(instant(&answer.body, "expires_at")?),
                Some("confirmed") => None,
                // A replay tells how the order stands now: it ended before it could be told of.
                _ => Some(span.answered),
            };
            Ok(Placed::Granted {
                order_id: text(&answer.body, "id")?,
                held_until,
                tickets: tickets(&answer.body)?,
            })
        }
        (StatusCode::CONFLICT, "sold-out") => Ok(Placed::SoldOut {
            left: answer.body["left"].as_i64().context("how many are left")?,
        }),
        (status, _) => anyhow::bail!("an order was answered {status}: {}", answer.body),
    }
}

/// The ids of an order's tickets.
pub fn tickets(order: &Value) -> anyhow::Result<Vec<String>> {
    let tickets = order["tickets"].as_array().context("an order has tickets")?;
    tickets.iter().map(|ticket| text(ticket, "id")).collect()
}

/// A member that is an instant.
pub fn instant(value: &Value, member: &str) -> anyhow::Result<Micros> {
    let instant: Timestamp = text(value, member)?.parse()?;
    Ok(instant.as_microsecond())
}
