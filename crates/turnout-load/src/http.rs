//! What a sale over HTTP costs, beside a server that only reads and answers: run by `scripts/bench.sh`, read in
//! `docs/benchmarks.md`.
//!
//! The server is pinned to one processor and this program to another, so that the load takes nothing from what it
//! measures.

mod connection;
mod crowd;
mod empty;
mod offer;
mod phases;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

pub use crowd::{Crowd, Pace, buy};
pub use empty::EmptyArgs;
pub use offer::Offer;

use crate::figures::Figures;

/// What `turnout-load http` can do.
#[derive(Debug, Subcommand)]
pub enum HttpCommand {
    /// Measures sales over HTTP with servers of its own; to be pinned to another processor than the first.
    Measure(MeasureArgs),
    /// Serves the yardstick: reads a purchase, answers as much JSON as a real one.
    Empty(EmptyArgs),
}

/// What the measurement can be told.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// The server's program.
    #[arg(long)]
    turnout: PathBuf,
    /// A folder that is not there yet, for the database; on the disk that is to be measured.
    #[arg(long)]
    folder: PathBuf,
    /// Where the figures go, as one JSON object.
    #[arg(long)]
    summary: PathBuf,
    /// How many connections ask at the same time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How many seconds each measurement takes.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many sales stand when the cost of many is measured; an event has at most a million places.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(30_000..=1_000_000))]
    sold_many: u64,
}

/// Runs the subcommand.
pub async fn run(command: HttpCommand) -> anyhow::Result<()> {
    match command {
        HttpCommand::Empty(args) => empty::run(args).await,
        HttpCommand::Measure(args) => {
            anyhow::ensure!(
                !args.folder.exists(),
                "{} is there already",
                args.folder.display()
            );
            let mut figures = Figures::default();
            let measured = phases::Phases {
                connections: args.connections,
                time: Duration::from_secs(args.seconds),
                sold_many: args.sold_many,
                turnout: args.turnout.display().to_string(),
                folder: args.folder.clone(),
                figures: &mut figures,
            };
            let done = measured.run().await;
            // Figures of phases that went well are worth keeping, whatever the last one said.
            figures.write(&args.summary)?;
            std::fs::remove_dir_all(&args.folder).or_else(|error| {
                if error.kind() == std::io::ErrorKind::NotFound {
                    Ok(())
                } else {
                    Err(error)
                }
            })?;
            done
        }
    }
}
