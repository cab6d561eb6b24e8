//! Reads what was counted: a bounded number of counters, however much was sold.

use std::collections::BTreeMap;

use turnout_domain::{EventId, TicketTypeId};
use turnout_store::{Item, Query, StoreError};

use super::items;
use super::tally::{Counts, HourNumber, hour_of};
use crate::Ticketing;

/// The most hours of one look: a month.
pub(crate) const HOURS_MAX: i64 = 24 * 31;
/// Fifty ticket types and the event, every hour of a month, by a thousand.
const PAGES_MAX: usize = 64;

/// An hour's counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hour {
    pub all: Counts,
    pub by_ticket_type: BTreeMap<TicketTypeId, Counts>,
}

/// What was counted of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Insight {
    pub total: Hour,
    /// By the hour of the epoch; none where nothing happened.
    pub hours: BTreeMap<HourNumber, Hour>,
    /// The hour it is now.
    pub now: HourNumber,
}

impl Ticketing {
    /// What was counted of the event, by hour for the last `hours`.
    pub(crate) async fn insight(&self, event: EventId, hours: i64) -> Result<Insight, StoreError> {
        let now = hour_of(self.clock.now());
        let mut insight = Insight {
            now,
            ..Insight::default()
        };
        let first = now - hours.clamp(1, HOURS_MAX) + 1;
        let totals = self.counts(items::totals_query(event)).await?;
        let by_hour = self.counts(items::hours_query(event, first, now)).await?;
        for item in totals.iter().chain(&by_hour) {
            let Some((hour, of)) = items::slot_of(item) else {
                continue;
            };
            let hour = match hour {
                Some(hour) => insight.hours.entry(hour).or_default(),
                None => &mut insight.total,
            };
            let counts = items::counts_of(item);
            match of {
                Some(ticket_type) => drop(hour.by_ticket_type.insert(ticket_type, counts)),
                None => hour.all = counts,
            }
        }
        Ok(insight)
    }

    async fn counts(&self, query: Query) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let page = self.store.query(query.clone().after(after)).await?;
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
