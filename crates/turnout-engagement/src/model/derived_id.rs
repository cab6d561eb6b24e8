//! Identifiers that follow from what caused a thing, so that a cause delivered twice makes it once.

use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::Cause;

/// The ULID of what `cause` makes for `whom`: the cause's time, then 80 bits of a hash of both. The same whenever it is
/// asked for, and no other's.
pub(crate) fn derived_ulid(cause: Cause, whom: &str) -> Ulid {
    let digest = Sha256::new()
        .chain_update(cause.message.to_string())
        .chain_update([0])
        .chain_update(whom)
        .finalize();
    let random = digest[..10]
        .iter()
        .fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    let milliseconds = u64::try_from(cause.at.as_millisecond()).unwrap_or(0);
    Ulid::from_parts(milliseconds, random)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use turnout_domain::MessageId;

    use super::*;

    fn cause(number: u128, second: i64) -> Cause {
        Cause {
            message: MessageId::from_ulid(Ulid(number)),
            at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn the_same_cause_and_person_make_the_same_id_and_others_another() {
        let id = derived_ulid(cause(1, 100), "usr_a");
        assert_eq!(id, derived_ulid(cause(1, 100), "usr_a"));
        assert_ne!(id, derived_ulid(cause(2, 100), "usr_a"));
        assert_ne!(id, derived_ulid(cause(1, 100), "usr_b"));
    }

    #[test]
    fn later_causes_sort_behind() {
        assert!(derived_ulid(cause(9, 100), "usr_a") < derived_ulid(cause(1, 101), "usr_a"));
    }
}
