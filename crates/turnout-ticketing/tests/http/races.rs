//! Many at once: what is promised of stock holds for all of them together.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::{Value, json};
use turnout_store::Fault;
use turnout_test_kit::Reply;

use crate::stage::{HOLD, Stage, a_second_passes, list, path, text};

/// Numbers that are the same in every run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn quantity(&mut self, most: u64) -> u32 {
        u32::try_from(1 + self.below(most)).expect("a few")
    }
}

/// What is left according to whoever was told sold out; nothing for those who were served.
fn left(reply: &Reply) -> Option<i64> {
    if reply.status() == StatusCode::CREATED {
        return None;
    }
    reply.problem(StatusCode::CONFLICT, "sold-out")["left"].as_i64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_of_fifty_places_get_fifty() {
    let stage = Stage::of(Some(50)).await;
    let seat = stage.free(None).await;
    let replies = join_all((0..200).map(|_| stage.register(&seat, 1))).await;
    let told: Vec<i64> = replies.iter().filter_map(left).collect();
    assert_eq!(told, [0; 150]);
    assert_eq!(stage.counts().await, (Some(0), 0, 50));
    let report = stage.audit().await;
    assert_eq!((report.orders, report.tickets), (50, 50));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_ticket_types_share_the_places_of_their_event() {
    let stage = Stage::of(Some(60)).await;
    let mut types = Vec::new();
    for _ in 0..20 {
        types.push(stage.free(Some(5)).await);
    }
    let replies = join_all((0..200).map(|n| stage.register(&types[n % 20], 1))).await;
    let sold = replies.iter().filter(|reply| left(reply).is_none()).count();
    // A hundred of the types' own, sixty of the event's.
    assert_eq!(sold, 60);
    assert_eq!(stage.counts().await, (Some(0), 0, 60));
    for of_type in list(&stage.sales().await, "by_ticket_type") {
        assert!(of_type["confirmed"].as_i64() <= Some(5));
    }
    stage.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_refused_while_what_they_asked_for_is_free() {
    for seed in 1..=10 {
        let mut dice = Dice(seed);
        let stage = Stage::of(Some(100)).await;
        let seat = stage.free(None).await;
        let sizes: Vec<u32> = (0..80).map(|_| dice.quantity(8)).collect();
        let replies = join_all(sizes.iter().map(|size| stage.register(&seat, *size))).await;
        let (available, _, sold) = stage.counts().await;
        let available = available.expect("a limit");
        let mut served = 0;
        for (size, reply) in sizes.iter().copied().map(i64::from).zip(&replies) {
            match left(reply) {
                None => served += size,
                // Nothing comes back here: what is free at the end was free when they were refused.
                Some(left) => assert!(
                    available <= left && left < size,
                    "{size} of {left}, then {available}"
                ),
            }
        }
        assert_eq!((served, available), (sold, 100 - sold));
        stage.audit().await;
    }
}

#[tokio::test]
async fn who_comes_one_by_one_is_served_as_a_simple_count_would() {
    let mut dice = Dice(7);
    let stage = Stage::of(Some(60)).await;
    let types = [stage.priced(Some(30)).await, stage.priced(Some(50)).await];
    let mut free = [30, 50];
    let mut all = 60;
    let mut open: Vec<(Value, usize, u32)> = Vec::new();
    for _ in 0..300 {
        if dice.below(3) == 0 && !open.is_empty() {
            let one = usize::try_from(dice.below(open.len() as u64)).unwrap();
            let (order, which, size) = open.swap_remove(one);
            if dice.below(4) == 0 {
                stage.pay(&order).await.expect(StatusCode::OK);
            } else {
                assert_eq!(stage.release(&order).await.status(), StatusCode::NO_CONTENT);
                free[which] += size;
                all += size;
            }
        } else {
            let which = usize::try_from(dice.below(2)).unwrap();
            let size = dice.quantity(6);
            let reply = stage.order(&[(&types[which], size)]).await;
            let fits = free[which].min(all);
            assert_eq!(left(&reply), (size > fits).then_some(i64::from(fits)));
            if size <= fits {
                free[which] -= size;
                all -= size;
                open.push((reply.json(), which, size));
            }
        }
    }
    stage.audit().await;
}

/// One buyer's evening; what they were promised last.
async fn evening(stage: &Stage, types: &[String], seed: u64) -> Option<(Value, &'static str)> {
    let mut dice = Dice(seed * 7919 + 1);
    let which = usize::try_from(dice.below(types.len() as u64)).unwrap();
    let body = stage.order_of(&[(&types[which], dice.quantity(4))]);
    let client = stage
        .app
        .as_guest()
        .with("idempotency-key", format!("evening-{seed}"));
    let mut held = client.post("/orders", body.clone()).await;
    for _ in 0..100 {
        if held.status() != StatusCode::SERVICE_UNAVAILABLE {
            break;
        }
        // The answer was lost, or the store busy: asked again under the same key.
        held = client.post("/orders", body.clone()).await;
    }
    left(&held).is_none().then_some(())?;
    let order = held.json();
    let promised = match dice.below(4) {
        0 => (order, "held"),
        1 => {
            let reply = stage.release(&order).await;
            let known = reply.status() == StatusCode::NO_CONTENT;
            (order, if known { "cancelled" } else { "unknown" })
        }
        _ => {
            let reply = stage.pay(&order).await;
            let known = reply.status() == StatusCode::OK;
            (order, if known { "confirmed" } else { "unknown" })
        }
    };
    Some(promised)
}

#[tokio::test(start_paused = true)]
async fn what_was_acknowledged_stands_whatever_befalls_the_store() {
    for seed in 1..=4 {
        let stage = Stage::working(Some(150)).await;
        let mut types = Vec::new();
        for _ in 0..3 {
            types.push(stage.priced(Some(60)).await);
        }
        let mut dice = Dice(seed);
        for _ in 0..60 {
            stage.app.store().fail_next(match dice.below(4) {
                0 => Fault::Busy,
                1 => Fault::LoseRequest,
                2 => Fault::LoseReply,
                _ => Fault::Unavailable,
            });
        }
        let evenings = (0..120).map(|number| evening(&stage, &types, seed * 1_000 + number));
        let promised: Vec<(Value, &str)> = join_all(evenings).await.into_iter().flatten().collect();
        while stage.app.store().faults_left() > 0 {
            // What befell nobody yet befalls the sweeper and these.
            stage.app.as_guest().get(&stage.path("ticket-types")).await;
            stage.order(&[(&types[0], 1)]).await;
        }
        assert!(promised.len() > 30);
        for (order, state) in &promised {
            let seen = stage
                .holder_of(order)
                .get(&path(order))
                .await
                .expect(StatusCode::OK);
            assert!(*state == "unknown" || seen["state"] == *state, "{state}: {seen}");
        }
        stage.audit().await;
        stage.app.advance(HOLD);
        a_second_passes().await;
        assert_eq!(stage.sales().await["held"], 0);
        let mut tickets = BTreeMap::new();
        for (order, state) in &promised {
            let seen = stage
                .holder_of(order)
                .get(&path(order))
                .await
                .expect(StatusCode::OK);
            let now = text(&seen["state"]);
            match *state {
                "held" => assert_eq!(now, "expired"),
                "unknown" => assert_ne!(now, "held"),
                state => assert_eq!(now, state),
            }
            for ticket in list(&seen, "tickets") {
                assert!(tickets.insert(text(&ticket["id"]), now.clone()).is_none());
            }
        }
        stage.audit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_by_many_hands_buys_once() {
    let stage = Stage::of(Some(3)).await;
    let seat = stage.free(None).await;
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let body = stage.registration_of(&seat, 2);
    let replies = join_all((0..100).map(|_| {
        let (client, body) = (client.clone(), body.clone());
        tokio::spawn(async move { client.post("/tickets", body).await })
    }))
    .await;
    let mut first = 0;
    let mut seen = json!(null);
    for reply in replies {
        let reply = reply.unwrap();
        first += u32::from(reply.header("idempotent-replayed").is_none());
        let order = reply.expect(StatusCode::CREATED);
        assert!(seen.is_null() || seen == order);
        seen = order;
    }
    assert_eq!(first, 1);
    assert_eq!(stage.counts().await, (Some(1), 0, 2));
    stage.audit().await;
}
