//! Every crate takes the workspace's lints and says what it is for.

use super::Finding;
use crate::tree::Tree;

/// Their README says what they own and why, on one page.
const SERVICES: &[&str] = &[
    "turnout-identity",
    "turnout-registration",
    "turnout-ticketing",
    "turnout-engagement",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.iter()
        .filter_map(|(path, manifest)| Some((path.strip_suffix("/Cargo.toml")?, manifest)))
        .filter(|(folder, _)| folder.starts_with("crates/") || *folder == "xtask")
        .flat_map(|(folder, manifest)| check_crate(tree, folder, manifest))
        .collect()
}

fn check_crate(tree: &Tree, folder: &str, manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !takes_workspace_lints(manifest) {
        findings.push(format!(
            "{folder}/Cargo.toml: add `[lints]` with `workspace = true`"
        ));
    }
    let name = folder.rsplit('/').next().unwrap_or(folder);
    if SERVICES.contains(&name) && tree.text(&format!("{folder}/README.md")).is_none() {
        findings.push(format!("{folder}/README.md: say what this service owns and why"));
    }
    let roots = ["src/lib.rs", "src/main.rs"].map(|file| tree.text(&format!("{folder}/{file}")));
    if !roots.into_iter().flatten().any(has_docs) {
        findings.push(format!(
            "{folder}: begin src/lib.rs or src/main.rs with `//!` and what this crate is for"
        ));
    }
    findings
}

fn takes_workspace_lints(manifest: &str) -> bool {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[lints]")
        .nth(1)
        .is_some_and(|line| line.trim() == "workspace = true")
}

fn has_docs(source: &str) -> bool {
    source.starts_with("//!") || source.starts_with("#![doc = include_str!(")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n";

    #[test]
    fn a_crate_that_has_all_passes() {
        let tree = Tree::from([
            ("crates/turnout-ticketing/Cargo.toml", MANIFEST),
            ("crates/turnout-ticketing/README.md", "# Ticketing"),
            (
                "crates/turnout-ticketing/src/lib.rs",
                "#![doc = include_str!(\"../README.md\")]\n",
            ),
            ("xtask/Cargo.toml", MANIFEST),
            ("xtask/src/main.rs", "//! Tasks.\n"),
        ]);
        assert_eq!(check(&tree), Vec::<Finding>::new());
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        let tree = Tree::from([
            (
                "crates/turnout-ticketing/Cargo.toml",
                "[package]\nname = \"turnout-ticketing\"\n",
            ),
            ("crates/turnout-ticketing/src/lib.rs", "mod a;\n"),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("[lints]"));
        assert!(found[1].contains("README.md"));
        assert!(found[2].contains("`//!`"));
    }
}
