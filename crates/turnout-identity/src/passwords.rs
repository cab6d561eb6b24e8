//! Hashing of passwords, bounded.

use std::num::NonZeroUsize;
use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::error::Unable;
use crate::model::{Password, PasswordHash};

/// How many may wait or be at work at a time; then we say that we are busy rather than let people wait for seconds.
const QUEUE_MAX: usize = 64;
/// Memory, passes and lanes that the OWASP Password Storage Cheat Sheet gives for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A hash of nothing, with our parameters: checking a password against it takes as long as against a real one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbCAhIQ$bm8gcGFzc3dvcmQgb24gZWFydGggaGFzIHRoaXMgICE";

/// Hashes and checks passwords, on half of the cores at most: the others have sales to make. Each hash also takes
/// 19 MiB for some hundredths of a second.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    queue: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            queue: Arc::new(Semaphore::new(QUEUE_MAX)),
            cores: Arc::new(Semaphore::new((cores / 2).max(1))),
        }
    }

    /// Hashes a new password. `salt` is random; its first 16 bytes are used.
    pub(crate) async fn hash(&self, password: Password, salt: [u8; 32]) -> Result<PasswordHash, Unable> {
        self.run(move || {
            let hash: phc::PasswordHash = argon2()
                .hash_password_with_salt(password.reveal(), &salt[..16])
                .expect("the bounds of passwords are far within argon2's");
            PasswordHash::from_phc(hash.to_string())
        })
        .await
    }

    /// Whether this is the password behind `hash`; never for `None`, which takes as long.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Unable> {
        self.run(move || {
            let phc = hash.as_ref().map_or(NOBODYS, PasswordHash::reveal);
            // What the hash says of its parameters holds, so that ours can change without shutting anybody out.
            let same = argon2().verify_password(password.reveal(), phc).is_ok();
            same && hash.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unable> {
        let _place = self.queue.try_acquire().map_err(|_| Unable::Crowded)?;
        // The core is held by the work itself, which goes on when a caller hangs up.
        let core = self.cores.clone().acquire_owned().await;
        let work = move || {
            let _core = core;
            work()
        };
        Ok(tokio::task::spawn_blocking(work)
            .await
            .expect("hashing does not panic"))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("parameters within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        text.to_owned().try_into().expect("a password")
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_another_is_not() {
        let passwords = Passwords::new();
        let hash = passwords.hash(password("correct horse"), [5; 32]).await.unwrap();
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let right = passwords
            .verify(password("correct horse"), Some(hash.clone()))
            .await;
        assert!(right.unwrap());
        let wrong = passwords.verify(password("battery staple"), Some(hash)).await;
        assert!(!wrong.unwrap());
    }

    #[tokio::test]
    async fn nobodys_hash_costs_what_a_real_one_does_and_fits_no_password() {
        let nobodys = phc::PasswordHash::new(NOBODYS).expect("a hash that can be read");
        let real = Passwords::new()
            .hash(password("correct horse"), [5; 32])
            .await
            .unwrap();
        let real = phc::PasswordHash::new(real.reveal()).unwrap();
        assert_eq!(nobodys.params, real.params);
        assert_eq!(
            nobodys.hash.map(|hash| hash.len()),
            real.hash.map(|hash| hash.len())
        );
        assert!(
            !Passwords::new()
                .verify(password("correct horse"), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_are_turned_away() {
        let passwords = Passwords::new();
        let places = passwords
            .queue
            .try_acquire_many(u32::try_from(QUEUE_MAX).unwrap());
        let crowded = passwords.verify(password("correct horse"), None).await;
        assert!(matches!(crowded, Err(Unable::Crowded)));
        drop(places);
        assert!(passwords.verify(password("correct horse"), None).await.is_ok());
    }
}
