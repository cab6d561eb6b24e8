//! What became of those who looked, hour by hour.

use std::time::Duration;

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_store::Fault;

use crate::stage::{Stage, a_second_passes, list, text};

async fn insight(stage: &Stage) -> Value {
    let path = stage.path("insight?hours=3");
    stage.manager.get(&path).await.expect(StatusCode::OK)
}

/// The last three hours of something.
fn hours(insight: &Value, what: &str) -> Vec<i64> {
    let hours = list(insight, "hours").iter();
    hours.map(|hour| hour[what].as_i64().expect("a count")).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_counted_once_in_the_hour_it_happened() {
    let stage = Stage::working(Some(100)).await;
    let (seat, free) = (stage.priced(Some(20)).await, stage.free(None).await);
    for _ in 0..3 {
        let looked = stage.app.as_guest().post(&stage.path("views"), json!({})).await;
        assert_eq!(looked.status(), StatusCode::ACCEPTED);
    }
    let bought = stage.held(&[(&seat, 2)]).await;
    let lost = stage.held(&[(&seat, 1)]).await;
    stage.held(&[(&seat, 1)]).await;
    stage.pay(&bought).await.expect(StatusCode::OK);
    assert_eq!(stage.release(&lost).await.status(), StatusCode::NO_CONTENT);
    stage.app.deliver_messages().await;
    stage.app.advance(SignedDuration::from_hours(1));
    a_second_passes().await;
    let registered = stage.register(&free, 3).await.expect(StatusCode::CREATED);
    let door = format!(
        "/tickets/{}/validate",
        text(&list(&registered, "tickets")[0]["id"])
    );
    stage.manager.post(&door, json!({})).await.expect(StatusCode::OK);
    let other = text(&list(&registered, "tickets")[1]["id"]);
    let scan = format!("/tickets/{other}/validate");
    stage.manager.post(&scan, json!({})).await.expect(StatusCode::OK);
    let undo = json!({ "ticket_id": other, "list": "main", "reason": "The wrong one" });
    let undone = stage.manager.post(&stage.path("check-ins/undo"), undo).await;
    undone.expect(StatusCode::OK);
    // Each message comes twice.
    let messages = stage.app.messages();
    stage.app.bus().publish(&messages).await.unwrap();
    stage.app.deliver_messages().await;
    for _ in 0..4 {
        tokio::time::advance(Duration::from_secs(1)).await;
        a_second_passes().await;
    }
    let seen = insight(&stage).await;
    assert_eq!(hours(&seen, "views"), [0, 3, 0]);
    assert_eq!(hours(&seen, "begun"), [0, 3, 1]);
    assert_eq!(hours(&seen, "confirmed"), [0, 1, 1]);
    assert_eq!(hours(&seen, "abandoned"), [0, 1, 1]);
    assert_eq!(hours(&seen, "sold"), [0, 2, 3]);
    assert_eq!(hours(&seen, "revenue"), [0, 2500, 0]);
    assert_eq!(hours(&seen, "checked_in"), [0, 0, 1]);
    assert_eq!(
        seen["hours"][1]["sold_by_ticket_type"],
        json!({ seat.as_str(): 2 })
    );
    assert_eq!(
        (&seen["sold"], &seen["held"], &seen["total"]["sold"]),
        (&json!(5), &json!(0), &json!(5))
    );
    assert_eq!(seen["revenue"], json!({ "amount": 2500, "currency": "EUR" }));
    let types = list(&seen, "by_ticket_type");
    let of_free = types
        .iter()
        .find(|one| one["ticket_type_id"] == free.as_str())
        .expect("the free type");
    assert_eq!((&of_free["sold"], &of_free["checked_in"]), (&json!(3), &json!(1)));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_the_store_each_message_counts_once() {
    for seed in 1..=6 {
        let stage = Stage::working(Some(500)).await;
        let seat = stage.free(None).await;
        join_all((0..120).map(|_| stage.register(&seat, 2))).await;
        for n in 0..30 {
            let faults = [
                Fault::Busy,
                Fault::LoseRequest,
                Fault::LoseReply,
                Fault::Unavailable,
            ];
            stage.app.store().fail_next(faults[(seed + n * n) % 4].clone());
        }
        while stage.app.try_deliver_messages().await.is_err() {}
        while stage.app.store().faults_left() > 0 {
            stage.app.as_guest().get(&stage.path("ticket-types")).await;
        }
        let seen = insight(&stage).await;
        assert_eq!(
            (&seen["total"]["confirmed"], &seen["total"]["sold"]),
            (&json!(120), &json!(240))
        );
        stage.audit().await;
    }
}

#[tokio::test]
async fn hours_are_a_month_at_most_and_views_of_nothing_are_nothing() {
    let stage = Stage::of(Some(5)).await;
    for hours in ["0", "745", "-1", "x"] {
        let path = stage.path(&format!("insight?hours={hours}"));
        assert_eq!(stage.manager.get(&path).await.bad_fields(), ["/hours"]);
    }
    let nothing = stage
        .manager
        .get(&stage.path("insight"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(list(&nothing, "hours").len(), 168);
    let unknown = stage.app.as_guest().post("/events/evt_x/views", json!({})).await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
    stage
        .app
        .as_guest()
        .post("/events/evt_00000000000000000000000009/views", json!({}))
        .await;
    stage.audit().await;
}
