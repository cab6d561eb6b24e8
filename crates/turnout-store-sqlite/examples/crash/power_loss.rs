//! `crash power-loss`: victims are recorded, and their disks rebuilt as a power cut at random moments leaves them.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use turnout_store_sqlite::{Options, SqliteStore};

use crate::answers::Answers;
use crate::chance::Chance;
use crate::disk::{Disk, Fate, Image};
use crate::normal::{check_against_sqlite, without_syncs_of_commits};
use crate::record::record;
use crate::recording::{Event, Kind, events};
use crate::sales::SUBMITTERS;
use crate::verify::{self, Fault, Ledger};

/// So many moments of one recording; then another victim is recorded.
const POINTS_PER_RECORDING: u32 = 25;
/// Enough changes for the log to be moved into the file and to begin anew, several times.
const STEPS: u64 = 12_000;
/// One moment in so many is before the store is open for the first time.
const EARLY: u64 = 20;

/// What was found at a number of moments.
#[derive(Debug, Default)]
struct Found {
    points: u32,
    /// Where acknowledged changes were gone, and how many at the worst.
    losing: u32,
    lost_max: usize,
    /// Where something else was wrong.
    wrong: u32,
    fates: BTreeMap<Fate, u32>,
    acknowledged: usize,
}

/// Tries so many moments, and half as many with the negative control, and prints their figures.
pub(crate) async fn run(
    folder: &Path,
    recorder: &Path,
    points: u32,
    chance: &mut Chance,
) -> Result<(), Box<dyn Error>> {
    let commits = check_against_sqlite(folder, recorder)?;
    println!(
        "the negative control is what SQLite does with synchronous=NORMAL: tried with {commits} commits"
    );
    let mut full = Found::default();
    let mut normal = Found::default();
    while full.points < points {
        let recording = record(folder, recorder, &["victim", "0", &STEPS.to_string()])?;
        let events = events(&recording)?;
        let (control, left_out) = without_syncs_of_commits(&events);
        let syncs = count(&events, |kind| matches!(kind, Kind::SyncEnd { .. }));
        println!(
            "recorded {} writes, {syncs} syncs ({left_out} for commits, the others for checkpoints), {} answers, {:.0} MB",
            count(&events, |kind| matches!(kind, Kind::Write { .. })),
            count(&events, |kind| matches!(kind, Kind::Said { .. })),
            f64::from(u32::try_from(recording.len() >> 10)?) / 1024.0,
        );
        let wanted = POINTS_PER_RECORDING.min(points - full.points);
        try_points(folder, &recording, &events, &Fate::ALL, wanted, chance, &mut full).await?;
        let wanted = wanted.div_ceil(2);
        try_points(
            folder,
            &recording,
            &control,
            &Fate::LOSING,
            wanted,
            chance,
            &mut normal,
        )
        .await?;
    }
    println!("synchronous=FULL, as the store is: {}", full.describe());
    println!("synchronous=NORMAL, the negative control: {}", normal.describe());
    if full.losing + full.wrong > 0 {
        return Err("a power cut lost or damaged something".into());
    }
    if normal.losing == 0 {
        return Err("the negative control lost nothing, so this test would not see a loss".into());
    }
    Ok(())
}

impl Found {
    fn describe(&self) -> String {
        let fates: Vec<_> = self
            .fates
            .iter()
            .map(|(fate, points)| format!("{fate:?} {points}"))
            .collect();
        format!(
            "{} of {} images lose acknowledged changes ({} at the worst, of {} on average), {} are wrong otherwise \
             ({})",
            self.losing,
            self.points,
            self.lost_max,
            self.acknowledged / usize::try_from(self.points.max(1)).unwrap_or(1),
            self.wrong,
            fates.join(", ")
        )
    }
}

fn count(events: &[Event], is_meant: fn(&Kind) -> bool) -> usize {
    events.iter().filter(|event| is_meant(&event.kind)).count()
}

/// Plays the events once, and looks at what a power cut leaves at some moments.
async fn try_points(
    folder: &Path,
    recording: &[u8],
    events: &[Event],
    fates: &[Fate],
    points: u32,
    chance: &mut Chance,
    found: &mut Found,
) -> Result<(), Box<dyn Error>> {
    let opened = events
        .iter()
        .position(|event| matches!(event.kind, Kind::Said { .. }))
        .unwrap_or(0);
    let mut moments: Vec<_> = (0..points)
        .map(|_| match chance.below(EARLY) {
            0 => chance.place(opened),
            _ => opened + chance.place(events.len() - opened),
        })
        .collect();
    moments.sort_unstable();
    let mut disk = Disk::new(recording);
    let mut answers = Answers::default();
    let mut played = 0;
    for moment in moments {
        for event in &events[played..moment] {
            disk.play(event)?;
            if let Kind::Said { line } = &event.kind {
                answers.hear(line.trim_end())?;
            }
        }
        played = moment;
        let fate = fates[usize::try_from(found.points)? % fates.len()];
        let image = folder.join("image");
        lay_out(&disk.image(fate, chance), &image)?;
        found.points += 1;
        found.acknowledged += answers.acknowledged();
        *found.fates.entry(fate).or_default() += 1;
        match look(&image, &answers).await {
            Ok(()) => {}
            Err(Fault::Lost { lost, .. }) => {
                found.losing += 1;
                found.lost_max = found.lost_max.max(lost);
            }
            Err(fault) => {
                found.wrong += 1;
                println!("event {moment} of {}, {fate:?}: {fault}", events.len());
            }
        }
        std::fs::remove_dir_all(&image)?;
    }
    Ok(())
}

fn lay_out(image: &Image, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir(folder)?;
    image
        .iter()
        .try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
}

/// Opens what was left as the server would, and verifies all of it.
async fn look(image: &Path, answers: &Answers) -> Result<(), Fault> {
    let store = SqliteStore::open(image, &Options::default())?;
    let mut ledger = Ledger::default();
    let verified = match verify::verify(&store, &mut ledger, 0..SUBMITTERS, answers).await {
        Ok(_) => verify::verify_all(&store, &ledger).await,
        Err(fault) => Err(fault),
    };
    store.close().await;
    verified
}
