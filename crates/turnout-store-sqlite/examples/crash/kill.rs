//! `crash kill`: a victim in the same folder again and again, killed at random moments.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use turnout_store_sqlite::{Options, SqliteStore};

use crate::answers::Answers;
use crate::chance::Chance;
use crate::sales::SUBMITTERS;
use crate::verify::{self, Ledger};

/// The longest that a victim lives once it is open: most some batches, one in so many until its log was moved into the
/// file and began anew.
const LIFE_MS_MAX: u64 = 400;
const LONG_LIFE_MS_MAX: u64 = 3_000;
const LONG_LIVED: u64 = 5;
/// One victim in so many is killed while it opens.
const KILLED_OPENING: u64 = 8;
const OPENING_MS_MAX: u64 = 30;
/// Every so many cycles everything is read, and the file's own structure checked; else what the cycle touched.
const ALL_EVERY: u32 = 20;
/// A victim that says nothing for so long is stuck.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// Runs so many cycles and prints their figures.
pub(crate) async fn run(folder: &Path, cycles: u32, chance: &mut Chance) -> Result<(), Box<dyn Error>> {
    let mut ledger = Ledger::default();
    let (mut acknowledged, mut applied) = (0, 0);
    let mut reopenings = Vec::new();
    for cycle in 0..cycles {
        let first = cycle * SUBMITTERS;
        let answers = kill_under_load(folder, first, chance)?;
        let began = Instant::now();
        let store = SqliteStore::open(folder, &Options::default())?;
        reopenings.push(began.elapsed());
        let submitters = first..first + SUBMITTERS;
        let fault = |fault| format!("cycle {cycle}: {fault}");
        applied += verify::verify(&store, &mut ledger, submitters, &answers)
            .await
            .map_err(fault)?;
        acknowledged += answers.acknowledged();
        if (cycle + 1) % ALL_EVERY == 0 || cycle + 1 == cycles {
            verify::verify_all(&store, &ledger).await.map_err(fault)?;
            println!(
                "{:>4} cycles: {acknowledged} changes acknowledged, all there",
                cycle + 1
            );
        }
        store.close().await;
    }
    reopenings.sort_unstable();
    let bytes = std::fs::metadata(folder.join("turnout.db"))?.len();
    println!(
        "{cycles} kills: {acknowledged} changes acknowledged, {} more applied and not answered for; none lost, none in \
         part\nreopened in {:.1} ms (median), {:.1} ms at most; the file has {:.1} MB",
        applied - acknowledged,
        milliseconds(reopenings.get(reopenings.len() / 2)),
        milliseconds(reopenings.last()),
        f64::from(u32::try_from(bytes / 1024)?) / 1024.0,
    );
    if acknowledged == 0 {
        return Err("no change was acknowledged before a kill, so nothing was tried".into());
    }
    Ok(())
}

fn milliseconds(duration: Option<&Duration>) -> f64 {
    duration.map_or(0.0, |duration| duration.as_secs_f64() * 1000.0)
}

/// Starts a victim, listens to it, kills it, and gives all that it said.
fn kill_under_load(folder: &Path, first: u32, chance: &mut Chance) -> Result<Answers, Box<dyn Error>> {
    let mut victim = start(folder, first)?;
    let lines = listen(&mut victim)?;
    let mut answers = Answers::default();
    let mut deadline = if chance.below(KILLED_OPENING) == 0 {
        Some(Instant::now() + Duration::from_millis(chance.below(OPENING_MS_MAX)))
    } else {
        None
    };
    while deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let patience = deadline.map_or(SILENCE_MAX, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        match lines.recv_timeout(patience) {
            Ok(line) => answers.hear(&line)?,
            Err(RecvTimeoutError::Timeout) if deadline.is_some() => break,
            Err(_) => {
                victim.kill()?;
                return Err(format!("the victim ended or fell silent: {}", victim.wait()?).into());
            }
        }
        if deadline.is_none() && answers.ready {
            let life_ms_max = if chance.below(LONG_LIVED) == 0 {
                LONG_LIFE_MS_MAX
            } else {
                LIFE_MS_MAX
            };
            // In microseconds, so that every moment between two commits has its chance.
            let life = Duration::from_micros(chance.below(life_ms_max * 1000));
            deadline = Some(Instant::now() + life);
        }
    }
    // SIGKILL, to this process alone.
    victim.kill()?;
    victim.wait()?;
    // What it had said before it was killed is still in the pipe.
    for line in lines {
        answers.hear(&line)?;
    }
    Ok(answers)
}

fn start(folder: &Path, first: u32) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["victim", &first.to_string(), &u64::MAX.to_string()])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
}

/// The victim's lines, as they come; the end of them is the end of the victim.
pub(crate) fn listen(victim: &mut Child) -> Result<Receiver<String>, Box<dyn Error>> {
    let said = victim.stdout.take().ok_or("the victim has no standard output")?;
    let (heard, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if heard.send(line).is_err() {
                break;
            }
        }
    });
    Ok(lines)
}
