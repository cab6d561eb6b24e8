//! The negative control: the same recording as it would be with `synchronous=NORMAL`.
//!
//! In write-ahead mode FULL differs from NORMAL in one thing: it syncs the log at every commit. NORMAL syncs the log
//! only before a checkpoint moves it into the file, and when the log begins anew. So leaving out the syncs of commits
//! gives what NORMAL leaves on a disk. That is tried with SQLite itself each time, beside the store: the store has no
//! way to be opened so.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::Path;

use rusqlite::Connection;

use crate::record::record;
use crate::recording::{Event, Kind, events};

const LOG_ENDING: &str = "-wal";
/// Enough for some checkpoints, and for the log to begin anew after each.
const PLAIN_COMMITS: usize = 300;
const PLAIN_CHECKPOINT_PAGES: u32 = 64;

/// The recording without the syncs of commits, and how many those are.
pub(crate) fn without_syncs_of_commits(events: &[Event]) -> (Vec<Event>, usize) {
    let logs: HashSet<u32> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Open { file, name } if name.ends_with(LOG_ENDING) => Some(*file),
            _ => None,
        })
        .collect();
    let mut left_out = HashSet::new();
    let mut syncs = 0;
    let mut before: HashMap<u32, usize> = HashMap::new();
    // By thread, the sync of a log whose purpose shows in what the thread does next.
    let mut waiting: HashMap<u32, [usize; 2]> = HashMap::new();
    for (place, event) in events.iter().enumerate() {
        if let Some(sync) = waiting.remove(&event.thread) {
            let is_checkpoint = event.kind.file().is_some_and(|file| !logs.contains(&file));
            if !is_checkpoint {
                left_out.extend(sync);
                syncs += 1;
            }
        }
        if matches!(event.kind, Kind::SyncEnd { file } if logs.contains(&file)) {
            let begin = before.get(&event.thread).copied();
            if let Some(begin) = begin
                && !follows_new_header(events, event_before(events, begin, event.thread))
            {
                waiting.insert(event.thread, [begin, place]);
            }
        }
        before.insert(event.thread, place);
    }
    let kept = events
        .iter()
        .enumerate()
        .filter(|(place, _)| !left_out.contains(place));
    (kept.map(|(_, event)| event.clone()).collect(), syncs)
}

/// The thread's event before the one at `place`.
fn event_before(events: &[Event], place: usize, thread: u32) -> Option<usize> {
    events[..place].iter().rposition(|event| event.thread == thread)
}

/// A log that begins anew has its header written, and synced before the first page.
fn follows_new_header(events: &[Event], before: Option<usize>) -> bool {
    before.is_some_and(|before| matches!(events[before].kind, Kind::Write { offset: 0, .. }))
}

/// `crash plain`: SQLite by itself, on one thread, so that two runs do the same in the same order.
pub(crate) fn run_plain(folder: &Path, synchronous: &str) -> rusqlite::Result<()> {
    let connection = Connection::open(folder.join("plain.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", PLAIN_CHECKPOINT_PAGES)?;
    connection.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")?;
    for _ in 1..PLAIN_COMMITS {
        connection.execute("INSERT INTO t (b) VALUES (printf('%.500c', 'x'))", [])?;
    }
    Ok(())
}

/// Records SQLite with FULL and with NORMAL: without the syncs of commits the first must be the second, event for
/// event. Gives how many commits that was tried with.
pub(crate) fn check_against_sqlite(folder: &Path, recorder: &Path) -> Result<usize, Box<dyn Error>> {
    let full = events(&record(folder, recorder, &["plain", "FULL"])?)?;
    let normal = events(&record(folder, recorder, &["plain", "NORMAL"])?)?;
    let (control, left_out) = without_syncs_of_commits(&full);
    let shapes = |events: &[Event]| events.iter().map(|event| event.kind.shape()).collect::<Vec<_>>();
    let (control, normal) = (shapes(&control), shapes(&normal));
    if let Some(place) =
        (0..control.len().max(normal.len())).find(|&place| control.get(place) != normal.get(place))
    {
        let (ours, its) = (control.get(place), normal.get(place));
        return Err(
            format!("the negative control does not do as SQLite does: {ours:?} instead of {its:?}").into(),
        );
    }
    if left_out != PLAIN_COMMITS {
        return Err(format!("{left_out} syncs were left out for {PLAIN_COMMITS} commits").into());
    }
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: u32 = 1;
    const LOG: u32 = 2;

    fn event(kind: Kind) -> Event {
        Event { thread: 5, kind }
    }

    fn open(file: u32, name: &str) -> Event {
        event(Kind::Open {
            file,
            name: name.to_owned(),
        })
    }

    fn write(file: u32, offset: u64) -> Event {
        event(Kind::Write {
            file,
            offset,
            bytes: 0..0,
        })
    }

    fn sync(file: u32) -> [Event; 2] {
        [event(Kind::SyncBegin { file }), event(Kind::SyncEnd { file })]
    }

    #[test]
    fn only_the_syncs_of_commits_are_left_out() {
        let mut recorded = vec![open(DATABASE, "t.db"), open(LOG, "t.db-wal"), write(LOG, 0)];
        recorded.extend(sync(LOG)); // the header's
        recorded.push(write(LOG, 32));
        let commit = recorded.len();
        recorded.extend(sync(LOG)); // a commit's
        recorded.push(write(LOG, 4152));
        let last = recorded.len();
        recorded.extend(sync(LOG)); // another commit's, and then the thread checkpoints
        recorded.extend(sync(LOG));
        recorded.push(write(DATABASE, 0));
        recorded.extend(sync(DATABASE));
        let (kept, syncs) = without_syncs_of_commits(&recorded);
        let mut expected = recorded.clone();
        expected.drain(last..last + 2);
        expected.drain(commit..commit + 2);
        assert_eq!((kept, syncs), (expected, 2));
    }
}
