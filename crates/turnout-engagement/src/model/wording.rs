//! What notifications say.

use jiff::Timestamp;
use turnout_domain::Money;
use turnout_domain::messages::{RefundCause, WaitlistOffered};

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

/// That tickets of an event are not valid any more, and what goes back for them.
pub(crate) fn tickets_cancelled(quantity: usize, title: Option<&str>, refund: Option<Money>) -> String {
    let event = title.map(|title| format!(" for {title}")).unwrap_or_default();
    let tickets = if quantity == 1 {
        format!("Your ticket{event} was cancelled.")
    } else {
        format!("{quantity} of your tickets{event} were cancelled.")
    };
    match refund {
        Some(refund) => format!("{tickets} {refund} is on its way back to you."),
        None => tickets,
    }
}

/// That money goes back, and why.
pub(crate) fn refunded(amount: Money, title: Option<&str>, cause: RefundCause) -> String {
    let event = title.map(|title| format!(" for {title}")).unwrap_or_default();
    match cause {
        RefundCause::Organizer | RefundCause::Buyer => format!("{amount}{event} is on its way back to you."),
        RefundCause::Late => format!(
            "Your payment{event} came when the tickets were gone. {amount} is on its way back to you."
        ),
        RefundCause::Twice => {
            format!("Your order{event} was paid twice. {amount} is on its way back to you.")
        }
    }
}

/// That money is awaited, until when, and what to write on the transfer.
pub(crate) fn payment_due(amount: Money, title: Option<&str>, reference: &str, due_at: Timestamp) -> String {
    let event = title.map(|title| format!(" for {title}")).unwrap_or_default();
    let until = due_at.strftime("%Y-%m-%d %H:%M");
    format!(
        "Please pay {amount}{event} by {until} (UTC) and write {reference} on it. Your places are kept until then."
    )
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
    fn a_buyer_is_told_what_goes_back_and_what_is_due() {
        let money = Money::price(1250, "EUR".parse().unwrap()).unwrap();
        assert_eq!(
            tickets_cancelled(2, Some("Jazz"), Some(money)),
            "2 of your tickets for Jazz were cancelled. 12.50 EUR is on its way back to you."
        );
        assert_eq!(tickets_cancelled(1, None, None), "Your ticket was cancelled.");
        assert_eq!(
            refunded(money, Some("Jazz"), RefundCause::Late),
            "Your payment for Jazz came when the tickets were gone. 12.50 EUR is on its way back to you."
        );
        let due = "2027-01-18T12:00:00Z".parse().unwrap();
        assert_eq!(
            payment_due(money, Some("Jazz"), "ABCD-1234", due),
            "Please pay 12.50 EUR for Jazz by 2027-01-18 12:00 (UTC) and write ABCD-1234 on it. Your places are kept \
             until then."
        );
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
