//! What keeps the house in order, run as `cargo xtask <task>`.

mod release_notes;
mod tidy;
mod tree;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("tidy") => tidy::run(),
        Some("release-notes") => release_notes::run(arguments.next().as_deref()),
        _ => {
            eprintln!("usage: cargo xtask tidy|release-notes VERSION");
            ExitCode::from(2)
        }
    }
}
