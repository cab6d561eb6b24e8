//! `turnout check`: verifies every invariant over the stored data.

use std::path::PathBuf;

use clap::Args;

use crate::ports;

/// The most violations that are printed.
const SHOWN_MAX: usize = 50;

/// What `turnout check` can be told.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The folder with the embedded database. The product must not be running on it.
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
}

/// Checks, prints a report, and fails if anything does not hold.
pub async fn run(args: CheckArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.data.is_dir(),
        "there is no data folder at {}",
        args.data.display()
    );
    let store = ports::open_sqlite(&args.data)?;
    let report = turnout_ticketing::check(&store).await?;
    println!(
        "Looked at {} events, {} orders, {} tickets, {} admissions.",
        report.events, report.orders, report.tickets, report.check_ins
    );
    for violation in report.violations.iter().take(SHOWN_MAX) {
        println!("Does not hold: {violation}");
    }
    let count = report.violations.len();
    anyhow::ensure!(count == 0, "{count} invariants do not hold");
    println!("Every invariant holds.");
    Ok(())
}
