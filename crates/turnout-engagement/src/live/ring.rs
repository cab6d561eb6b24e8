//! The last deltas of a topic, for those who come back after a short while.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;

/// How many deltas are kept …
pub(crate) const DELTAS_MAX: usize = 256;
/// … and how many bytes of them: a snapshot is cheaper than more than that.
const BYTES_MAX: usize = 512 * 1024;

/// The deltas of one life of a topic, numbered from 1. Its epoch tells it from every other life, here and elsewhere.
#[derive(Debug)]
pub(crate) struct Ring {
    epoch: String,
    last: u64,
    bytes: usize,
    deltas: VecDeque<Utf8Bytes>,
}

impl Ring {
    /// No deltas yet.
    pub(crate) fn new(epoch: String) -> Self {
        Self {
            epoch,
            last: 0,
            bytes: 0,
            deltas: VecDeque::new(),
        }
    }

    /// Where the topic stands.
    pub(crate) fn sequence(&self) -> String {
        format!("{}-{}", self.epoch, self.last)
    }

    /// Adds the delta that `write` makes of its sequence.
    pub(crate) fn add(&mut self, write: impl FnOnce(String) -> Utf8Bytes) -> Utf8Bytes {
        self.last += 1;
        let delta = write(self.sequence());
        self.bytes += delta.as_str().len();
        self.deltas.push_back(delta.clone());
        while self.deltas.len() > DELTAS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.deltas.pop_front() else {
                break;
            };
            self.bytes -= oldest.as_str().len();
        }
        delta
    }

    /// The deltas behind `sequence`, the oldest first; `None` if they are not all known any more.
    pub(crate) fn since(&self, sequence: &str) -> Option<impl Iterator<Item = &Utf8Bytes>> {
        let (epoch, number) = sequence.rsplit_once('-')?;
        let number: u64 = number.parse().ok()?;
        if epoch != self.epoch {
            return None;
        }
        let missed = usize::try_from(self.last.checked_sub(number)?).ok()?;
        let known = self.deltas.len().checked_sub(missed)?;
        Some(self.deltas.iter().skip(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(deltas: u64) -> Ring {
        let mut ring = Ring::new("epoch-1".to_owned());
        for _ in 0..deltas {
            ring.add(Utf8Bytes::from);
        }
        ring
    }

    fn since(ring: &Ring, sequence: &str) -> Option<Vec<String>> {
        let deltas = ring.since(sequence)?;
        Some(deltas.map(|delta| delta.as_str().to_owned()).collect())
    }

    #[test]
    fn what_was_missed_is_given_again_and_nothing_else() {
        let ring = ring(3);
        assert_eq!(since(&ring, "epoch-1-1").unwrap(), ["epoch-1-2", "epoch-1-3"]);
        assert_eq!(since(&ring, "epoch-1-3").unwrap(), [""; 0]);
    }

    #[test]
    fn another_epoch_the_future_the_forgotten_and_nonsense_are_unknown() {
        let ring = ring(DELTAS_MAX as u64 + 5);
        for sequence in ["epoch-2-1", "epoch-1-9999", "epoch-1-4", "1", "", "epoch-1-x"] {
            assert_eq!(since(&ring, sequence), None, "{sequence}");
        }
        assert_eq!(since(&ring, "epoch-1-5").unwrap().len(), DELTAS_MAX);
    }
}
