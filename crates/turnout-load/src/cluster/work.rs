//! Who does what in the background, as the processes' own metrics say.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep, timeout};

use crate::api::Api;

const INTERVAL: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(1);
/// What a process says while it holds a claim.
const HELD: &str = "turnout_lease_held{";

/// One piece of work: by `table` and `work`.
type Work = String;

/// What was seen of a piece of work.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The process that holds it, by its last word.
    pub holder: Option<SocketAddr>,
    /// When it was last held.
    held_at: Instant,
    /// The longest that nobody held it.
    pub idle: Duration,
    /// How often two held it, and went on to the next look.
    pub doubled: u32,
    two_at_last_look: bool,
}

/// Looks at all processes, again and again. A clone is the same.
#[derive(Clone, Default)]
pub struct Watch {
    seen: Arc<Mutex<BTreeMap<Work, Seen>>>,
}

impl Watch {
    /// Begins to look.
    pub fn over(addresses: Vec<SocketAddr>) -> Self {
        let watch = Self::default();
        let seen = watch.clone();
        tokio::spawn(async move {
            loop {
                let asked = addresses.iter().map(|address| async move {
                    let api = Api::at(&format!("http://{address}"));
                    let text = timeout(PATIENCE, api.text("/metrics")).await;
                    (*address, text.ok().and_then(Result::ok).unwrap_or_default())
                });
                seen.note(&join_all(asked).await);
                // Not a wait for anything: how often to look.
                sleep(INTERVAL).await;
            }
        });
        watch
    }

    fn note(&self, said: &[(SocketAddr, String)]) {
        let mut holders: BTreeMap<Work, Vec<SocketAddr>> = BTreeMap::new();
        for (address, text) in said {
            for (work, held) in text.lines().filter_map(claim) {
                let holders = holders.entry(work).or_default();
                if held {
                    holders.push(*address);
                }
            }
        }
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (work, holders) in holders {
            if holders.is_empty() && !seen.contains_key(&work) {
                continue;
            }
            let seen = seen.entry(work).or_insert_with(|| Seen {
                holder: None,
                held_at: now,
                idle: Duration::ZERO,
                doubled: 0,
                two_at_last_look: false,
            });
            let two = holders.len() > 1;
            // One that was frozen says for a moment what was true before.
            seen.doubled += u32::from(two && seen.two_at_last_look);
            seen.two_at_last_look = two;
            seen.idle = seen.idle.max(now - seen.held_at);
            if let Some(holder) = holders.first() {
                seen.held_at = now;
                seen.holder = Some(*holder);
            } else {
                seen.holder = None;
            }
        }
    }

    /// Everything that was seen, by work.
    pub fn seen(&self) -> BTreeMap<Work, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether something is with this process, or with nobody.
    pub fn waits_for(&self, address: SocketAddr) -> bool {
        self.seen()
            .values()
            .any(|seen| seen.holder.is_none_or(|holder| holder == address))
    }

    /// Who holds a piece of work.
    pub fn holder(&self, work: &str) -> Option<SocketAddr> {
        self.seen().get(work).and_then(|seen| seen.holder)
    }
}

/// The work of a line of metrics, and whether it is held.
fn claim(line: &str) -> Option<(Work, bool)> {
    let (labels, value) = line.strip_prefix(HELD)?.split_once("} ")?;
    let label = |name: &str| {
        let of_name = labels
            .split(',')
            .find_map(|label| label.strip_prefix(name)?.strip_prefix("=\""));
        of_name.map(|value| value.trim_end_matches('"'))
    };
    let work = format!("{}/{}", label("table")?, label("work")?);
    Some((work, value.trim() == "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(held: bool) -> String {
        format!(
            "# HELP\nturnout_lease_held{{table=\"tickets\",work=\"sweep-holds\"}} {}\n",
            u8::from(held)
        )
    }

    #[tokio::test(start_paused = true)]
    async fn what_two_do_at_two_looks_is_doubled_and_what_nobody_does_is_idle() {
        let (one, two) = ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:2".parse().unwrap());
        let watch = Watch::default();
        watch.note(&[(one, says(true)), (two, says(false))]);
        tokio::time::advance(Duration::from_secs(3)).await;
        watch.note(&[(one, String::new()), (two, says(false))]);
        assert!(watch.waits_for(one));
        tokio::time::advance(Duration::from_secs(4)).await;
        watch.note(&[(one, String::new()), (two, says(true))]);
        let seen = watch.seen()["tickets/sweep-holds"].clone();
        assert_eq!(
            (seen.idle, seen.doubled, seen.holder),
            (Duration::from_secs(7), 0, Some(two))
        );
        for doubled in [0, 1] {
            watch.note(&[(one, says(true)), (two, says(true))]);
            assert_eq!(watch.seen()["tickets/sweep-holds"].doubled, doubled);
        }
    }
}
