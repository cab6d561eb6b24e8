//! The topic that everyone sees of an event.

use serde_json::{Value, json};
use turnout_domain::EventId;
use turnout_domain::messages::{EventChange, EventStatus, StockChanged};

use crate::house::{House, Socket, event_changed, open};

/// An event on show with so many places left, and its topic.
fn on_show(house: &House, left: u32) -> (EventId, String) {
    let event = house.event_id();
    house.app.registration().answers(
        &format!("/events/{event}"),
        json!({ "id": event, "title": "Jazz" }),
    );
    sell(house, event, left);
    (event, format!("event:{event}"))
}

fn sell(house: &House, event: EventId, left: u32) {
    let types = json!({ "items": [{ "available": left }], "next_cursor": null, "event_available": left });
    house
        .app
        .ticketing()
        .answers(&format!("/events/{event}/ticket-types"), types);
}

/// Sells down to `left` and hears of it.
async fn sold(house: &House, event: EventId, left: u32, socket: &mut Socket) -> Value {
    sell(house, event, left);
    house.app.publish(&StockChanged { event_id: event }).await;
    socket.next().await
}

#[tokio::test]
async fn a_snapshot_then_what_changed() {
    let house = open().await;
    let (event, topic) = on_show(&house, 5);
    let mut socket = house.socket().await;
    let snapshot = socket.subscribe(&topic).await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["topic"], topic);
    let data = json!({ "event": { "id": event, "title": "Jazz" }, "ticket_types": [{ "available": 5 }], "event_available": 5 });
    assert_eq!(snapshot["data"], data);
    let delta = sold(&house, event, 4, &mut socket).await;
    assert_eq!(delta["type"], "delta");
    assert_ne!(delta["sequence"], snapshot["sequence"]);
    assert_eq!(
        delta["data"],
        json!({ "ticket_types": [{ "available": 4 }], "event_available": 4 })
    );

    let path = format!("/events/{event}");
    house
        .app
        .registration()
        .answers(&path, json!({ "id": event, "title": "Blues" }));
    let organizer = house.app.organizer();
    let updated = EventChange::Updated { moved: false };
    house
        .app
        .publish(&event_changed(
            event,
            organizer,
            2,
            updated,
            EventStatus::Published,
        ))
        .await;
    let delta = socket.next().await;
    assert_eq!(
        delta["data"],
        json!({ "event": { "id": event, "title": "Blues" } })
    );
}

#[tokio::test]
async fn since_gives_exactly_what_was_missed() {
    let house = open().await;
    let (event, topic) = on_show(&house, 5);
    let (mut first, mut second) = (house.socket().await, house.socket().await);
    let seen = first.subscribe(&topic).await["sequence"].clone();
    second.subscribe(&topic).await;
    drop(first);
    let missed = [
        sold(&house, event, 4, &mut second).await,
        sold(&house, event, 3, &mut second).await,
    ];
    let mut again = house.socket().await;
    again.resume(&topic, &seen).await;
    assert_eq!([again.next().await, again.next().await], missed);
    let next = sold(&house, event, 2, &mut second).await;
    assert_eq!(again.next().await, next, "and nothing twice");
}

#[tokio::test]
async fn since_of_another_epoch_gives_a_snapshot() {
    let house = open().await;
    let (_, topic) = on_show(&house, 5);
    let mut socket = house.socket().await;
    socket.resume(&topic, &json!("another-7")).await;
    assert_eq!(socket.next().await["type"], "snapshot");
}

#[tokio::test]
async fn what_happened_while_nobody_looked_is_in_the_next_snapshot() {
    let house = open().await;
    let (event, topic) = on_show(&house, 5);
    let mut first = house.socket().await;
    let seen = first.subscribe(&topic).await["sequence"].clone();
    first.send(json!({ "unsubscribe": [topic] })).await;
    // An answer to something later shows that the subscription has ended.
    first.subscribe("me").await;
    sell(&house, event, 1);
    house.app.publish(&StockChanged { event_id: event }).await;
    first.resume(&topic, &seen).await;
    let snapshot = first.next().await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["data"]["event_available"], 1);
}

#[tokio::test]
async fn a_draft_is_not_found_and_a_peer_that_is_down_is_asked_again() {
    let house = open().await;
    let draft = format!("event:{}", house.event_id());
    let mut socket = house.socket().await;
    let error = socket.subscribe(&draft).await;
    assert_eq!(error["type"], "error");
    assert_eq!(error["topic"], draft);
    assert_eq!(error["problem"]["status"], 404);

    let (_, topic) = on_show(&house, 5);
    house.app.registration().goes_down();
    socket.send(json!({ "subscribe": [topic, "me"] })).await;
    assert_eq!(
        socket.next().await["topic"],
        "me",
        "the answer to what came later"
    );
    house.app.registration().comes_back();
    assert_eq!(socket.next().await["type"], "snapshot");
}

#[tokio::test]
async fn sockets_are_closed_with_a_word_when_the_service_stops() {
    let house = open().await;
    let (_, topic) = on_show(&house, 5);
    let mut socket = house.socket().await;
    socket.subscribe(&topic).await;
    house.stop.cancel();
    assert_eq!(socket.closed().await, 1012);
}
