//! Verifies that the counts of all hours add up to those of all time.

use std::collections::BTreeMap;

use turnout_domain::TicketTypeId;
use turnout_store::Item;

use super::items;
use super::tally::{Counts, Measure};

/// What was read of counts.
#[derive(Default)]
pub(crate) struct Sums {
    /// By event and ticket type: of all time, and of the hours together.
    counts: BTreeMap<(String, Option<TicketTypeId>), (Counts, Counts)>,
    lost: Vec<String>,
}

impl Sums {
    /// Takes an item in, if it is of these; whether it is.
    pub fn add(&mut self, item: &Item, kind: &str, event: &str) -> bool {
        match kind {
            "insight-counted" => {}
            "insight" => match items::slot_of(item) {
                Some((hour, of)) => {
                    let (total, hours) = self.counts.entry((event.to_owned(), of)).or_default();
                    let sum = if hour.is_some() { hours } else { total };
                    for (measure, n) in items::counts_of(item) {
                        *sum.entry(measure).or_default() += n;
                    }
                }
                None => self
                    .lost
                    .push(format!("{} counts nothing that is known", item.key)),
            },
            _ => return false,
        }
        true
    }

    /// In words: what does not add up.
    pub fn violations(mut self) -> Vec<String> {
        for ((event, of), (total, hours)) in self.counts {
            for measure in Measure::ALL {
                let count = |counts: &Counts| counts.get(&measure).copied().unwrap_or(0);
                if count(&total) != count(&hours) {
                    let of = of.map(|id| format!(" of {id}")).unwrap_or_default();
                    self.lost.push(format!(
                        "{event} counts {} {measure:?}{of}; its hours {}",
                        count(&total),
                        count(&hours)
                    ));
                }
            }
        }
        self.lost
    }
}
