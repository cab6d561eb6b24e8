use axum::Router;
use jiff::SignedDuration;
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{EventId, Money, OrganizerId, PlannedTime};
use turnout_store::{Change, Expect, Fault, Store};
use turnout_test_kit::TestApp;
use ulid::Ulid;

use super::super::{Join, Place};
use super::*;
use crate::combiner::Step;
use crate::model::{Buyer, Details, EventCopy, PlaceOrder, RequestedLine, Stock, TicketType};
use crate::{TABLE, items};

const EVENT: EventId = EventId::from_ulid(Ulid(1 << 64));
const SEAT: TicketTypeId = TicketTypeId::from_ulid(Ulid(2 << 64));

/// An event of two places, and the service at work.
async fn open() -> (TestApp, Ticketing) {
    let app = TestApp::serving(async |_| Router::new()).await;
    let ports = app.ports();
    let at = |text| PlannedTime::parse(text, "UTC").unwrap();
    let mut copy = EventCopy::of(&EventChanged {
        event_id: EVENT,
        organizer_id: OrganizerId::from_ulid(Ulid(3)),
        version: 1,
        change: EventChange::Published,
        status: EventStatus::Published,
        title: "Jazz Night".into(),
        starts_at: at("2027-07-04T20:00:00"),
        ends_at: at("2027-07-04T23:00:00"),
        venue_name: None,
        max_capacity: Some(2),
    });
    copy.ticket_types = 1;
    let price = Money::price(1250, "EUR".parse().unwrap()).unwrap();
    let seat = TicketType::new(SEAT, "Seat".into(), price, 10, app.now());
    let change = Change::of(TABLE)
        .put(items::event_item(&copy), Expect::Absent)
        .put(items::pool_item(EVENT, Stock::new(Some(2))), Expect::Absent)
        .put(
            items::ticket_type_item(EVENT, &seat, Stock::new(None)),
            Expect::Absent,
        );
    app.store().commit(change).await.unwrap();
    let service = Ticketing::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
    service.start(&ports.tasks, ports.shutdown).await.unwrap();
    (app, service)
}

fn buyer(name: &str) -> Buyer {
    Buyer {
        email: format!("{name}@example.org").parse().unwrap(),
        name: name.into(),
    }
}

async fn hold(service: &Ticketing, number: u128, quantity: u32) -> Order {
    let request = PlaceOrder {
        order_id: OrderId::rounding(Ulid(number << 64)),
        event_id: EVENT,
        lines: vec![RequestedLine::of(SEAT, quantity)],
        promo_code: None,
        counted: Vec::new(),
        details: Details::default(),
        buyer: buyer(&format!("buyer{number}")),
        user_id: None,
        fingerprint: format!("{number}"),
        at_once: false,
        waitlist_entry: None,
        hold_for: SignedDuration::from_mins(10),
    };
    service
        .combiner
        .settle(EVENT, Step::Place(request))
        .await
        .unwrap()
        .order
}

async fn join(service: &Ticketing, number: u128, name: &str) -> WaitlistEntryId {
    let id = WaitlistEntryId::from_ulid(Ulid(number << 64 | 1));
    let join = Join {
        id,
        event_id: EVENT,
        ticket_types: vec![SEAT],
        quantity: 1,
        buyer: buyer(name),
        user_id: None,
        fingerprint: name.into(),
    };
    service.join_waitlist(join).await.unwrap();
    id
}

async fn ahead(service: &Ticketing, id: WaitlistEntryId) -> Option<u64> {
    let (entry, _) = service.waitlist_entry(id).await.unwrap().unwrap();
    service
        .place_of(&entry)
        .await
        .unwrap()
        .map(|Place { ahead }| ahead)
}

#[tokio::test(start_paused = true)]
async fn who_paid_too_late_is_before_everyone_who_joined_and_behind_those_before_them() {
    let (app, service) = open().await;
    let late = [hold(&service, 1, 1).await, hold(&service, 2, 1).await];
    // Both lapse, and others are faster.
    app.advance(SignedDuration::from_mins(10));
    service.sweep_holds().await.unwrap();
    let taken = hold(&service, 3, 2).await;
    let joined = join(&service, 9, "ada").await;
    for order in &late {
        // The answer is lost, so it is asked for twice.
        app.store().fail_next(Fault::LoseReply);
        service.put_first(order).await.unwrap();
        service.put_first(order).await.unwrap();
    }
    let late = late.map(|order| late_entry_id(order.id));
    let places = [
        ahead(&service, late[0]).await,
        ahead(&service, late[1]).await,
        ahead(&service, joined).await,
    ];
    assert_eq!(places, [Some(0), Some(1), Some(2)]);
    app.deliver_messages().await;
    let read = service.order(taken.id).await.unwrap().unwrap();
    service.release_order(read).await.unwrap();
    app.deliver_messages().await;
    assert_eq!(ahead(&service, late[0]).await, None);
    assert_eq!(ahead(&service, late[1]).await, None);
    assert_eq!(ahead(&service, joined).await, Some(0));
    let report = crate::check(app.store()).await.unwrap();
    assert_eq!(report.violations, [""; 0]);
}
