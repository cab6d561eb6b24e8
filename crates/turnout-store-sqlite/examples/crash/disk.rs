//! A disk that keeps what was synced, and of the rest what chance wants.
//!
//! Two simplifications: a name that is made, removed or changed is so at once and for good, and what was never written
//! is zeros. Neither matters once a store is open, as `SQLite` then makes and removes no files.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::chance::Chance;
use crate::recording::{Event, Kind};

/// What a disk writes whole; a write of more can be torn at its edges.
const SECTOR_BYTES: usize = 512;

/// What becomes of bytes that were written and not synced when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// All are lost.
    Lost,
    /// All are there after all.
    Kept,
    /// Those up to a moment are there: written in order, cut short.
    Prefix,
    /// Of each write either all or nothing: a later one may be there without an earlier.
    Reordered,
    /// Of each sector of each write either all or nothing.
    Torn,
}

impl Fate {
    pub(crate) const ALL: [Self; 5] = [Self::Lost, Self::Kept, Self::Prefix, Self::Reordered, Self::Torn];
    /// Those that can cost something.
    pub(crate) const LOSING: [Self; 4] = [Self::Lost, Self::Prefix, Self::Reordered, Self::Torn];
}

/// The files of a folder, by name.
pub(crate) type Image = BTreeMap<String, Vec<u8>>;

/// A disk while a recording plays on it.
#[derive(Debug)]
pub(crate) struct Disk<'r> {
    recording: &'r [u8],
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    openings: HashMap<u32, usize>,
    /// By thread and file: how many writes there were when its sync began.
    syncs: HashMap<(u32, usize), u64>,
    writes: u64,
}

#[derive(Debug, Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<(u64, Pending)>,
}

/// Written and not synced.
#[derive(Debug)]
enum Pending {
    Write { offset: usize, bytes: Range<usize> },
    Resize(usize),
}

impl<'r> Disk<'r> {
    pub(crate) fn new(recording: &'r [u8]) -> Self {
        Self {
            recording,
            files: Vec::new(),
            names: BTreeMap::new(),
            openings: HashMap::new(),
            syncs: HashMap::new(),
            writes: 0,
        }
    }

    /// Lets the next event happen.
    pub(crate) fn play(&mut self, event: &Event) -> Result<(), String> {
        match &event.kind {
            Kind::Open { file, name } => {
                let files = &mut self.files;
                let place = *self.names.entry(name.clone()).or_insert_with(|| {
                    files.push(File::default());
                    files.len() - 1
                });
                self.openings.insert(*file, place);
            }
            Kind::Write { file, offset, bytes } => {
                let offset = usize::try_from(*offset).map_err(|error| error.to_string())?;
                let bytes = bytes.clone();
                self.write(*file, Pending::Write { offset, bytes })?;
            }
            Kind::Resize { file, size } => {
                let size = usize::try_from(*size).map_err(|error| error.to_string())?;
                self.write(*file, Pending::Resize(size))?;
            }
            Kind::SyncBegin { file } => {
                let place = self.place(*file)?;
                self.syncs.insert((event.thread, place), self.writes);
            }
            Kind::SyncEnd { file } => {
                let place = self.place(*file)?;
                let until = self
                    .syncs
                    .remove(&(event.thread, place))
                    .ok_or("a sync ended that had not begun")?;
                self.sync(place, until);
            }
            Kind::Rename { from, to } => {
                let place = self
                    .names
                    .remove(from)
                    .ok_or("a file was renamed that is not there")?;
                self.names.insert(to.clone(), place);
            }
            Kind::Unlink { name } => drop(self.names.remove(name)),
            Kind::Said { .. } => {}
        }
        Ok(())
    }

    fn place(&self, opening: u32) -> Result<usize, String> {
        let place = self.openings.get(&opening).copied();
        place.ok_or_else(|| format!("the file {opening} was never opened"))
    }

    fn write(&mut self, opening: u32, pending: Pending) -> Result<(), String> {
        let place = self.place(opening)?;
        self.files[place].pending.push((self.writes, pending));
        self.writes += 1;
        Ok(())
    }

    fn sync(&mut self, place: usize, until: u64) {
        let file = &mut self.files[place];
        let synced = file.pending.partition_point(|(number, _)| *number < until);
        for (_, pending) in file.pending.drain(..synced) {
            pending.apply(&mut file.durable, self.recording);
        }
    }

    /// What is found when the power comes back.
    pub(crate) fn image(&self, fate: Fate, chance: &mut Chance) -> Image {
        let numbers = self
            .names
            .values()
            .flat_map(|&place| self.files[place].pending.iter().map(|(number, _)| *number));
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort_unstable();
        // One moment for all files.
        let cut = numbers.get(chance.place(numbers.len())).copied().unwrap_or(0);
        let found = |&place: &usize| {
            let file = &self.files[place];
            let mut bytes = file.durable.clone();
            for (number, pending) in &file.pending {
                let is_kept = match fate {
                    Fate::Lost => false,
                    Fate::Kept => true,
                    Fate::Prefix => *number < cut,
                    Fate::Reordered => chance.coin(),
                    Fate::Torn => {
                        pending.apply_torn(&mut bytes, self.recording, chance);
                        false
                    }
                };
                if is_kept {
                    pending.apply(&mut bytes, self.recording);
                }
            }
            bytes
        };
        let mut found = found;
        self.names
            .iter()
            .map(|(name, place)| (name.clone(), found(place)))
            .collect()
    }
}

impl Pending {
    fn apply(&self, file: &mut Vec<u8>, recording: &[u8]) {
        match self {
            Self::Write { offset, bytes } => put(file, *offset, &recording[bytes.clone()]),
            Self::Resize(size) => file.resize(*size, 0),
        }
    }

