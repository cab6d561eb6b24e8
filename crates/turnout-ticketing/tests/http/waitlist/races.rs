//! Many at once, two processes, and a store that fails.

use axum::http::StatusCode;
use futures::future::join_all;
use turnout_store::Fault;

use super::{OFFER, SoldOut, entry_path, wanted};
use crate::stage::{HOLD, Stage, a_second_passes, path, text};

#[tokio::test(start_paused = true)]
async fn a_crowd_that_joins_at_once_has_every_place_once() {
    let sold_out = SoldOut::of(1).await;
    let names: Vec<String> = (0..300).map(|n| format!("n{n}")).collect();
    let joined = join_all(names.iter().map(|name| sold_out.join(name, 1))).await;
    let mut places: Vec<u64> = Vec::new();
    for entry in &joined {
        places.push(sold_out.entry(entry).await["position"].as_u64().unwrap());
    }
    places.sort_unstable();
    assert_eq!(places, (1..=300).collect::<Vec<_>>());
    // Whoever leaves moves those behind up, and nobody else.
    let leaver = joined
        .iter()
        .zip(&names)
        .map(|(entry, _)| entry)
        .nth(150)
        .unwrap();
    let before = sold_out.entry(leaver).await["ahead"].as_u64().unwrap();
    assert_eq!(
        sold_out.owner(leaver).delete(&entry_path(leaver)).await.status(),
        StatusCode::NO_CONTENT
    );
    let mut after = Vec::new();
    for entry in &joined {
        after.extend(sold_out.entry(entry).await["ahead"].as_u64());
    }
    after.sort_unstable();
    assert_eq!(after, (0..299).collect::<Vec<_>>());
    assert!(before < 300);
    sold_out.stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_what_comes_free_between_the_list_and_nobody_else() {
    for seed in 1..=6_u64 {
        let stage = Stage::working(Some(12)).await;
        let second = stage.second_process().await;
        let seat = stage.priced(None).await;
        let line = [(seat.as_str(), 1)];
        let orders = join_all((0..12).map(|_| stage.held(&line))).await;
        let mut entries = Vec::new();
        for n in 0..8_u32 {
            let client = if n % 2 == 0 {
                stage.app.as_guest()
            } else {
                second.clone()
            };
            let client = client.with("idempotency-key", format!("w{n}"));
            let body = wanted(
                &[&seat],
                1 + (n + u32::try_from(seed).unwrap()) % 3,
                &format!("p{n}"),
            );
            entries.push(
                client
                    .post(&stage.path("waitlist"), body)
                    .await
                    .expect(StatusCode::CREATED),
            );
        }
        let wanted: u64 = entries
            .iter()
            .map(|entry| entry["quantity"].as_u64().unwrap())
            .sum();
        assert!(wanted > 12);
        // Half a dozen come free through both, while newcomers ask both for them.
        let release = orders.iter().take(6).enumerate().map(|(n, order)| {
            let client = if n % 2 == 0 {
                stage.app.as_guest()
            } else {
                second.clone()
            };
            let client = client.with("order-secret", text(&order["secret"]));
            async move { client.delete(&path(order)).await.status() }
        });
        let newcomers = (0..20).map(|n| {
            let client = if n % 2 == 0 {
                stage.app.as_guest()
            } else {
                second.clone()
            };
            let client = client.with("idempotency-key", format!("new{n}"));
            let body = stage.order_of(&[(&seat, 1)]);
            async move { client.post("/orders", body).await.status() }
        });
        let (released, refused) = futures::join!(join_all(release), join_all(newcomers));
        assert!(released.iter().all(|status| *status == StatusCode::NO_CONTENT));
        assert!(
            refused.iter().all(|status| *status == StatusCode::CONFLICT),
            "{refused:?}"
        );
        stage.app.deliver_messages().await;
        let mut free = 6;
        for entry in &entries {
            let client = stage.app.as_guest().with("entry-secret", text(&entry["secret"]));
            let entry = client.get(&entry_path(entry)).await.json();
            if entry["state"] == "offered" {
                free -= entry["quantity"].as_i64().unwrap();
            }
        }
        // All or nothing: what is left does not suit the first who waits.
        assert!((0..3).contains(&free), "{free} left");
        assert_eq!(stage.counts().await.0, Some(free));
        stage.audit().await;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_the_store_nothing_free_is_forgotten_and_nobody_is_offered_twice() {
    for seed in 1..=8_u64 {
        let mut sold_out = SoldOut::of(6).await;
        let mut entries = Vec::new();
        for n in 0..5 {
            entries.push(sold_out.join(&format!("p{n}"), 1 + n % 2).await);
        }
        sold_out.stage.app.deliver_messages().await;
        for order in sold_out.orders.drain(..) {
            sold_out.stage.release(&order).await;
        }
        for n in 0..40 {
            let faults = [
                Fault::Busy,
                Fault::LoseRequest,
                Fault::LoseReply,
                Fault::Unavailable,
            ];
            sold_out
                .stage
                .app
                .store()
                .fail_next(faults[usize::try_from((seed * 7 + n * n) % 4).unwrap()].clone());
        }
        while sold_out.stage.app.store().faults_left() > 0 {
            // Each try is a process that dies over the message; it comes again.
            let _ = sold_out.stage.app.try_deliver_messages().await;
            sold_out
                .stage
                .app
                .as_guest()
                .get(&sold_out.stage.path("ticket-types"))
                .await;
        }
        sold_out.stage.app.deliver_messages().await;
        // 1, 2, 1, 2 fit into six; the last, who wants one, does not.
        assert_eq!(
            sold_out.states(&entries).await,
            ["offered", "offered", "offered", "offered", "waiting"]
        );
        assert_eq!(sold_out.stage.counts().await, (Some(0), 6, 0));
        sold_out.stage.audit().await;
    }
}

#[tokio::test(start_paused = true)]
async fn wherever_a_process_ends_the_offer_is_made_once_and_told() {
    for calls in 0..24 {
        let mut sold_out = SoldOut::of(1).await;
        let entry = sold_out.join("ada", 1).await;
        sold_out.stage.app.deliver_messages().await;
        let order = sold_out.orders.pop().unwrap();
        sold_out.stage.release(&order).await;
        // So many calls go through; then the store is gone for longer than an offer stands.
        for _ in 0..calls {
            sold_out.stage.app.store().fail_next(Fault::Delay(0));
        }
        for _ in 0..100 {
            sold_out.stage.app.store().fail_next(Fault::Unavailable);
        }
        let _ = sold_out.stage.app.try_deliver_messages().await;
        sold_out.stage.app.advance(OFFER + HOLD);
        while sold_out.stage.app.store().faults_left() > 0 {
            sold_out
                .stage
                .app
                .as_guest()
                .get(&sold_out.stage.path("ticket-types"))
                .await;
        }
        a_second_passes().await;
        sold_out.stage.app.deliver_messages().await;
        let seen = sold_out.entry(&entry).await;
        // Offered in time and lapsed, or offered now.
        let state = text(&seen["state"]);
        assert!(
            state == "offered" || state == "lapsed",
            "after {calls} calls: {seen}"
        );
        let held = i64::from(state == "offered");
        assert_eq!(
            sold_out.stage.counts().await,
            (Some(1 - held), held, 0),
            "after {calls} calls"
        );
        sold_out.stage.audit().await;
    }
}
