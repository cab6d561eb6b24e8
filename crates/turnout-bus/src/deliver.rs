//! How every adapter calls a handler, and how long anything that failed waits for its next turn.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::time::timeout;
use turnout_domain::Envelope;

use crate::{Handler, HandlerError};

/// The longest a handler may take for one message; then it is stopped, and the message comes again. Shorter than any
/// adapter's own patience, so that a message is never with two handlers at once because one is slow.
pub const HANDLER_SECONDS_MAX: u64 = 25;

/// How many messages a listener may be behind before it loses the oldest: some tenths of a second at full load.
pub const LISTENER_MESSAGES_MAX: usize = 4_096;

/// The first pause is at most this.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
/// No pause is longer than this.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Gives a message to a handler. One that panics or takes longer than [`HANDLER_SECONDS_MAX`] has failed like one
/// that says so: it must not take the bus down with it.
///
/// # Errors
/// What the handler said, or that it panicked or was too slow.
pub async fn deliver(handler: &dyn Handler, message: &Envelope) -> Result<(), HandlerError> {
    let handling = AssertUnwindSafe(handler.handle(message)).catch_unwind();
    match timeout(Duration::from_secs(HANDLER_SECONDS_MAX), handling).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(HandlerError::new("the handler panicked")),
        Err(_) => Err(HandlerError::new(format!(
            "the handler took longer than {HANDLER_SECONDS_MAX} s"
        ))),
    }
}

/// How long to wait after the `failures`th failure in a row, 1 being the first: anything up to [`pause_longest`], so
/// that those who failed together do not come back together ("full jitter", Brooker 2015).
pub fn pause(failures: u32) -> Duration {
    let longest = u64::try_from(pause_longest(failures).as_micros()).unwrap_or(u64::MAX);
    // Without random numbers from the system the longest pause is right as well.
    let micros = getrandom::u64().map_or(longest, |random| random % longest.saturating_add(1));
    Duration::from_micros(micros)
}

/// The longest pause after the `failures`th failure in a row: 0.2 s, 0.4 s, … 30 s.
pub fn pause_longest(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    PAUSE_FIRST.saturating_mul(1 << doublings).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_minute_and_no_further() {
        let longest: Vec<u128> = (1..=10)
            .map(|failures| pause_longest(failures).as_millis())
            .collect();
        assert_eq!(
            longest,
            [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]
        );
        assert_eq!(pause_longest(u32::MAX), PAUSE_MAX);
    }

    #[test]
    fn a_pause_is_never_longer_than_its_bound() {
        for failures in 0..100 {
            assert!(
                pause(failures) <= pause_longest(failures),
                "after {failures} failures"
            );
        }
    }
}
