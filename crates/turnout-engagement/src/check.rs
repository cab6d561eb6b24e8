//! Verifies the invariants over everything that engagement has stored.

use std::collections::BTreeMap;

use turnout_domain::{EventId, UserId};
use turnout_store::{Item, Query, Store, StoreError};

use crate::TABLE;
use crate::items::{
    HOLDERS, UNREAD, read_desk_entry, read_event, read_fan_out, read_holder, read_notification,
};

/// What was looked at, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many notifications.
    pub notifications: u64,
    /// How many holders of tickets, each counted once an event.
    pub holders: u64,
    /// In words: every invariant that does not hold, and where.
    pub violations: Vec<String>,
}

#[derive(Default)]
struct Tally {
    report: Report,
    /// By person: how many unread ones the counter says, and how many there are.
    unread: BTreeMap<UserId, (i64, i64)>,
    /// By event: how many holders the counter says, and how many there are.
    holders: BTreeMap<EventId, (i64, i64)>,
}

/// Reads the whole table once and compares: every inbox counts its unread notifications, every event its holders.
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
            ("inbox", "!unread") => {
                self.unread.entry(parsed(item, id)?).or_default().0 = item.counter(UNREAD);
            }
            ("inbox", _) => {
                let notification = read_notification(item)?;
                self.report.notifications += 1;
                let unread = i64::from(notification.read_at.is_none());
                self.unread.entry(notification.user).or_default().1 += unread;
            }
            ("holders", "!count") => {
                self.holders.entry(parsed(item, id)?).or_default().0 = item.counter(HOLDERS);
            }
            ("holders", _) => {
                let holder = read_holder(item)?;
                self.report.holders += 1;
                self.holders.entry(holder.event).or_default().1 += 1;
            }
            ("event", _) => drop(read_event(item)?),
            ("desk", _) => drop(read_desk_entry(item)?),
            ("fan-outs", _) => drop(read_fan_out(item)?),
            ("announcements" | "fan-outs-done" | "key" | "lease", _) => {}
            _ => {
                let words = format!("{} is an item of no known kind", item.key);
                self.report.violations.push(words);
            }
        }
        Ok(())
    }

    fn judged(mut self) -> Report {
        let unread = self.unread.into_iter().map(|(user, (said, there))| {
            let words = format!("the inbox of {user} says {said} are unread; there are {there}");
            (said, there, words)
        });
        let holders = self.holders.into_iter().map(|(event, (said, there))| {
            (
                said,
                there,
                format!("{event} says it has {said} holders; there are {there}"),
            )
        });
        let wrong = unread.chain(holders).filter(|(said, there, _)| said != there);
        self.report.violations.extend(wrong.map(|(_, _, words)| words));
        self.report
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(item: &Item, id: &str) -> Result<T, StoreError> {
    id.parse().map_err(|error: T::Err| StoreError::Corrupt {
        key: item.key.clone(),
        why: error.to_string(),
    })
}
