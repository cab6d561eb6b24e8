//! What somebody meant to come back to: unfinished code, tests that are switched off, tests that wait for the clock.

use super::Finding;
use crate::tree::Tree;

struct Leftover {
    /// Cut in two by `concat!`, so that this file does not find itself.
    words: &'static str,
    endings: &'static [&'static str],
    only_in_tests: bool,
    instead: &'static str,
}

const RUST: &[&str] = &[".rs"];
const SCRIPT: &[&str] = &[".ts", ".tsx"];

const LEFTOVERS: &[Leftover] = &[
    Leftover {
        words: concat!("to", "do!("),
        endings: RUST,
        only_in_tests: false,
        instead: "finish it",
    },
    Leftover {
        words: concat!("unimple", "mented!("),
        endings: RUST,
        only_in_tests: false,
        instead: "finish it",
    },
    Leftover {
        words: concat!("#[ig", "nore"),
        endings: RUST,
        only_in_tests: false,
        instead: "mend the test or delete it",
    },
    Leftover {
        words: concat!("thread::sl", "eep("),
        endings: RUST,
        only_in_tests: true,
        instead: "advance the clock, or wait for what must happen with a bound",
    },
    Leftover {
        words: concat!("time::sl", "eep("),
        endings: RUST,
        only_in_tests: true,
        instead: "advance the clock, or wait for what must happen with a bound",
    },
    Leftover {
        words: concat!(".on", "ly("),
        endings: SCRIPT,
        only_in_tests: false,
        instead: "run the other tests too",
    },
    Leftover {
        words: concat!(".sk", "ip("),
        endings: SCRIPT,
        only_in_tests: false,
        instead: "mend the test or delete it",
    },
    Leftover {
        words: concat!(".fix", "me("),
        endings: SCRIPT,
        only_in_tests: false,
        instead: "mend the test or delete it",
    },
    Leftover {
        words: concat!("waitFor", "Timeout("),
        endings: SCRIPT,
        only_in_tests: false,
        instead: "wait for what must appear",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.iter()
        .filter(|(path, _)| !path.contains("/generated/"))
        .flat_map(|(path, text)| {
            text.lines()
                .enumerate()
                .map(move |(index, line)| (path, index + 1, line))
        })
        .filter(|(_, _, line)| !line.trim_start().starts_with("//"))
        .flat_map(|(path, number, line)| {
            LEFTOVERS
                .iter()
                .filter(move |leftover| leftover.is_in(path, line))
                .map(move |leftover| format!("{path}:{number}: `{}`: {}", leftover.words, leftover.instead))
        })
        .collect()
}

impl Leftover {
    fn is_in(&self, path: &str, line: &str) -> bool {
        self.endings.iter().any(|ending| path.ends_with(ending))
            && (!self.only_in_tests || path.contains("tests/"))
            && line.contains(self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leftover_is_found_and_said_where() {
        for leftover in LEFTOVERS {
            let path = format!("crates/a/tests/http/a{}", leftover.endings[0]);
            let text = format!("fine\n    {}x)\n", leftover.words);
            let found = check(&Tree::from([(path.as_str(), text.as_str())]));
            let expected = format!("{path}:2: `{}`: {}", leftover.words, leftover.instead);
            assert_eq!(found, [expected]);
        }
    }

    #[test]
    fn a_worker_may_sleep_and_a_comment_may_speak() {
        let sleep = concat!("tokio::time::sl", "eep(a)");
        let comment = concat!("// no to", "do!() here");
        assert_eq!(
            check(&Tree::from([
                ("crates/a/src/worker.rs", sleep),
                ("a.rs", comment)
            ])),
            Vec::<Finding>::new()
        );
    }
}
