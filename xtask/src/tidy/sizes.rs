//! How long a file may be. Past a certain length there is a second idea inside: look for it.

use super::Finding;
use crate::tree::Tree;

/// From here on a file is listed, as a hint.
const LINES_LARGE: usize = 400;
/// Beyond this it is refused.
const LINES_MAX: usize = 600;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    sources(tree)
        .filter(|&(_, lines)| lines > LINES_MAX)
        .map(|(path, lines)| {
            format!("{path}: {lines} lines, at most {LINES_MAX}; look for the second idea inside")
        })
        .collect()
}

/// Files that are allowed, but on their way to be too long.
pub(super) fn large(tree: &Tree) -> Vec<String> {
    sources(tree)
        .filter(|&(_, lines)| lines > LINES_LARGE && lines <= LINES_MAX)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect()
}

fn sources(tree: &Tree) -> impl Iterator<Item = (&str, usize)> {
    tree.iter()
        .filter(|(path, _)| [".rs", ".ts", ".tsx"].iter().any(|ending| path.ends_with(ending)))
        .filter(|(path, _)| !path.contains("/generated/"))
        .map(|(path, text)| (path, text.lines().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_refused_and_a_large_one_listed() {
        let (long, large_one, right) = ("\n".repeat(601), "\n".repeat(600), "\n".repeat(400));
        let tree = Tree::from([
            ("crates/a/src/long.rs", long.as_str()),
            ("web/src/large.tsx", &large_one),
            ("web/src/right.ts", &right),
            ("web/src/api/generated/long.ts", &long),
            ("docs/long.md", &long),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("crates/a/src/long.rs: 601 lines"),
            "{found:?}"
        );
        assert_eq!(large(&tree), ["web/src/large.tsx has 600 lines"]);
    }
}
