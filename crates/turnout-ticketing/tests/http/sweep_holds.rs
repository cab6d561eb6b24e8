//! Holds whose time is up give their places back by themselves.

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use turnout_domain::messages::OrderReleased;

use crate::stage::{HOLD, Stage, a_second_passes, path};

#[tokio::test(start_paused = true)]
async fn the_places_of_a_lapsed_hold_are_on_sale_again_within_a_second() {
    let stage = Stage::working(Some(2)).await;
    let seat = stage.priced(Some(2)).await;
    let order = stage.held(&[(&seat, 2)]).await;
    stage.app.discard_messages();
    stage.app.advance(HOLD - SignedDuration::from_micros(1));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(0), 2, 0));
    stage.app.advance(SignedDuration::from_micros(1));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(2), 0, 0));
    let told: OrderReleased = stage.app.messages()[0].open().unwrap().expect("a release");
    assert_eq!((told.quantity, told.expired), (2, true));
    let seen = stage.holder_of(&order).get(&path(&order)).await.json();
    assert_eq!(seen["state"], "expired");
    stage.pay(&order).await.problem(StatusCode::GONE, "hold-expired");
    stage.held(&[(&seat, 2)]).await;
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_lapsed_holds_is_given_back_and_the_paid_ones_stay() {
    let stage = Stage::working(Some(1_000)).await;
    let seat = stage.priced(None).await;
    let line = [(seat.as_str(), 1)];
    let held = join_all((0..600).map(|_| stage.held(&line))).await;
    for order in &held[..50] {
        stage.pay(order).await.expect(StatusCode::OK);
    }
    stage.app.advance(HOLD);
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(950), 0, 50));
    let report = stage.audit().await;
    assert_eq!((report.orders, report.tickets), (600, 50));
}

#[tokio::test(start_paused = true)]
async fn the_sweeper_outlasts_an_outage() {
    let stage = Stage::working(Some(5)).await;
    let seat = stage.priced(None).await;
    stage.held(&[(&seat, 3)]).await;
    stage.app.advance(HOLD);
    stage.app.store().begin_outage();
    a_second_passes().await;
    stage.app.store().end_outage();
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(5), 0, 0));
    stage.audit().await;
}
