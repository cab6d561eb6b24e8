//! Faults by seed.

use super::{Call, Fault};

/// Draws faults: the same from the same seed.
#[derive(Debug)]
pub(super) struct Chance {
    state: u64,
    per_cent: u64,
}

impl Chance {
    pub(super) fn new(seed: u64, per_cent: u8) -> Self {
        Self {
            state: seed,
            per_cent: u64::from(per_cent),
        }
    }

    /// What befalls the next call, if anything does.
    pub(super) fn next(&mut self, call: Call) -> Option<Fault> {
        if self.below(100) >= self.per_cent {
            return None;
        }
        let turns = u8::try_from(1 + self.below(8)).unwrap_or(1);
        Some(match (call, self.below(4)) {
            (_, 0) => Fault::Delay(turns),
            (Call::Read, _) => Fault::Unavailable,
            (Call::Commit, 1) => Fault::Busy,
            (Call::Commit, 2) => Fault::LoseReply,
            (Call::Commit, _) => Fault::LoseRequest,
        })
    }

    /// A number below `bound` (Steele, Lea and Flood's `SplitMix64`, which takes any seed).
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}
