//! The topics of those who are signed in.

use serde_json::{Value, json};
use turnout_domain::EventId;
use turnout_domain::messages::{Direction, EventChange, EventStatus, TicketAdmitted};

use crate::house::{House, event_changed, open};

async fn event_of(house: &House, organizer: turnout_domain::OrganizerId) -> EventId {
    let event = house.event_id();
    let published = event_changed(
        event,
        organizer,
        1,
        EventChange::Published,
        EventStatus::Published,
    );
    house.app.publish(&published).await;
    event
}

fn sales(house: &House, event: EventId, confirmed: u32) {
    let path = format!("/internal/events/{event}/sales");
    house
        .app
        .ticketing()
        .answers(&path, json!({ "confirmed": confirmed }));
}

fn kind(error: &Value) -> &str {
    assert_eq!(error["type"], "error", "{error}");
    error["problem"]["type"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
}

#[tokio::test]
async fn guests_and_strangers_see_nothing_private() {
    let house = open().await;
    let desk = format!("desk:{}", event_of(&house, house.app.organizer()).await);
    let mut guest = house.socket().await;
    assert_eq!(kind(&guest.subscribe("me").await), "unauthenticated");
    assert_eq!(kind(&guest.subscribe(&desk).await), "unauthenticated");
    guest.send(json!({ "authenticate": "nonsense" })).await;
    assert_eq!(kind(&guest.next().await), "unauthenticated");
    let mut stranger = house.socket_of(house.app.user()).await;
    let error = stranger.subscribe(&desk).await;
    assert_eq!(kind(&error), "not-found");
    assert_eq!(error["topic"], desk);
    let unknown = format!("desk:{}", house.event_id());
    assert_eq!(kind(&stranger.subscribe(&unknown).await), "not-found");
    assert_eq!(kind(&stranger.subscribe("weather").await), "not-found");
}

#[tokio::test]
async fn me_shows_the_inbox_and_what_comes_into_it() {
    let house = open().await;
    let user = house.app.user();
    house
        .app
        .publish(&house.order(house.event_id(), Some(user)))
        .await;
    house.app.deliver_messages().await;
    let mut socket = house.socket_of(user).await;
    let snapshot = socket.subscribe("me").await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["data"]["unread"], 1);
    assert_eq!(snapshot["data"]["notifications"].as_array().unwrap().len(), 1);

    house
        .app
        .publish(&house.order(house.event_id(), Some(user)))
        .await;
    house.app.deliver_messages().await;
    let delta = socket.next().await;
    assert_eq!(delta["type"], "delta");
    assert_eq!(delta["data"]["unread"], 2);
    let id = delta["data"]["notification"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        house.inbox(user, "?limit=1").await["items"][0],
        delta["data"]["notification"]
    );

    house
        .as_user(user)
        .post(&format!("/notifications/{id}/read"), json!({}))
        .await;
    house.app.deliver_messages().await;
    let delta = socket.next().await;
    assert_eq!(delta["data"]["unread"], 1);
    assert!(delta["data"]["notification"]["read_at"].is_string());
}

#[tokio::test]
async fn the_desk_shows_sales_and_admissions_to_members() {
    let house = open().await;
    let organizer = house.app.organizer();
    let event = event_of(&house, organizer).await;
    let topic = format!("desk:{event}");
    sales(&house, event, 0);
    let order = house.order(event, None);
    house.app.publish(&order).await;
    sales(&house, event, 2);
    for role in ["door", "viewer", "box_office"] {
        let mut socket = house.socket_of(house.member(organizer, role)).await;
        let snapshot = socket.subscribe(&topic).await;
        assert_eq!(snapshot["data"]["sales"], json!({ "confirmed": 2 }), "{role}");
        let entry = &snapshot["data"]["recent"][0];
        assert_eq!(entry["kind"], "order_confirmed");
        assert_eq!(entry["order_id"], order.order_id.to_string());
        assert_eq!(entry["quantity"], 2);
        assert_eq!(entry["amount"], json!({ "amount": 2500, "currency": "EUR" }));
    }
    let mut socket = house.socket_of(house.member(organizer, "owner")).await;
    socket.subscribe(&topic).await;
    sales(&house, event, 3);
    let admitted = TicketAdmitted {
        ticket_type_id: None,
        ticket_id: order.tickets[0],
        order_id: order.order_id,
        event_id: event,
        list: "main".to_owned(),
        attendee_name: "Grace".to_owned(),
        admitted_at: house.app.now(),
        gate: None,
        direction: Direction::Entry,
        again: false,
    };
    house.app.publish(&admitted).await;
    let delta = socket.next().await;
    assert_eq!(delta["data"]["sales"], json!({ "confirmed": 3 }));
    assert_eq!(delta["data"]["entry"]["kind"], "ticket_admitted");
    assert_eq!(delta["data"]["entry"]["buyer_name"], "Grace");
    assert_eq!(delta["data"]["entry"]["ticket_id"], order.tickets[0].to_string());
}

#[tokio::test]
async fn what_is_private_ends_with_the_token() {
    let house = open().await;
    let user = house.app.user();
    let mut socket = house.socket().await;
    socket
        .send(json!({ "authenticate": house.token_for(user, 2) }))
        .await;
    assert_eq!(socket.next().await["type"], "authenticated");
    assert_eq!(socket.subscribe("me").await["type"], "snapshot");
    let error = socket.next().await;
    assert_eq!(kind(&error), "unauthenticated");
    assert_eq!(error["topic"], "me");
    socket
        .send(json!({ "authenticate": house.token(user), "subscribe": ["me"] }))
        .await;
    assert_eq!(socket.next().await["type"], "authenticated");
    assert_eq!(socket.next().await["type"], "snapshot");
}

#[tokio::test]
async fn a_new_token_keeps_the_same_person_s_topics_and_closes_another_s_and_lost_roles() {
    let house = open().await;
    let organizer = house.app.organizer();
    let event = event_of(&house, organizer).await;
    sales(&house, event, 0);
    let desk = format!("desk:{event}");
    let member = house.member(organizer, "door");
    let mut socket = house.socket_of(member).await;
    socket.subscribe("me").await;
    socket.subscribe(&desk).await;
    socket.send(json!({ "authenticate": house.token(member) })).await;
    assert_eq!(socket.next().await["type"], "authenticated");

    let path = format!("/internal/organizers/{organizer}/members/{member}");
    house.app.identity().forgets(&path);
    socket.send(json!({ "authenticate": house.token(member) })).await;
    assert_eq!(socket.next().await["type"], "authenticated");
    let error = socket.next().await;
    assert_eq!((kind(&error), &error["topic"]), ("not-found", &json!(desk)));

    socket
        .send(json!({ "authenticate": house.token(house.app.user()) }))
        .await;
    assert_eq!(socket.next().await["type"], "authenticated");
    let error = socket.next().await;
    assert_eq!((kind(&error), &error["topic"]), ("unauthenticated", &json!("me")));
}
