use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_domain::messages::{OrderConfirmed, TicketsCancelled};
use turnout_domain::{Envelope, EventId, MessageId, Money, OrderId};
use turnout_store::{Fault, Key, Query, Read, Store};
use ulid::Ulid;

use crate::stage::{Stage, path};

/// An order of so many places at the event.
fn order(stage: &Stage, event: &Value, number: u128, places: u16) -> OrderConfirmed {
    let order_id = OrderId::rounding(Ulid(number << OrderId::TICKET_BITS));
    OrderConfirmed {
        order_id,
        event_id: event["id"].as_str().expect("an id").parse().expect("an event's"),
        user_id: Some(stage.app.user()),
        buyer_email: "ada@example.org".parse().expect("an address"),
        buyer_name: "Ada".to_owned(),
        lines: Vec::new(),
        tickets: (1..=places).map(|number| order_id.ticket(number)).collect(),
        total: Money::zero("EUR".parse().expect("a currency")),
        confirmed_at: stage.app.now(),
        at_once: false,
    }
}

async fn registered(stage: &Stage, event: &Value) -> Value {
    stage.manager.get(&path(event)).await.expect(StatusCode::OK)["registered_users"].clone()
}

#[tokio::test]
async fn the_places_of_confirmed_orders_are_counted() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    stage.app.publish(&order(&stage, &event, 1, 2)).await;
    stage.app.publish(&order(&stage, &event, 2, 3)).await;
    let seen = stage.manager.get(&path(&event)).await;
    assert_eq!(seen.json()["registered_users"], 5);
    assert_eq!(
        seen.json()["version"],
        event["version"],
        "a sale is no new version of the event"
    );
    let list = stage.app.as_guest().get("/events").await.expect(StatusCode::OK);
    assert_eq!(list["items"][0]["registered_users"], 5);
    let organizer = format!("/events?organizer_id={}", stage.organizer);
    let list = stage.manager.get(&organizer).await.expect(StatusCode::OK);
    assert_eq!(list["items"][0]["registered_users"], 5);
    let edited = stage
        .manager
        .patch(&path(&event), json!({ "title": "Jazz Nights" }))
        .await;
    assert_eq!(edited.expect(StatusCode::OK)["registered_users"], 5);
}

#[tokio::test]
async fn a_message_delivered_twice_counts_once() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let envelope = stage.app.publish(&order(&stage, &event, 1, 2)).await;
    stage
        .app
        .bus()
        .publish(&[envelope])
        .await
        .expect("it is taken again");
    // Another message of the same order, as after a restore of ticketing's outbox.
    stage.app.publish(&order(&stage, &event, 1, 2)).await;
    assert_eq!(registered(&stage, &event).await, 2);
}

#[tokio::test]
async fn a_count_whose_answer_was_lost_is_made_once() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    stage.app.store().fail_next(Fault::LoseReply);
    stage.app.publish(&order(&stage, &event, 1, 2)).await;
    assert_eq!(registered(&stage, &event).await, 2);
}

#[tokio::test]
async fn a_message_that_cannot_be_counted_comes_again() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let envelope = stage.app.publish(&order(&stage, &event, 1, 2)).await;
    let next = Envelope::new(envelope.id, envelope.occurred_at, &order(&stage, &event, 2, 1));
    stage.app.store().begin_outage();
    assert!(
        stage
            .app
            .bus()
            .publish(std::slice::from_ref(&next))
            .await
            .is_err()
    );
    stage.app.store().end_outage();
    stage
        .app
        .bus()
        .publish(&[next])
        .await
        .expect("it is taken this time");
    assert_eq!(registered(&stage, &event).await, 3);
}

#[tokio::test]
async fn an_order_of_an_event_that_is_not_there_is_kept_for_later() {
    let stage = Stage::new().await;
    let nowhere = json!({ "id": EventId::from_ulid(Ulid(7)) });
    let known = stage
        .app
        .publish(&order(&stage, &stage.published(json!({})).await, 1, 1))
        .await;
    let lost = Envelope::new(known.id, known.occurred_at, &order(&stage, &nowhere, 2, 1));
    assert!(stage.app.bus().publish(&[lost]).await.is_err());
}

#[tokio::test]
async fn who_takes_part_is_written_down_with_the_order() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let order = order(&stage, &event, 1, 2);
    stage.app.publish(&order).await;
    let partition = format!("participants#{}", order.event_id);
    let page = stage
        .app
        .store()
        .query(Query::partition(turnout_registration::TABLE, &partition))
        .await;
    assert_eq!(page.expect("it can be read").items.len(), 1);
    let key = Key::new(
        turnout_registration::TABLE,
        partition,
        format!("order#{}", order.order_id),
    );
    let item = stage
        .app
        .store()
        .get(&key, Read::Consistent)
        .await
        .expect("it can be read");
    let record: Value = item.expect("it is there").parse().expect("JSON");
    assert_eq!(record["buyer_name"], "Ada");
    assert_eq!(record["buyer_email"], "ada@example.org");
    assert_eq!(record["quantity"], 2);
    assert_eq!(record["tickets"], json!(order.tickets));
}

