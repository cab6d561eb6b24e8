//! `cargo xtask tidy`: rules that no compiler knows. Each check is a function from what was read to what is wrong, so
//! that its test can seed an error.

mod arrows;
mod crates;
mod decisions;
mod leftovers;
mod lock_files;
mod problems;
mod sizes;

use std::path::Path;
use std::process::ExitCode;

use crate::tree::Tree;

/// One thing that is wrong: where, and what to do about it.
type Finding = String;

pub(crate) fn run() -> ExitCode {
    match findings() {
        Ok(findings) if findings.is_empty() => {
            println!("tidy: all in order");
            ExitCode::SUCCESS
        }
        Ok(findings) => {
            for finding in &findings {
                eprintln!("tidy: {finding}");
            }
            eprintln!("tidy: {} to mend", findings.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("tidy: {error}");
            ExitCode::FAILURE
        }
    }
}

fn findings() -> Result<Vec<Finding>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("xtask has no parent folder")?;
    let tree = Tree::read(root)?;
    let packages = arrows::packages_of(root)?;

    for large in sizes::large(&tree) {
        println!("tidy: {large}");
    }
    Ok([
        arrows::check(&packages),
        sizes::check(&tree),
        leftovers::check(&tree),
        problems::check(&tree),
        crates::check(&tree),
        lock_files::check(&tree),
        decisions::check(&tree),
    ]
    .concat())
}
