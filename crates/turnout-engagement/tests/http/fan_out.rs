//! One message to every holder.

use serde_json::Value;
use tokio::time::timeout;
use turnout_domain::messages::{AnnouncementPosted, EventChange, EventStatus, NotificationStored};
use turnout_domain::{AnnouncementId, EventId, Message, UserId};
use turnout_engagement::TABLE;
use turnout_store::{Fault, Gate, Store};

use crate::house::{House, PATIENCE, event_changed, open, start};

const HOLDERS: usize = 500;

async fn holders(house: &House, event: EventId, count: usize) -> Vec<UserId> {
    let mut users = Vec::new();
    for _ in 0..count {
        let user = house.app.user();
        house.app.publish(&house.order(event, Some(user))).await;
        users.push(user);
    }
    users
}

/// Waits until so many notifications were stored since the outbox was emptied.
async fn stored(house: &House, count: usize) {
    let signal = house.app.store().outbox_signal(TABLE);
    loop {
        let messages = house.app.messages();
        let stored = messages
            .iter()
            .filter(|message| message.kind == NotificationStored::KIND);
        if stored.count() >= count {
            return;
        }
        timeout(PATIENCE, signal.notified())
            .await
            .expect("notifications in time");
    }
}

fn announcement(house: &House, event: EventId) -> AnnouncementPosted {
    AnnouncementPosted {
        announcement_id: AnnouncementId::from_ulid(house.app.user().ulid()),
        event_id: event,
        message: "Doors open at 19:00.".to_owned(),
        posted_at: house.app.now(),
    }
}

fn messages(inbox: &Value) -> Vec<&str> {
    let items = inbox["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["message"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn every_holder_hears_once_though_the_worker_dies_half_way() {
    let house = open().await;
    let event = house.event_id();
    let users = holders(&house, event, HOLDERS).await;
    house.app.discard_messages();
    // The first worker is gone before there is anything to do, so that the second one's calls can be counted.
    house.stop.cancel();
    house.app.ports().tasks.close();
    timeout(PATIENCE, house.app.ports().tasks.wait())
        .await
        .expect("it ends");
    let message = house.app.publish(&announcement(&house, event)).await;
    // Two reads, five changes and the progress of a step, two reads of the next, and two of its changes.
    for _ in 0..12 {
        let passed = Gate::closed();
        passed.open();
        house.app.store().fail_next(Fault::Wait(passed));
    }
    let gate = Gate::closed();
    house.app.store().fail_next(Fault::Wait(gate.clone()));
    let (_, stop) = start(&house.app.ports()).await;
    timeout(PATIENCE, gate.reached())
        .await
        .expect("it comes half-way");
    stop.cancel();
    house.app.store().begin_outage();
    gate.open();
    timeout(PATIENCE, house.app.ports().tasks.wait())
        .await
        .expect("it dies");
    house.app.store().end_outage();
    let told = house.app.messages().len();
    assert!(told > 0 && told < HOLDERS, "{told} were told");

    let _second = start(&house.app.ports()).await;
    stored(&house, HOLDERS).await;
    house.app.bus().publish(&[message]).await.unwrap();
    assert_eq!(house.app.messages().len(), HOLDERS, "each once");
    for user in users {
        let inbox = house.inbox(user, "").await;
        assert_eq!(inbox["unread"], 2);
        let mut messages = messages(&inbox);
        messages.sort_unstable();
        assert_eq!(messages, ["Doors open at 19:00.", "Your 2 tickets are ready."]);
    }
    house.app.discard_messages();
}

#[tokio::test]
async fn a_cancelled_and_a_moved_event_tell_their_holders_and_an_edit_of_words_does_not() {
    let house = open().await;
    let (event, organizer) = (house.event_id(), house.app.organizer());
    let users = holders(&house, event, 3).await;
    house.app.discard_messages();
    let changed = |version, change, status| event_changed(event, organizer, version, change, status);
    let (published, cancelled) = (EventStatus::Published, EventStatus::Cancelled);
    house
        .app
        .publish(&changed(1, EventChange::Published, published))
        .await;
    house
        .app
        .publish(&changed(2, EventChange::Updated { moved: false }, published))
        .await;
    let moved = house
        .app
        .publish(&changed(3, EventChange::Updated { moved: true }, published))
        .await;
    stored(&house, 3).await;
    let called_off = house
        .app
        .publish(&changed(4, EventChange::Cancelled, cancelled))
        .await;
    stored(&house, 6).await;
    house.app.bus().publish(&[moved, called_off]).await.unwrap();
    for user in users {
        let inbox = house.inbox(user, "").await;
        let messages = messages(&inbox);
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages.contains(&"Jazz has been cancelled."));
        let moved = "Jazz has changed. It now takes place 2027-07-04 20:00 (Europe/Lisbon), Casa.";
        assert!(messages.contains(&moved), "{messages:?}");
    }
    assert_eq!(house.app.messages().len(), 6);
    house.app.discard_messages();
}

#[tokio::test]
async fn a_holder_whose_order_is_heard_of_after_the_cancellation_is_told_as_well() {
    let house = open().await;
    let (event, organizer, user) = (house.event_id(), house.app.organizer(), house.app.user());
    let cancelled = event_changed(
        event,
        organizer,
        2,
        EventChange::Cancelled,
        EventStatus::Cancelled,
    );
    house.app.publish(&cancelled).await;
    house.app.publish(&house.order(event, Some(user))).await;
    let inbox = house.inbox(user, "").await;
    assert!(messages(&inbox).contains(&"Jazz has been cancelled."));
    house.app.discard_messages();
}
