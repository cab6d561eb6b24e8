//! Whatever people do, in whatever order and through whichever process: the list stays fair.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_test_kit::Client;

use super::{OFFER, entry_path, offered_order, wanted};
use crate::stage::{Stage, a_second_passes, path, text};

/// Numbers that are the same in every run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("a few")
    }
}

/// An evening at a sold-out event, with two processes.
struct Evening {
    stage: Stage,
    second: Client,
    seat: String,
    capacity: u32,
    /// Orders of people who did not wait.
    orders: Vec<Value>,
    /// Everyone who ever joined, in order.
    entries: Vec<Value>,
}

impl Evening {
    async fn of(capacity: u32) -> Self {
        let stage = Stage::working(Some(capacity)).await;
        let second = stage.second_process().await;
        let seat = stage.free(None).await;
        let mut orders = Vec::new();
        for _ in 0..capacity {
            orders.push(stage.held(&[(&seat, 1)]).await);
        }
        // They are paid, so that only those who wait can lapse.
        for order in &orders {
            stage.pay_for_nothing(order).await;
        }
        Self {
            stage,
            second,
            seat,
            capacity,
            orders: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn anyone(&self, dice: &mut Dice) -> Client {
        if dice.below(2) == 0 {
            self.second.clone()
        } else {
            self.stage.app.as_guest()
        }
    }

    async fn entry(&self, entry: &Value) -> Value {
        let client = self
            .stage
            .app
            .as_guest()
            .with("entry-secret", text(&entry["secret"]));
        client.get(&entry_path(entry)).await.expect(StatusCode::OK)
    }

    async fn step(&mut self, dice: &mut Dice, n: usize) {
        let client = self.anyone(dice);
        match dice.below(8) {
            0..=2 => {
                let quantity = 1 + u32::try_from(dice.below(3)).expect("a few");
                let client = client.with("idempotency-key", format!("join-{n}"));
                let body = wanted(&[&self.seat], quantity, &format!("p{n}"));
                let reply = client.post(&self.stage.path("waitlist"), body).await;
                if reply.status() == StatusCode::CREATED {
                    self.entries.push(reply.json());
                } else {
                    reply.problem(StatusCode::CONFLICT, "tickets-available");
                }
            }
            3 if !self.entries.is_empty() => {
                let entry = &self.entries[dice.below(self.entries.len())];
                let owner = client.with("entry-secret", text(&entry["secret"]));
                let status = owner.delete(&entry_path(entry)).await.status();
                let expected = [StatusCode::NO_CONTENT, StatusCode::CONFLICT];
                assert!(expected.contains(&status));
            }
            4 => {
                self.capacity += u32::try_from(dice.below(3)).expect("a few");
                let capacity = format!("/internal/events/{}/capacity", self.stage.event);
                let peer = self.stage.app.as_peer();
                let body = json!({ "max_capacity": self.capacity });
                peer.put(&capacity, body).await.expect(StatusCode::OK);
            }
            5 => {
                self.stage.app.advance(OFFER + SignedDuration::from_secs(1));
                a_second_passes().await;
            }
            6 => {
                for entry in &self.entries {
                    let entry = self.entry(entry).await;
                    if entry["state"] == "offered" {
                        self.stage.pay_for_nothing(&offered_order(&entry)).await;
                        break;
                    }
                }
            }
            _ => {
                let client = client.with("idempotency-key", format!("new-{n}"));
                let reply = client
                    .post("/orders", self.stage.order_of(&[(&self.seat, 1)]))
                    .await;
                if reply.status() == StatusCode::CREATED {
                    self.orders.push(reply.json());
                    assert!(!self.anybody_waits().await, "a newcomer was faster than the list");
                }
            }
        }
        if dice.below(3) == 0
            && let Some(order) = self.orders.pop()
        {
            let client = self.anyone(dice).with("order-secret", text(&order["secret"]));
            let status = client.delete(&path(&order)).await.status();
            assert_eq!(status, StatusCode::NO_CONTENT);
        }
    }

    async fn anybody_waits(&self) -> bool {
        let mut waits = false;
        for entry in &self.entries {
            waits |= self.entry(entry).await["state"] == "waiting";
        }
        waits
    }

    /// Once everything was heard, nothing lies idle that suits the first in line, and everyone's place is their own.
    async fn is_fair(&self) {
        self.stage.app.deliver_messages().await;
        let free = self.stage.counts().await.0.expect("a limit");
        let mut places = Vec::new();
        let mut first = None;
        for entry in &self.entries {
            let entry = self.entry(entry).await;
            places.extend(entry["ahead"].as_i64());
            if entry["state"] == "waiting" {
                first = first.or(entry["quantity"].as_i64());
            }
            if let Some(order) = entry["offer"]["order_id"].as_str() {
                let order = json!({ "id": order, "secret": entry["offer"]["order_secret"] });
                let held = self.stage.holder_of(&order).get(&path(&order)).await.json();
                assert_eq!(held["items"][0]["quantity"], entry["quantity"], "all or nothing");
            }
        }
        assert_eq!(places, (0..).take(places.len()).collect::<Vec<i64>>());
        if let Some(wanted) = first {
            assert!(
                free < wanted,
                "{free} are free, and the first in line wants {wanted}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_people_do_the_list_stays_fair() {
    let mut joined = 0;
    for seed in 1..=12 {
        let mut dice = Dice(seed * 7_919);
        let mut evening = Evening::of(3).await;
        for n in 0..45 {
            evening.step(&mut dice, n).await;
            evening.is_fair().await;
        }
        joined += evening.entries.len();
        evening.stage.audit().await;
    }
    assert!(joined > 60, "{joined} joined: too few to show anything");
}
