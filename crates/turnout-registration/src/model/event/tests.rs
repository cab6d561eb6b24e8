use ulid::Ulid;

use super::*;
use crate::model::{Edit, SchedulePatch, Zone};

const KEEP: Patch = Patch {
    title: Edit::Keep,
    description: Edit::Keep,
    venue: Edit::Keep,
    schedule: SchedulePatch {
        starts_at: Edit::Keep,
        ends_at: Edit::Keep,
        zone: Edit::Keep,
    },
    max_capacity: Edit::Keep,
};

fn text<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().expect("the text is valid")
}

fn at(now: &str) -> Timestamp {
    now.parse().expect("an instant")
}

fn january() -> Timestamp {
    at("2027-01-01T12:00:00Z")
}

/// A jazz night in Lisbon, on 4 July 2027 from 20:00 to 23:00.
pub(in crate::model) fn draft() -> Event {
    let zone = Zone::parse("Europe/Lisbon").expect("a zone");
    let details = Details {
        title: text("Jazz Night"),
        description: Some(text("Improvised,\nand loud.")),
        venue: Some(Venue {
            name: text("Café Luso"),
            address: Some(text("Travessa da Queimada 10, Lisbon")),
        }),
        schedule: Schedule::planned(
            zone.read("2027-07-04T20:00:00").expect("a time"),
            zone.read("2027-07-04T23:00:00").expect("a time"),
            january(),
        )
        .expect("a schedule"),
        max_capacity: Some(100),
    };
    let organizer = OrganizerId::from_ulid(Ulid(2));
    Event::draft(EventId::from_ulid(Ulid(1)), organizer, details, january())
}

fn published() -> Event {
    draft()
        .published(january())
        .expect("publishable")
        .expect("a change")
}

#[test]
fn a_draft_is_published_once() {
    let event = published();
    assert_eq!(event.version, 2);
    assert_eq!(event.status(january()), Status::Published);
    assert_eq!(event.published(january()), Ok(None));
}

#[test]
fn what_has_begun_is_not_published() {
    let begun = at("2027-07-04T19:00:00Z");
    assert_eq!(draft().published(begun), Err(PublishRefused::StartPast));
}

#[test]
fn an_event_ends_by_the_clock_and_only_if_it_was_on_show() {
    let over = at("2027-07-04T22:00:00Z");
    assert_eq!(published().status(at("2027-07-04T21:59:59Z")), Status::Published);
    assert_eq!(published().status(over), Status::Ended);
    assert_eq!(draft().status(over), Status::Draft);
}

#[test]
fn drafts_and_published_events_are_cancelled_once_and_for_good() {
    for event in [draft(), published()] {
        let cancelled = event
            .cancelled(january())
            .expect("cancellable")
            .expect("a change");
        assert_eq!(cancelled.status(january()), Status::Cancelled);
        assert_eq!(cancelled.cancelled(january()), Ok(None));
        assert_eq!(cancelled.published(january()), Err(PublishRefused::Cancelled));
        assert_eq!(cancelled.edited(&KEEP, january()), Err(EditRefused::Cancelled));
    }
}

#[test]
fn what_is_over_is_neither_edited_nor_cancelled() {
    let over = at("2027-07-05T00:00:00Z");
    assert_eq!(published().edited(&KEEP, over), Err(EditRefused::Ended));
    assert_eq!(published().cancelled(over), Err(CancelRefused::Ended));
}

#[test]
fn an_edit_that_changes_nothing_is_no_change() {
    let same = Patch {
        title: Edit::Set(text("Jazz Night")),
        ..KEEP
    };
    assert_eq!(draft().edited(&same, january()), Ok(None));
}

#[test]
fn an_event_has_moved_when_its_time_zone_or_venue_changed() {
    let edited = |patch: Patch| {
        draft()
            .edited(&patch, january())
            .expect("valid")
            .expect("a change")
    };
    let title = edited(Patch {
        title: Edit::Set(text("Jazz Nights")),
        ..KEEP
    });
    assert!(!title.has_moved_from(&draft()));
    assert_eq!(title.version, 2);
    let venue = edited(Patch {
        venue: Edit::Set(None),
        ..KEEP
    });
    assert!(venue.has_moved_from(&draft()));
    let zone = SchedulePatch {
        zone: Edit::Set(Zone::parse("Europe/Oslo").expect("a zone")),
        ..KEEP.schedule
    };
    assert!(
        edited(Patch {
            schedule: zone,
            ..KEEP
        })
        .has_moved_from(&draft())
    );
}
