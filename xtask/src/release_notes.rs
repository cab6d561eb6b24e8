//! `cargo xtask release-notes VERSION`: what CHANGELOG.md says of a version, for the page of its release.

use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(version: Option<&str>) -> ExitCode {
    let Some(version) = version else {
        eprintln!("usage: cargo xtask release-notes VERSION");
        return ExitCode::from(2);
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../CHANGELOG.md");
    let notes = std::fs::read_to_string(&path)
        .map_err(|error| format!("could not read {}: {error}", path.display()))
        .and_then(|changelog| notes_of(&changelog, version, env!("CARGO_PKG_VERSION")));
    match notes {
        Ok(notes) => {
            println!("{notes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("release-notes: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The section of `version`, without its heading. Nothing is released that calls itself `built`, another version, or of
/// which the changelog says nothing.
fn notes_of(changelog: &str, version: &str, built: &str) -> Result<String, String> {
    if version != built {
        return Err(format!(
            "this is version {built} by Cargo.toml, and {version} should be released"
        ));
    }
    let mut lines = changelog.lines();
    if !lines.any(|line| version_of(line) == Some(version)) {
        return Err(format!(
            "CHANGELOG.md has no section for {version}; it is to begin with `## {version} - YEAR-MONTH-DAY`"
        ));
    }
    let notes: Vec<_> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let notes = notes.join("\n").trim().to_owned();
    if notes.is_empty() {
        return Err(format!("CHANGELOG.md says nothing of {version}"));
    }
    Ok(notes)
}

/// The version that a heading names: `## 0.2.0 - 2027-01-31` or `## [0.2.0] - 2027-01-31`.
fn version_of(line: &str) -> Option<&str> {
    let (name, date) = line.strip_prefix("## ")?.split_once(" - ")?;
    let is_date = date.len() == 10 && date.split('-').map(str::len).eq([4, 2, 2]);
    is_date.then(|| name.trim_start_matches('[').trim_end_matches(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\n- More.\n\n## 0.2.0 - 2027-01-31\n\n### Added\n\n- Seats.\n\n\
        ## [0.1.0] - 2026-12-01\n\n- All of it.\n\n## 0.0.9 - 2026-11-01\n\n";

    #[test]
    fn the_notes_of_a_version_are_its_section_and_no_other() {
        assert_eq!(
            notes_of(CHANGELOG, "0.2.0", "0.2.0").unwrap(),
            "### Added\n\n- Seats."
        );
        assert_eq!(notes_of(CHANGELOG, "0.1.0", "0.1.0").unwrap(), "- All of it.");
    }

    #[test]
    fn a_version_that_nobody_described_is_not_released() {
        assert!(
            notes_of(CHANGELOG, "0.3.0", "0.3.0")
                .unwrap_err()
                .contains("no section for 0.3.0")
        );
        assert!(
            notes_of(CHANGELOG, "0.0.9", "0.0.9")
                .unwrap_err()
                .contains("says nothing")
        );
        assert!(notes_of("## 0.2.0\n\n- No date.\n", "0.2.0", "0.2.0").is_err());
    }

    #[test]
    fn a_tag_that_is_not_the_version_of_the_program_is_refused() {
        let error = notes_of(CHANGELOG, "0.2.0", "0.1.0").unwrap_err();
        assert!(error.contains("0.1.0 by Cargo.toml"), "{error}");
    }
}
