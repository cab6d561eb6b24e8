//! Verifies the invariants over everything that registration has stored.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use turnout_domain::{EventId, OrganizerId};
use turnout_store::{Item, Query, Store, StoreError};

use crate::items::{self, TABLE};
use crate::model::Event;

/// What was looked at, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many events.
    pub events: u64,
    /// How many orders that someone takes part through.
    pub participants: u64,
    /// In words: every invariant that does not hold, and where.
    pub violations: Vec<String>,
}

/// What of a participant is counted.
#[derive(Deserialize)]
struct Places {
    quantity: i64,
}

#[derive(Default)]
struct Tally {
    report: Report,
    /// Who runs each event that is there.
    events: BTreeMap<EventId, OrganizerId>,
    /// By event: how many places its count says, and how many its participants have.
    said: BTreeMap<EventId, i64>,
    there: BTreeMap<EventId, i64>,
    listed: BTreeSet<(EventId, OrganizerId)>,
}

/// Reads the whole table once and compares: every event is counted, its count is the sum of its participants' places,
/// and its organizer's list has it.
///
/// # Errors
/// If the store cannot be read.
pub async fn check(store: &dyn Store) -> Result<Report, StoreError> {
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let page = store.scan(TABLE, after, Query::LIMIT_MAX).await?;
        for item in &page.items {
            if let Err(error) = tally.add(item) {
                tally.report.violations.push(error.to_string());
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(tally.judged());
        }
    }
}

impl Tally {
    fn add(&mut self, item: &Item) -> Result<(), StoreError> {
        let (partition, sort) = (item.key.partition.as_str(), item.key.sort.as_str());
        let (kind, id) = partition.split_once('#').unwrap_or((partition, ""));
        match (kind, sort) {
            ("event", "event") => {
                let event = Event::try_from(item)?;
                self.report.events += 1;
                self.events.insert(event.id, event.organizer);
            }
            ("event", "participants") => {
                let event = parsed(item, id)?;
                self.said.insert(event, item.counter(items::REGISTERED));
            }
            ("participants", _) => {
                let event = parsed(item, id)?;
                self.report.participants += 1;
                *self.there.entry(event).or_default() += item.parse::<Places>()?.quantity;
            }
            ("organizer", _) => {
                let organizer = parsed(item, id)?;
                self.listed.insert((items::listed_event(item)?, organizer));
            }
            ("key" | "lease", _) => {}
            _ => self.violation(format!("{} is an item of no known kind", item.key)),
        }
        Ok(())
    }

    fn violation(&mut self, words: String) {
        self.report.violations.push(words);
    }

    fn judged(mut self) -> Report {
        for (event, organizer) in std::mem::take(&mut self.events) {
            let there = self.there.remove(&event).unwrap_or(0);
            match self.said.remove(&event) {
                Some(said) if said == there => {}
                Some(said) => self.violation(format!(
                    "{event} says that {said} places are taken; its participants have {there}"
                )),
                None => self.violation(format!("{event} has no count of its participants")),
            }
            if !self.listed.remove(&(event, organizer)) {
                self.violation(format!("{event} is not in the list of {organizer}"));
            }
        }
        for event in std::mem::take(&mut self.said).into_keys() {
            self.violation(format!("{event} is counted, but is not there itself"));
        }
        for event in std::mem::take(&mut self.there).into_keys() {
            self.violation(format!("{event} has participants, but is not there itself"));
        }
        for (event, organizer) in std::mem::take(&mut self.listed) {
            self.violation(format!(
                "{organizer} lists {event}, which is not its own or not there"
            ));
        }
        self.report
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(item: &Item, id: &str) -> Result<T, StoreError> {
    id.parse().map_err(|error: T::Err| StoreError::Corrupt {
        key: item.key.clone(),
        why: error.to_string(),
    })
}
