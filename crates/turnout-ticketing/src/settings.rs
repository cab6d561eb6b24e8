//! What an operator may choose.

use jiff::SignedDuration;

/// How ticketing behaves where operators may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long places are set aside for a buyer.
    pub hold_for: SignedDuration,
}

impl Default for Settings {
    /// Ten minutes: long enough for 3-D Secure, short enough to resell the same evening.
    fn default() -> Self {
        Self {
            hold_for: SignedDuration::from_mins(10),
        }
    }
}
