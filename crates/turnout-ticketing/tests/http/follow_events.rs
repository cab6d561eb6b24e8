//! The copy of events that registration tells of.

use axum::http::StatusCode;
use futures::future::join_all;
use turnout_domain::messages::EventStatus;
use turnout_store::Fault;

use crate::stage::Stage;

#[tokio::test]
async fn an_event_is_known_from_its_message_without_a_question() {
    let stage = Stage::working(Some(3)).await;
    stage.app.publish(&stage.published(1, Some(3))).await;
    let seat = stage.priced(None).await;
    stage.held(&[(&seat, 1)]).await;
    assert!(stage.app.registration().calls().is_empty());
    assert_eq!(stage.counts().await, (Some(2), 1, 0));
}

#[tokio::test]
async fn an_older_message_and_one_told_twice_change_nothing() {
    let stage = Stage::working(Some(3)).await;
    let cancelled = stage.told(3, EventStatus::Cancelled, Some(3));
    let envelope = stage.app.publish(&cancelled).await;
    stage.app.publish(&stage.published(2, Some(9))).await;
    stage.app.bus().publish(&[envelope]).await.unwrap();
    let listed = stage.app.as_guest().get(&stage.path("ticket-types")).await;
    assert_eq!(listed.expect(StatusCode::OK)["event_available"], 3);
    stage.registration_knows(&cancelled);
    let seat = stage.priced(None).await;
    let reply = stage.order(&[(&seat, 1)]).await;
    reply.problem(StatusCode::CONFLICT, "event-not-on-sale");
}

#[tokio::test]
async fn what_is_told_again_keeps_what_was_added_here() {
    let stage = Stage::working(Some(5)).await;
    let seat = stage.priced(None).await;
    stage.held(&[(&seat, 2)]).await;
    // Edited: the stock is not what a message says, but what was sold of it. Capacity is asked for, not told.
    stage.app.publish(&stage.published(2, Some(5))).await;
    stage.held(&[(&seat, 2)]).await;
    assert_eq!(stage.counts().await, (Some(1), 4, 0));
    stage.audit().await;
}

#[tokio::test]
async fn first_asked_by_many_at_once_it_is_copied_once() {
    let stage = Stage::of(Some(5)).await;
    let path = stage.path("ticket-types");
    let guest = stage.app.as_guest();
    for reply in join_all((0..20).map(|_| guest.get(&path))).await {
        assert_eq!(reply.expect(StatusCode::OK)["event_available"], 5);
    }
    assert_eq!(stage.audit().await.events, 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stumbles_does_not_lose_the_message() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::working(Some(5)).await;
        stage.app.store().fail_next(fault);
        stage.app.publish(&stage.published(1, Some(5))).await;
        assert_eq!(stage.audit().await.events, 1);
    }
}
