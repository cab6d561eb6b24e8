//! What a message counts: pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use turnout_domain::messages::{
    AdmissionUndone, Direction, OrderConfirmed, OrderHeld, OrderLine, OrderReleased, TicketAdmitted,
};
use turnout_domain::{Envelope, EventId, Message, TicketTypeId};
use turnout_store::Counter;

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Measure {
    /// The event's page was looked at.
    Views,
    /// Orders that were begun: held, or placed and confirmed at once.
    Begun,
    /// Orders that were confirmed.
    Confirmed,
    /// Holds that were given back, or whose time was up.
    Abandoned,
    /// Places that were sold or given out.
    Sold,
    /// What they cost, in minor units.
    Revenue,
    /// Tickets that were admitted; a scan that is taken back counts back in the hour that it was.
    CheckedIn,
}

impl Measure {
    pub const ALL: [Self; 7] = [
        Self::Views,
        Self::Begun,
        Self::Confirmed,
        Self::Abandoned,
        Self::Sold,
        Self::Revenue,
        Self::CheckedIn,
    ];

    /// The counter that keeps it.
    pub fn counter(self) -> Counter {
        Counter(match self {
            Self::Views => "views",
            Self::Begun => "begun",
            Self::Confirmed => "confirmed",
            Self::Abandoned => "abandoned",
            Self::Sold => "sold",
            Self::Revenue => "revenue",
            Self::CheckedIn => "checked_in",
        })
    }
}

/// Hours of the Unix epoch.
pub(crate) type HourNumber = i64;

/// The hour of an instant.
pub(crate) fn hour_of(at: Timestamp) -> HourNumber {
    at.as_second().div_euclid(3600)
}

/// How much of what.
pub(crate) type Counts = BTreeMap<Measure, i64>;

/// What is counted together: by hour, of the event as a whole or of one ticket type.
pub(crate) type Tally = BTreeMap<(HourNumber, Option<TicketTypeId>), Counts>;

/// The kinds of message that count.
pub(super) const KINDS: &[&str] = &[
    OrderHeld::KIND,
    OrderConfirmed::KIND,
    OrderReleased::KIND,
    TicketAdmitted::KIND,
    AdmissionUndone::KIND,
];

/// What a message counts, and of which event.
///
/// # Errors
/// If its body is not what its kind says.
pub(super) fn tally(message: &Envelope) -> Result<Option<(EventId, Tally)>, serde_json::Error> {
    let mut tally = Tally::new();
    let mut add = |at: Timestamp, of: Option<TicketTypeId>, measure: Measure, n: i64| {
        *tally
            .entry((hour_of(at), of))
            .or_default()
            .entry(measure)
            .or_default() += n;
    };
    let event = if let Some(held) = message.open::<OrderHeld>()? {
        add(message.occurred_at, None, Measure::Begun, 1);
        held.event_id
    } else if let Some(order) = message.open::<OrderConfirmed>()? {
        let at = order.confirmed_at;
        if order.at_once {
            add(at, None, Measure::Begun, 1);
        }
        add(at, None, Measure::Confirmed, 1);
        for line in &order.lines {
            let quantity = i64::from(line.quantity);
            let revenue = line_total(line);
            for of in [None, Some(line.ticket_type_id)] {
                add(at, of, Measure::Sold, quantity);
                add(at, of, Measure::Revenue, revenue);
            }
        }
        order.event_id
    } else if let Some(released) = message.open::<OrderReleased>()? {
        add(message.occurred_at, None, Measure::Abandoned, 1);
        released.event_id
    } else if let Some(admitted) = message.open::<TicketAdmitted>()? {
        // Going out, and coming in again, is no other ticket that came.
        if admitted.direction == Direction::Entry && !admitted.again {
            add(admitted.admitted_at, None, Measure::CheckedIn, 1);
            if let Some(of) = admitted.ticket_type_id {
                add(admitted.admitted_at, Some(of), Measure::CheckedIn, 1);
            }
        }
        admitted.event_id
    } else if let Some(undone) = message.open::<AdmissionUndone>()? {
        if undone.direction == Direction::Entry && !undone.still_admitted {
            add(undone.undone_at, None, Measure::CheckedIn, -1);
            if let Some(of) = undone.ticket_type_id {
                add(undone.undone_at, Some(of), Measure::CheckedIn, -1);
            }
        }
        undone.event_id
    } else {
        return Ok(None);
    };
    Ok(Some((event, tally)))
}

/// What is paid for a line, in minor units.
fn line_total(line: &OrderLine) -> i64 {
    let added = if line.tax_included { 0 } else { line.tax };
    line.unit_price.minor() * i64::from(line.quantity) - line.discount + added
}

/// Adds one tally to another.
pub(super) fn add(sum: &mut Tally, more: &Tally) {
    for (key, counts) in more {
        let sum = sum.entry(*key).or_default();
        for (measure, n) in counts {
            *sum.entry(*measure).or_default() += n;
        }
    }
}
