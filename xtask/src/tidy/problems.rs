//! Every problem type of the API has its page, every page its problem type, and the code answers with no other.

use std::collections::BTreeMap;

use super::Finding;
use crate::tree::Tree;

const DESIGN: &str = "docs/api-design.md";
const PAGES: &str = "docs/problems/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let named = named_in(tree.text(DESIGN).unwrap_or_default());
    if named.is_empty() {
        return vec![format!("{DESIGN}: no problem types under \"## Problems\"")];
    }
    let mut findings = Vec::new();
    for (name, status) in &named {
        let path = format!("{PAGES}{name}.md");
        match tree.text(&path) {
            None => findings.push(format!("{path}: write this page; {DESIGN} names the problem")),
            Some(page) if !page.contains(status) => {
                findings.push(format!("{path}: does not say that its status is {status}"));
            }
            Some(_) => {}
        }
    }
    for page in tree.names_in(PAGES).filter_map(|name| name.strip_suffix(".md")) {
        if page != "README" && !named.contains_key(page) {
            findings.push(format!("{PAGES}{page}.md: {DESIGN} does not name this problem"));
        }
    }
    for (path, text) in tree.iter().filter(|(path, _)| path.starts_with("crates/")) {
        for name in answered_in(text).filter(|name| !named.contains_key(name)) {
            findings.push(format!("{path}: {DESIGN} does not name the problem `{name}`"));
        }
    }
    findings
}

/// Problem types as handlers make them: a status, then the name, as in `Problem::new(StatusCode::CONFLICT, "sold-out", …)`.
fn answered_in(source: &str) -> impl Iterator<Item = &str> {
    source.split("StatusCode::").skip(1).filter_map(|after| {
        let (_status, rest) = after.split_once(|char: char| !char.is_ascii_uppercase() && char != '_')?;
        let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        after[..after.len() - rest.len()].ends_with(',').then_some(name)
    })
}

/// Names and statuses from the design: under the heading, each name in backticks and its status after it.
fn named_in(design: &str) -> BTreeMap<&str, &str> {
    let Some((_, section)) = design.split_once("\n## Problems\n") else {
        return BTreeMap::new();
    };
    let section = section.split("\n## ").next().unwrap_or_default();
    let pieces: Vec<&str> = section.split('`').collect();
    pieces
        .chunks(2)
        .skip(1)
        .zip(pieces.chunks(2))
        .filter_map(named)
        .collect()
}

/// Splitting at backticks leaves text, code, text, code, …; a name is code followed by text that starts with a status.
fn named<'a>((after, before): (&[&'a str], &[&'a str])) -> Option<(&'a str, &'a str)> {
    let name = before.get(1)?;
    let status = after.first()?.trim_start().get(..3)?;
    status
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((name, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIGN_TEXT: &str = "# API\n\n## Problems\n\n`sold-out` 409 (`left`, `ticket_type_id`) ·\n`internal` 500.\n\n## Shapes\n\n`later` 404\n";

    #[test]
    fn names_are_read_with_their_status_and_members_are_not_names() {
        assert_eq!(
            named_in(DESIGN_TEXT),
            BTreeMap::from([("sold-out", "409"), ("internal", "500")])
        );
    }

    #[test]
    fn a_missing_a_stray_and_a_wrong_page_are_found() {
        let found = check(&Tree::from([
            (DESIGN, DESIGN_TEXT),
            ("docs/problems/README.md", "the list"),
            ("docs/problems/internal.md", "Status 503."),
            ("docs/problems/sold-in.md", "Status 409."),
        ]));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("docs/problems/internal.md: does not say that its status is 500"));
        assert!(found[1].starts_with("docs/problems/sold-out.md: write this page"));
        assert!(found[2].starts_with("docs/problems/sold-in.md: docs/api-design.md does not name"));
    }

    #[test]
    fn a_problem_that_only_the_code_knows_is_found() {
        let source = "Problem::new(\n    StatusCode::GONE,\n    \"hold-expired\",\n);\n(StatusCode::OK, \"sold-out\");\n\
            assert_eq!(reply.status(), StatusCode::CONFLICT);\nlet a = \"b\";";
        assert_eq!(
            answered_in(source).collect::<Vec<_>>(),
            ["hold-expired", "sold-out"]
        );
        let found = check(&Tree::from([
            (DESIGN, DESIGN_TEXT),
            ("crates/a/src/b.rs", source),
            ("docs/problems/internal.md", "500"),
            ("docs/problems/sold-out.md", "409"),
        ]));
        assert_eq!(
            found,
            ["crates/a/src/b.rs: docs/api-design.md does not name the problem `hold-expired`"]
        );
    }

    #[test]
    fn a_design_without_problems_is_itself_a_finding() {
        assert_eq!(check(&Tree::from([(DESIGN, "# API\n")])).len(), 1);
    }
}
