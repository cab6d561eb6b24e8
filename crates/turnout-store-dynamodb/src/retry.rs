//! How long to wait before asking again.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause is at most this long: about one transaction's round.
const PAUSE_FIRST_MAX: Duration = Duration::from_millis(20);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// Attempts at one call, with pauses between them, until a deadline.
#[derive(Debug)]
pub(crate) struct Attempts {
    deadline: Instant,
    made: u32,
}

impl Attempts {
    /// Attempts that begin now and are over after `duration`.
    pub(crate) fn within(duration: Duration) -> Self {
        Self {
            deadline: Instant::now() + duration,
            made: 0,
        }
    }

    /// Waits before the next attempt: any time up to a bound that doubles with each (full jitter: those who collided
    /// once would collide again if they waited alike). False, at once, if the deadline would pass meanwhile.
    pub(crate) async fn pause(&mut self) -> bool {
        let pause = pause_max(self.made).mul_f64(chance());
        self.made += 1;
        if Instant::now() + pause >= self.deadline {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

fn pause_max(attempts_made: u32) -> Duration {
    PAUSE_FIRST_MAX
        .saturating_mul(2_u32.saturating_pow(attempts_made))
        .min(PAUSE_MAX)
}

/// From 0 to 1, evenly. Where the system has no chance to give, the longest pause will do.
fn chance() -> f64 {
    getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let millis: Vec<u128> = [0, 1, 2, 5, 40].map(|made| pause_max(made).as_millis()).to_vec();
        assert_eq!(millis, [20, 40, 80, 500, 500]);
    }

    #[tokio::test]
    async fn no_pause_goes_past_the_deadline() {
        assert!(!Attempts::within(Duration::ZERO).pause().await);
        let started = Instant::now();
        let mut attempts = Attempts::within(PAUSE_FIRST_MAX);
        while attempts.pause().await {}
        assert!(attempts.made > 0 && attempts.deadline >= started + PAUSE_FIRST_MAX);
    }
}