    /// Each sector by itself; a size has none.
    fn apply_torn(&self, file: &mut Vec<u8>, recording: &[u8], chance: &mut Chance) {
        match self {
            Self::Write { offset, bytes } => {
                let mut at = *offset;
                let mut rest = &recording[bytes.clone()];
                while !rest.is_empty() {
                    let (sector, others) = rest.split_at(rest.len().min(SECTOR_BYTES - at % SECTOR_BYTES));
                    if chance.coin() {
                        put(file, at, sector);
                    }
                    at += sector.len();
                    rest = others;
                }
            }
            Self::Resize(_) if chance.coin() => self.apply(file, recording),
            Self::Resize(_) => {}
        }
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the tests' writes find their bytes: 1,024 times `a`, and as many times `b`.
    fn recording() -> Vec<u8> {
        [vec![b'a'; 1024], vec![b'b'; 1024]].concat()
    }

    fn event(kind: Kind) -> Event {
        Event { thread: 1, kind }
    }

    fn write(offset: u64, bytes: Range<usize>) -> Event {
        event(Kind::Write {
            file: 1,
            offset,
            bytes,
        })
    }

    fn sync() -> [Event; 2] {
        [
            event(Kind::SyncBegin { file: 1 }),
            event(Kind::SyncEnd { file: 1 }),
        ]
    }

    fn played<'r>(recording: &'r [u8], events: &[Event]) -> Disk<'r> {
        let mut disk = Disk::new(recording);
        disk.play(&event(Kind::Open {
            file: 1,
            name: "f".to_owned(),
        }))
        .expect("opened");
        for event in events {
            disk.play(event).expect("played");
        }
        disk
    }

    /// The file's bytes, run by run.
    fn found(disk: &Disk<'_>, fate: Fate, chance: &mut Chance) -> String {
        let image = disk.image(fate, chance);
        let runs = image["f"].chunk_by(|left, right| left == right);
        runs.map(|run| format!("{}{}", run.len(), char::from(run[0].max(b'-'))))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_was_synced_survives_every_fate() {
        let recording = recording();
        let [begin, end] = sync();
        let disk = played(&recording, &[write(0, 0..1024), begin, end]);
        for fate in Fate::ALL {
            assert_eq!(found(&disk, fate, &mut Chance::seeded(1)), "1024a", "{fate:?}");
        }
    }

    #[test]
    fn what_was_written_after_a_sync_began_is_not_synced_by_it() {
        let recording = recording();
        let [begin, end] = sync();
        let disk = played(
            &recording,
            &[write(0, 0..512), begin, write(512, 1024..1536), end],
        );
        assert_eq!(found(&disk, Fate::Lost, &mut Chance::seeded(1)), "512a");
        assert_eq!(found(&disk, Fate::Kept, &mut Chance::seeded(1)), "512a 512b");
    }

    #[test]
    fn a_sync_that_has_not_ended_keeps_nothing() {
        let recording = recording();
        let [begin, _] = sync();
        let disk = played(&recording, &[write(0, 0..512), begin]);
        assert_eq!(found(&disk, Fate::Lost, &mut Chance::seeded(1)), "");
    }

    #[test]
    fn a_later_write_can_be_there_without_an_earlier_but_not_in_a_prefix() {
        let recording = recording();
        let disk = played(&recording, &[write(0, 0..512), write(512, 1024..1536)]);
        let mut chance = Chance::seeded(1);
        let mut seen = |fate| {
            (0..200)
                .map(|_| found(&disk, fate, &mut chance))
                .collect::<std::collections::BTreeSet<_>>()
        };
        let expected = ["", "512- 512b", "512a", "512a 512b"].map(str::to_owned);
        assert_eq!(seen(Fate::Reordered), expected.into());
        assert_eq!(seen(Fate::Prefix), ["", "512a"].map(str::to_owned).into());
    }

    #[test]
    fn a_write_is_torn_between_sectors_only() {
        let recording = recording();
        let [begin, end] = sync();
        // From the middle of one sector to the middle of the third.
        let disk = played(
            &recording,
            &[write(0, 0..1024), begin, end, write(256, 1024..2048)],
        );
        let mut chance = Chance::seeded(1);
        let seen: std::collections::BTreeSet<_> =
            (0..400).map(|_| found(&disk, Fate::Torn, &mut chance)).collect();
        assert_eq!(seen.len(), 8, "three parts, each there or not: {seen:?}");
        assert!(seen.contains("512a 512b"), "the middle alone: {seen:?}");
        assert!(
            seen.contains("256a 256b 512a 256b"),
            "its neighbours alone: {seen:?}"
        );
    }

    #[test]
    fn a_size_is_lost_like_a_write_and_names_follow_their_files() {
        let recording = recording();
        let [begin, end] = sync();
        let resize = event(Kind::Resize { file: 1, size: 256 });
        let mut disk = played(&recording, &[write(0, 0..512), begin, end, resize]);
        assert_eq!(found(&disk, Fate::Lost, &mut Chance::seeded(1)), "512a");
        assert_eq!(found(&disk, Fate::Kept, &mut Chance::seeded(1)), "256a");
        let rename = Kind::Rename {
            from: "f".to_owned(),
            to: "g".to_owned(),
        };
        disk.play(&event(rename)).expect("renamed");
        let names: Vec<_> = disk
            .image(Fate::Lost, &mut Chance::seeded(1))
            .into_keys()
            .collect();
        assert_eq!(names, ["g"]);
        disk.play(&event(Kind::Unlink { name: "g".to_owned() }))
            .expect("removed");
        assert!(disk.image(Fate::Kept, &mut Chance::seeded(1)).is_empty());
    }
}
