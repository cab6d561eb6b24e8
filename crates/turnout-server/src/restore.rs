//! `turnout restore`: makes a data folder from a backup.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

/// What `turnout restore` can be told.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup, as `turnout backup` made it. All of it is checked before anything is touched.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder to fill. No server may run on it.
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Fills a folder that is not empty. Its database stays beside the new one, as turnout.db.replaced.
    #[arg(long)]
    replace: bool,
}

/// Restores, or says what stands in the way.
pub async fn run(args: RestoreArgs) -> anyhow::Result<()> {
    let (file, data) = (args.file.clone(), args.data.clone());
    let done = tokio::task::spawn_blocking(move || {
        turnout_store_sqlite::restore(&args.file, &args.data, args.replace)
    });
    let done = done.await?;
    if let Err(turnout_store_sqlite::RestoreError::NotEmpty { .. }) = &done {
        return done.context("nothing was restored; choose another folder, or say --replace");
    }
    done.context("nothing was restored")?;
    println!("Restored {} to {}.", file.display(), data.display());
    println!("Sales since the backup are not in it. Look it over with `turnout check` before you serve.");
    Ok(())
}
