//! What a crash leaves behind, by trying.
//!
//! - `crash kill CYCLES FOLDER` kills a process that sells, in the same folder again and again, with SIGKILL.
//! - `crash power-loss POINTS FOLDER RECORDER` lets the power go at random moments of a recorded run: only what was
//!   synced is left, and of the rest what chance wants. `RECORDER` is `recorder.c`, compiled.
//! - `crash victim FIRST STEPS FOLDER` is the process that sells, and `crash plain SYNCHRONOUS FOLDER` is SQLite by
//!   itself.
//!
//! `scripts/crash.sh` builds and runs all of it. `CRASH_SEED` brings back the random choices, though not the moments at
//! which threads took turns.

mod answers;
mod chance;
mod disk;
mod kill;
mod normal;
mod power_loss;
mod record;
mod recording;
mod sales;
mod verify;
#[cfg(test)]
mod verify_tests;
mod victim;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::chance::Chance;

const USAGE: &str = "usage: crash kill CYCLES FOLDER | power-loss POINTS FOLDER RECORDER | victim FIRST STEPS FOLDER | \
     plain SYNCHRONOUS FOLDER";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("crash: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    match *arguments {
        ["kill", cycles, folder] => kill::run(&new(folder)?, cycles.parse()?, &mut chance()?).await,
        ["power-loss", points, folder, recorder] => {
            let recorder = std::fs::canonicalize(recorder)?;
            power_loss::run(&new(folder)?, &recorder, points.parse()?, &mut chance()?).await
        }
        ["victim", first, steps, folder] => {
            victim::run(Path::new(folder), first.parse()?, steps.parse()?).await?;
            Ok(())
        }
        ["plain", synchronous, folder] => Ok(normal::run_plain(Path::new(folder), synchronous)?),
        _ => Err(USAGE.into()),
    }
}

/// A folder of our own, by its path without symbolic links: that is how `SQLite` will call it.
fn new(folder: &str) -> Result<PathBuf, Box<dyn Error>> {
    std::fs::create_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
    Ok(std::fs::canonicalize(folder)?)
}

fn chance() -> Result<Chance, Box<dyn Error>> {
    let seed = match std::env::var("CRASH_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => Chance::seed(),
    };
    println!("seed {seed}");
    Ok(Chance::seeded(seed))
}
