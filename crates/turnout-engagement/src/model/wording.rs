//! What notifications say.

use turnout_domain::messages::WaitlistOffered;

use super::KnownEvent;

/// That `quantity` tickets of an event, by its title if we know it, are ready.
pub(crate) fn tickets_ready(quantity: usize, title: Option<&str>) -> String {
    let event = title.map(|title| format!(" for {title}")).unwrap_or_default();
    if quantity == 1 {
        format!("Your ticket{event} is ready.")
    } else {
        format!("Your {quantity} tickets{event} are ready.")
    }
}

/// That places came free for someone who waited, and until when they are theirs.
pub(crate) fn places_offered(offered: &WaitlistOffered, title: Option<&str>) -> String {
    let event = title.map(|title| format!(" for {title}")).unwrap_or_default();
    let minutes = offered.offered_at.duration_until(offered.expires_at).as_mins();
    match offered.quantity {
        1 => format!("A ticket{event} came free for you. It is yours for {minutes} minutes: pay to keep it."),
        n => format!(
            "{n} tickets{event} came free for you. They are yours for {minutes} minutes: pay to keep them."
        ),
    }
}

/// That the event will not take place.
pub(crate) fn event_cancelled(event: &KnownEvent) -> String {
    format!("{} has been cancelled.", event.title)
}

/// That the event takes place at another time or place: now this one.
pub(crate) fn event_changed(event: &KnownEvent) -> String {
    let written = event.starts_at.to_rfc3339();
    // The wall clock, to the minute; the zone's name says more to a reader than the offset.
    let starts = written.get(..16).unwrap_or(&written).replace('T', " ");
    let zone = event.starts_at.zone_name();
    let place = event
        .venue_name
        .as_ref()
        .map(|venue| format!(", {venue}"))
        .unwrap_or_default();
    format!(
        "{} has changed. It now takes place {starts} ({zone}){place}.",
        event.title
    )
}

#[cfg(test)]
mod tests {
    use turnout_domain::messages::EventStatus;
    use turnout_domain::{EventId, OrganizerId, PlannedTime};
    use ulid::Ulid;

    use super::*;

    #[test]
    fn one_ticket_is_one_and_a_title_may_be_unknown() {
        assert_eq!(tickets_ready(1, Some("Jazz")), "Your ticket for Jazz is ready.");
        assert_eq!(tickets_ready(2, None), "Your 2 tickets are ready.");
    }

    #[test]
    fn a_change_says_when_and_where_in_the_place_s_own_time() {
        let event = KnownEvent {
            id: EventId::from_ulid(Ulid(1)),
            organizer: OrganizerId::from_ulid(Ulid(2)),
            version: 3,
            status: EventStatus::Published,
            title: "Jazz".to_owned(),
            starts_at: PlannedTime::parse("2027-07-04T20:00:00", "Europe/Lisbon").unwrap(),
            venue_name: Some("Casa".to_owned()),
            cancelled_by: None,
        };
        assert_eq!(
            event_changed(&event),
            "Jazz has changed. It now takes place 2027-07-04 20:00 (Europe/Lisbon), Casa."
        );
    }
}
