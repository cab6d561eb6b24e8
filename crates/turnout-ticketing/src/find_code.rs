//! Finds what a buyer's code gives, and keeps guessers out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use turnout_domain::{EventId, PromoCodeId};
use turnout_http::{Caller, Problem};
use turnout_store::Read;

use crate::Ticketing;
use crate::error::SaleError;
use crate::items;
use crate::model::{PoolKey, PromoCode};

/// The longest code.
pub(crate) const CODE_CHARACTERS_MAX: usize = 32;
/// How many wrong codes someone signed in may try in a minute.
const MISSES_OF_USER_MAX: u32 = 10;
/// How many wrong codes all guests of an event together may try in a minute.
const MISSES_OF_GUESTS_MAX: u32 = 60;
/// How long a miss counts.
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// How many guessers are remembered before those are let go whose time is over.
const GUESSERS_MAX: usize = 10_000;

/// Counts wrong codes. Only misses count: a rush with the right code is no guessing. While there were too many, no code
/// is looked up at all for those who guessed, or a right one could still be told from a wrong one.
#[derive(Clone, Default)]
pub(crate) struct Guesses {
    /// When the first of the minute was, and how many there were since.
    misses: Arc<Mutex<HashMap<String, (Timestamp, u32)>>>,
}

impl Guesses {
    /// Refuses whoever missed too often in the last minute.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    fn check(&self, guesser: &str, max: u32, now: Timestamp) -> Result<(), Problem> {
        let misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
        match misses.get(guesser) {
            Some((since, count)) if *count >= max => {
                let left = WINDOW - now.duration_since(*since);
                if left.is_positive() {
                    return Err(Problem::rate_limited(
                        u64::try_from(left.as_secs()).unwrap_or(0) + 1,
                    ));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn missed(&self, guesser: String, now: Timestamp) {
        let mut misses = self.misses.lock().unwrap_or_else(PoisonError::into_inner);
        if misses.len() >= GUESSERS_MAX {
            misses.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        let (since, count) = misses.entry(guesser).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

/// A code as it is kept: trimmed, upper case; none if no code is written so.
pub(crate) fn normal(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let fits = (1..=CODE_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(allowed);
    fits.then_some(text)
}

impl Ticketing {
    /// The promo code of the event that is written so, if it is valid now.
    ///
    /// # Errors
    /// `unknown-promo-code`, or `rate-limited` after too many that were wrong.
    pub(crate) async fn find_code(
        &self,
        caller: &Caller,
        event: EventId,
        text: &str,
    ) -> Result<PromoCode, Problem> {
        let now = self.clock.now();
        let (guesser, max) = match caller.user() {
            Some(user) => (user.to_string(), MISSES_OF_USER_MAX),
            None => (event.to_string(), MISSES_OF_GUESTS_MAX),
        };
        self.guesses.check(&guesser, max, now)?;
        let found = match normal(text) {
            Some(text) => self.code(event, &text).await?,
            None => None,
        };
        if let Some(code) = found.filter(|code| code.valid(now)) {
            return Ok(code);
        }
        self.guesses.missed(guesser, now);
        Err(SaleError::UnknownCode.into())
    }

    async fn code(&self, event: EventId, text: &str) -> Result<Option<PromoCode>, SaleError> {
        let Some(name) = self
            .store
            .get(&items::code_name_key(event, text), Read::Consistent)
            .await?
        else {
            return Ok(None);
        };
        let id: PromoCodeId = name.parse()?;
        let item = self
            .store
            .get(&items::pool_key(event, PoolKey::Code(id)), Read::Consistent)
            .await?;
        Ok(item.map(|item| item.parse()).transpose()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_either_case() {
        assert_eq!(normal(" summer-10 ").as_deref(), Some("SUMMER-10"));
        for text in ["", "a b", "é", "X#1", &"A".repeat(33)] {
            assert_eq!(normal(text), None, "{text}");
        }
    }

    #[test]
    fn who_misses_too_often_waits_a_minute_and_others_do_not() {
        let guesses = Guesses::default();
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        for second in 0..3 {
            guesses.check("mallory", 3, at(second)).unwrap();
            guesses.missed("mallory".into(), at(second));
        }
        assert_eq!(
            guesses.check("mallory", 3, at(3)).unwrap_err().kind(),
            "rate-limited"
        );
        guesses.check("ada", 3, at(3)).unwrap();
        assert!(guesses.check("mallory", 3, at(59)).is_err());
        guesses.check("mallory", 3, at(60)).unwrap();
        guesses.missed("mallory".into(), at(60));
        guesses.check("mallory", 3, at(61)).unwrap();
        // A clock that was set back lets nobody in early.
        guesses.missed("mallory".into(), at(61));
        guesses.missed("mallory".into(), at(61));
        assert!(guesses.check("mallory", 3, at(30)).is_err());
    }
}
