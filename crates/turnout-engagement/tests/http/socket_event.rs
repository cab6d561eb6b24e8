//! The topic that everyone sees of an event.

use serde_json::{Value, json};
use turnout_domain::EventId;
use turnout_domain::messages::{EventChange, EventStatus, StockChanged};
use turnout_test_kit::Call;

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
    let data = json!({ "event": { "id": event, "title": "Jazz" }, "ticket_types": [{ "available": 5 }], "event_available": 5, "waitlist": null });
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

#[tokio::test]
async fn a_crowd_shares_one_fetch_and_each_hears_once() {
    let house = open().await;
    let (event, topic) = on_show(&house, 5);
    let address = house.listen().await;
    let mut crowd = Vec::new();
    for _ in 0..200 {
        let mut socket = Socket::to(address).await;
        socket.subscribe(&topic).await;
        crowd.push(socket);
    }
    let path = format!("/events/{event}/ticket-types");
    let fetches = || {
        let calls = house.app.ticketing().calls();
        calls
            .iter()
            .filter(|Call { path: asked, .. }| *asked == path)
            .count()
    };
    assert_eq!(fetches(), 1);
    sell(&house, event, 4);
    house.app.publish(&StockChanged { event_id: event }).await;
    let told = crowd[0].next().await;
    for socket in &mut crowd[1..] {
        assert_eq!(socket.next().await, told);
    }
    assert_eq!(fetches(), 2);
    let last = sold(&house, event, 3, &mut crowd[0]).await;
    assert_eq!(crowd[199].next().await, last);
}

#[tokio::test]
async fn how_many_are_registered_follows_a_sale_though_no_message_tells_of_it() {
    let house = open().await;
    let (event, topic) = on_show(&house, 5);
    let mut socket = house.socket().await;
    socket.subscribe(&topic).await;
    let counted = json!({ "id": event, "title": "Jazz", "registered_users": 2 });
    let path = format!("/events/{event}");
    house.app.registration().answers(&path, counted.clone());
    sell(&house, event, 3);
    house.app.publish(&house.order(event, None)).await;
    // The first look leaves the event out: registration may not have heard of the sale yet. The second does not.
    let tickets = json!({ "ticket_types": [{ "available": 3 }], "event_available": 3 });
    assert_eq!(socket.next().await["data"], tickets);
    assert_eq!(socket.next().await["data"], json!({ "event": counted }));
}