/// The messages of these orders, with ids of their own.
fn envelopes(stage: &Stage, orders: &[OrderConfirmed]) -> Vec<Envelope> {
    let id = |number: usize| MessageId::from_ulid(Ulid(number as u128));
    let numbered = orders.iter().enumerate();
    numbered
        .map(|(number, order)| Envelope::new(id(number), stage.app.now(), order))
        .collect()
}

#[tokio::test]
async fn orders_that_come_together_are_counted_together() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let other = stage.published(json!({})).await;
    stage.app.publish(&order(&stage, &event, 7, 2)).await;
    let mut orders: Vec<_> = (1..=60).map(|number| order(&stage, &event, number, 2)).collect();
    orders.extend((61..=90).map(|number| order(&stage, &other, number, 1)));
    // The same again, in between.
    orders.extend((1..=20).map(|number| order(&stage, &event, number, 2)));
    let published = stage.app.bus().publish(&envelopes(&stage, &orders)).await;
    published.expect("every message is taken");
    assert_eq!(registered(&stage, &event).await, 120);
    assert_eq!(registered(&stage, &other).await, 30);
    let id = event["id"].as_str().expect("an id");
    let key = Key::new(turnout_registration::TABLE, format!("event#{id}"), "participants");
    let count = stage
        .app
        .store()
        .get(&key, Read::Consistent)
        .await
        .expect("it can be read");
    let writes = count.expect("it is there").version;
    assert!(writes <= 10, "the count was written {writes} times");
}

#[tokio::test]
async fn one_event_that_is_not_there_does_not_keep_the_others_from_being_counted() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let nowhere = json!({ "id": EventId::from_ulid(Ulid(7)) });
    let orders = [order(&stage, &nowhere, 1, 1), order(&stage, &event, 2, 3)];
    assert!(
        stage
            .app
            .bus()
            .publish(&envelopes(&stage, &orders))
            .await
            .is_err()
    );
    assert_eq!(registered(&stage, &event).await, 3);
}

#[tokio::test]
async fn a_service_that_shut_down_takes_no_more_messages() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    stage.app.ports().shutdown.cancel();
    stage.app.ports().tasks.close();
    stage.app.ports().tasks.wait().await;
    let message = envelopes(&stage, &[order(&stage, &event, 1, 1)]);
    assert!(stage.app.bus().publish(&message).await.is_err());
    assert_eq!(registered(&stage, &event).await, 0);
}

fn cancelled(order: &OrderConfirmed, remaining: usize) -> TicketsCancelled {
    TicketsCancelled {
        order_id: order.order_id,
        event_id: order.event_id,
        user_id: order.user_id,
        buyer_email: order.buyer_email.clone(),
        buyer_name: order.buyer_name.clone(),
        tickets: order.tickets[remaining..].to_vec(),
        remaining: order.tickets[..remaining].to_vec(),
        refund: None,
        by_buyer: true,
        cancelled_at: order.confirmed_at,
    }
}

#[tokio::test]
async fn cancelled_tickets_are_counted_no_longer_in_whatever_order_it_is_told() {
    let stage = Stage::new().await;
    let event = stage.published(json!({})).await;
    let ordered = order(&stage, &event, 1, 5);
    let (some, all) = (cancelled(&ordered, 3), cancelled(&ordered, 0));
    stage.app.publish(&ordered).await;
    let envelope = stage.app.publish(&some).await;
    assert_eq!(registered(&stage, &event).await, 3);
    stage.app.publish(&all).await;
    assert_eq!(registered(&stage, &event).await, 0);
    // Again, and an older one behind a newer.
    stage
        .app
        .bus()
        .publish(&[envelope])
        .await
        .expect("it is taken again");
    stage.app.publish(&ordered).await;
    assert_eq!(registered(&stage, &event).await, 0);
    // Told of before the order itself.
    let other = order(&stage, &event, 2, 4);
    stage.app.publish(&cancelled(&other, 1)).await;
    stage.app.publish(&other).await;
    assert_eq!(registered(&stage, &event).await, 1);
    let report = turnout_registration::check(stage.app.store().inner()).await;
    assert_eq!(
        report.expect("the memory store is read").violations,
        Vec::<String>::new()
    );
}
