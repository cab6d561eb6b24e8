//! Running this program with `recorder.c` beneath it.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::kill::listen;

/// Runs a subcommand in a new folder from its beginning to its end, and gives what was recorded.
pub(crate) fn record(folder: &Path, recorder: &Path, arguments: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let (data, record) = (folder.join("recorded"), folder.join("record"));
    std::fs::create_dir(&data)?;
    let mut victim = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg(&data)
        .env("LD_PRELOAD", recorder)
        .env("CRASH_FOLDER", &data)
        .env("CRASH_RECORD", &record)
        .stdout(Stdio::piped())
        .spawn()?;
    // The recording has what it says, in its place among the writes; here it is only made room for.
    let lines = listen(&mut victim)?.into_iter().count();
    let status = victim.wait()?;
    if !status.success() {
        return Err(format!(
            "`crash {}` ended with {status} after {lines} lines",
            arguments.join(" ")
        )
        .into());
    }
    let recording = std::fs::read(&record)?;
    std::fs::remove_file(&record)?;
    std::fs::remove_dir_all(&data)?;
    Ok(recording)
}
