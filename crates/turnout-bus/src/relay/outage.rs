//! A time in which something cannot be reached.

use tokio::time::Instant;

use crate::{pause, pause_longest};

/// Says when to try again what could not be reached.
#[derive(Debug, Default)]
pub(super) struct Outage {
    failures: u32,
    until: Option<Instant>,
}

impl Outage {
    /// It could not be reached. Those who were under way together count as one failure. Answers whether this is worth
    /// a line in the log: at the start and whenever the pause grows.
    pub(super) fn begin(&mut self) -> bool {
        if self.is_on() {
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        self.until = Some(Instant::now() + pause(self.failures));
        self.failures == 1 || pause_longest(self.failures) > pause_longest(self.failures - 1)
    }

    /// It answered.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Whether it is too early to try again.
    pub(super) fn is_on(&self) -> bool {
        self.until.is_some_and(|until| until > Instant::now())
    }

    /// When to try again.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }
}
