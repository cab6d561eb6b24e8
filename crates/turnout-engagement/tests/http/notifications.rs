//! The inbox.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{EventChange, EventStatus, WaitlistOffered};
use turnout_domain::{OrderId, WaitlistEntryId};

use crate::house::{House, event_changed, open};

async fn notified(house: &House, times: usize) -> turnout_domain::UserId {
    let user = house.app.user();
    for _ in 0..times {
        house.app.advance(SignedDuration::from_secs(1));
        house
            .app
            .publish(&house.order(house.event_id(), Some(user)))
            .await;
    }
    user
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_buyer_is_told_once_that_the_tickets_are_ready_however_often_the_message_comes() {
    let house = open().await;
    let (event, user, organizer) = (house.event_id(), house.app.user(), house.app.organizer());
    let published = event_changed(
        event,
        organizer,
        1,
        EventChange::Published,
        EventStatus::Published,
    );
    house.app.publish(&published).await;
    let message = house.app.publish(&house.order(event, Some(user))).await;
    house.app.bus().publish(&[message]).await.unwrap();
    let inbox = house.inbox(user, "").await;
    assert_eq!(inbox["unread"], 1);
    assert_eq!(ids(&inbox).len(), 1);
    let notification = &inbox["items"][0];
    assert_eq!(notification["message"], "Your 2 tickets for Jazz are ready.");
    assert_eq!(notification["kind"], "order_confirmed");
    assert_eq!(notification["event_id"], event.to_string());
    assert_eq!(notification["user_id"], user.to_string());
    assert_eq!(notification["timestamp"], house.app.now().to_string());
    assert_eq!(notification["read_at"], Value::Null);
    assert_eq!(house.app.deliver_messages().await, 1, "one NotificationStored");
}

#[tokio::test]
async fn who_waited_is_told_once_that_places_came_free() {
    let house = open().await;
    let (event, user) = (house.event_id(), house.app.user());
    let published = event_changed(
        event,
        house.app.organizer(),
        1,
        EventChange::Published,
        EventStatus::Published,
    );
    house.app.publish(&published).await;
    let now = house.app.now();
    let offered = WaitlistOffered {
        entry_id: WaitlistEntryId::from_ulid(user.ulid()),
        event_id: event,
        user_id: Some(user),
        buyer_email: "ada@example.org".parse().unwrap(),
        buyer_name: "Ada".into(),
        order_id: OrderId::rounding(user.ulid()),
        quantity: 2,
        offered_at: now,
        expires_at: now + SignedDuration::from_mins(30),
    };
    let message = house.app.publish(&offered).await;
    house.app.bus().publish(&[message]).await.unwrap();
    house
        .app
        .publish(&WaitlistOffered {
            user_id: None,
            ..offered
        })
        .await;
    let inbox = house.inbox(user, "").await;
    assert_eq!((&inbox["unread"], ids(&inbox).len()), (&json!(1), 1));
    assert_eq!(inbox["items"][0]["kind"], "waitlist_offered");
    assert_eq!(
        inbox["items"][0]["message"],
        "2 tickets for Jazz came free for you. They are yours for 30 minutes: pay to keep them."
    );
    assert_eq!(house.app.deliver_messages().await, 1, "one NotificationStored");
}

#[tokio::test]
async fn a_guest_who_buys_has_no_inbox() {
    let house = open().await;
    house.app.publish(&house.order(house.event_id(), None)).await;
    assert!(house.app.messages().is_empty());
}

#[tokio::test]
async fn a_message_waits_while_registration_cannot_name_the_event() {
    let house = open().await;
    let user = house.app.user();
    let order = house.order(house.event_id(), Some(user));
    house.app.registration().goes_down();
    let now = house.app.now();
    let message =
        turnout_domain::Envelope::new(turnout_domain::MessageId::from_ulid(user.ulid()), now, &order);
    assert!(
        house
            .app
            .bus()
            .publish(std::slice::from_ref(&message))
            .await
            .is_err()
    );
    house.app.registration().comes_back();
    house.app.bus().publish(&[message]).await.unwrap();
    assert_eq!(house.inbox(user, "").await["unread"], 1);
    house.app.discard_messages();
}

#[tokio::test]
async fn a_notification_is_read_once() {
    let house = open().await;
    let user = notified(&house, 2).await;
    let client = house.as_user(user);
    let newest = house.inbox(user, "").await["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/notifications/{newest}/read");
    let first = client.post(&path, json!({})).await.expect(StatusCode::OK);
    house.app.advance(SignedDuration::from_secs(5));
    let second = client.post(&path, json!({})).await.expect(StatusCode::OK);
    assert!(first["read_at"].is_string());
    assert_eq!(first, second);
    assert_eq!(house.inbox(user, "").await["unread"], 1);
    assert_eq!(
        house.app.deliver_messages().await,
        3,
        "two were stored and one was read"
    );
}

#[tokio::test]
async fn what_is_not_the_caller_s_is_not_there() {
    let house = open().await;
    let user = notified(&house, 1).await;
    let id = house.inbox(user, "").await["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/notifications/{id}/read");
    let other = house.as_user(house.app.user());
    other
        .post(&path, json!({}))
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let guest = house.app.as_guest();
    guest
        .post(&path, json!({}))
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    guest
        .get("/notifications")
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let nonsense = other.post("/notifications/x/read", json!({})).await;
    nonsense.problem(StatusCode::NOT_FOUND, "not-found");
    house.app.discard_messages();
}

#[tokio::test]
async fn the_list_is_newest_first_in_pages() {
    let house = open().await;
    let user = notified(&house, 5).await;
    let all = house.inbox(user, "").await;
    let all = ids(&all);
    assert!(all.is_sorted_by(|newer, older| newer > older));
    let first = house.inbox(user, "?limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = house.inbox(user, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!([ids(&first), ids(&second)].concat(), all[..4]);
    house.app.discard_messages();
}

#[tokio::test]
async fn after_gives_the_later_ones_oldest_first() {
    let house = open().await;
    let user = notified(&house, 5).await;
    let all = house.inbox(user, "").await;
    let mut oldest_first = ids(&all);
    oldest_first.reverse();
    let seen = oldest_first[1];
    let page = house.inbox(user, &format!("?after={seen}&limit=2")).await;
    assert_eq!(ids(&page), oldest_first[2..4]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = house
        .inbox(user, &format!("?after={seen}&limit=2&cursor={cursor}"))
        .await;
    assert_eq!(ids(&rest), oldest_first[4..]);
    let none = house.inbox(user, &format!("?after={}", oldest_first[4])).await;
    assert_eq!(none["items"], json!([]));
    house.app.discard_messages();
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let house = open().await;
    let client = house.as_user(house.app.user());
    assert_eq!(
        client.get("/notifications?after=ord_1").await.bad_fields(),
        ["/after"]
    );
    assert_eq!(
        client.get("/notifications?limit=0").await.bad_fields(),
        ["/limit"]
    );
    assert_eq!(
        client.get("/notifications?cursor=x").await.bad_fields(),
        ["/cursor"]
    );
}

#[tokio::test]
async fn an_outage_of_the_store_is_503() {
    let house = open().await;
    let client = house.as_user(house.app.user());
    house.app.store().begin_outage();
    let reply = client.get("/notifications").await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    house.app.store().end_outage();
}
