//! Decision records are numbered from 0000, the template, without gaps: a reader can tell that none is missing.

use super::Finding;
use crate::tree::Tree;

const FOLDER: &str = "docs/decisions/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut expected = 0;
    let mut findings = Vec::new();
    // Sorted by name, so by number.
    for name in tree.names_in(FOLDER).filter(|&name| name != "README.md") {
        match number_of(name) {
            None => findings.push(format!("{FOLDER}{name}: name it like 0007-one-atomic-commit.md")),
            Some(number) if number == expected => expected += 1,
            Some(number) if number < expected => {
                findings.push(format!("{FOLDER}{name}: this number is taken"));
            }
            Some(number) => {
                findings.push(format!(
                    "{FOLDER}{name}: the number before it is missing; {expected:04} is free"
                ));
                expected = number + 1;
            }
        }
    }
    findings
}

fn number_of(name: &str) -> Option<u32> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let is_well_formed = number.len() == 4 && !title.is_empty();
    is_well_formed.then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_for<const N: usize>(names: [&str; N]) -> Vec<Finding> {
        let paths = names.map(|name| format!("{FOLDER}{name}"));
        check(&Tree::from(paths.each_ref().map(|path| (path.as_str(), ""))))
    }

    #[test]
    fn numbers_in_a_row_pass() {
        assert_eq!(
            found_for(["README.md", "0000-template.md", "0001-ports.md"]),
            Vec::<Finding>::new()
        );
    }

    #[test]
    fn a_gap_a_double_and_an_unnumbered_one_are_found() {
        let gap = found_for(["0000-template.md", "0002-ports.md"]);
        assert_eq!(
            gap,
            ["docs/decisions/0002-ports.md: the number before it is missing; 0001 is free"]
        );
        let double = found_for(["0000-template.md", "0001-ports.md", "0001-roles.md"]);
        assert_eq!(double, ["docs/decisions/0001-roles.md: this number is taken"]);
        let unnumbered = found_for(["0000-template.md", "ports.md"]);
        assert_eq!(
            unnumbered,
            ["docs/decisions/ports.md: name it like 0007-one-atomic-commit.md"]
        );
    }
}
