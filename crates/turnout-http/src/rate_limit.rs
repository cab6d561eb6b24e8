//! Bounds on what can be guessed or flooded.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{Quota, RateLimiter};

use crate::Problem;

/// How many keys are kept before those that are idle are let go.
const KEYS_BEFORE_TIDYING: usize = 10_000;

/// Allows a number of tries a minute for each key, such as an address or an account; in this process's memory.
#[derive(Clone)]
pub struct RateLimit {
    limiter: Arc<governor::DefaultKeyedRateLimiter<String>>,
}

impl RateLimit {
    /// Allows `tries` at once, and as many each minute after.
    pub fn per_minute(tries: NonZeroU32) -> Self {
        Self {
            limiter: Arc::new(RateLimiter::keyed(Quota::per_minute(tries))),
        }
    }

    /// Counts a try of `key`.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn check(&self, key: &str) -> Result<(), Problem> {
        if self.limiter.len() > KEYS_BEFORE_TIDYING {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::rate_limited(wait.as_secs() + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_tries() {
        let limit = RateLimit::per_minute(NonZeroU32::new(2).unwrap());
        assert!(limit.check("a").is_ok() && limit.check("a").is_ok());
        assert_eq!(limit.check("a").unwrap_err().kind(), "rate-limited");
        assert!(limit.check("b").is_ok());
    }
}
