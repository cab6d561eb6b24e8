//! A lock file must work for everybody: it names no mirror and no private registry.

use super::Finding;
use crate::tree::Tree;

const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.iter()
        .filter_map(|(path, text)| check_file(path, text))
        .collect()
}

/// The first wrong line is enough: the others have the same cause.
fn check_file(path: &str, text: &str) -> Option<Finding> {
    let (is_wrong, advice): (fn(&str) -> bool, _) = match path.rsplit('/').next()? {
        "Cargo.lock" => (is_foreign_source, "only crates.io may be named as a source"),
        "package-lock.json" => (
            is_resolved_host,
            "set omit-lockfile-registry-resolved=true in .npmrc",
        ),
        _ => return None,
    };
    let line = text.lines().position(|line| is_wrong(line.trim()))?;
    Some(format!("{path}:{}: {advice}", line + 1))
}

fn is_foreign_source(line: &str) -> bool {
    line.starts_with("source = ") && line != CRATES_IO
}

fn is_resolved_host(line: &str) -> bool {
    line.starts_with("\"resolved\":") && line.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_io_passes_and_a_mirror_does_not() {
        let ours = format!("[[package]]\nname = \"a\"\n{CRATES_IO}\n");
        let mirror = "[[package]]\nname = \"a\"\nsource = \"registry+https://mirror.example/index\"\n";
        let tree = Tree::from([
            ("Cargo.lock", ours.as_str()),
            ("tests/dynamo-conformance/Cargo.lock", mirror),
        ]);
        assert_eq!(
            check(&tree),
            ["tests/dynamo-conformance/Cargo.lock:3: only crates.io may be named as a source"]
        );
    }

    #[test]
    fn a_resolved_host_is_found_and_a_linked_folder_is_not() {
        let mirror = "{\n  \"resolved\": \"https://mirror.example/a.tgz\",\n}";
        let found = check(&Tree::from([
            ("web/package-lock.json", mirror),
            ("package-lock.json", "\"resolved\": \"web\","),
        ]));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("web/package-lock.json:2:"), "{found:?}");
    }
}
