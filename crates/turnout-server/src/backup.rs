//! `turnout backup`: copies the embedded database while it is in use.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

/// What `turnout backup` can be told.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to make. It must not be there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder with the embedded database. A server may run on it and go on selling.
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
}

/// Makes the copy. It appears under its name when it is whole.
pub async fn run(args: BackupArgs) -> anyhow::Result<()> {
    turnout_store_sqlite::back_up(&args.data, &args.file)
        .await
        .context("cannot make the backup")?;
    let bytes = std::fs::metadata(&args.file)?.len();
    println!(
        "Copied {} to {} ({bytes} bytes).",
        args.data.display(),
        args.file.display()
    );
    println!("It has everything that was committed when the copy began, secrets included: keep it safe.");
    Ok(())
}
