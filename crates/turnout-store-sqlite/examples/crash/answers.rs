//! What the victim said: the changes that it was answered for, one line each, through its standard output.

use std::collections::BTreeMap;

use turnout_store::Committed;

use crate::sales::Step;

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Applied, with these versions.
    Done(Vec<u64>),
    /// Sold out.
    Refused,
}

/// All answers of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    /// The pools were made, or found.
    pub(crate) ready: bool,
    pub(crate) given: BTreeMap<Step, Answer>,
}

pub(crate) const READY: &str = "ready\n";

pub(crate) fn line_of(step: Step, answer: &Answer) -> String {
    let Step { submitter, number } = step;
    match answer {
        Answer::Done(versions) => {
            let versions: Vec<_> = versions.iter().map(u64::to_string).collect();
            format!("done {submitter} {number} {}\n", versions.join(","))
        }
        Answer::Refused => format!("refused {submitter} {number}\n"),
    }
}

impl Answer {
    pub(crate) fn of(committed: Committed) -> Self {
        Self::Done(committed.versions)
    }
}

impl Answers {
    /// Takes one line. A pipe hands over short writes whole, so none is cut in two, whenever the writer was killed.
    pub(crate) fn hear(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["ready"] => self.ready = true,
            ["done", submitter, number, versions] => {
                let versions = versions.split(',').map(|version| number_in(version, line));
                let answer = Answer::Done(versions.collect::<Result<_, _>>()?);
                self.given.insert(step_in(submitter, number, line)?, answer);
            }
            ["refused", submitter, number] => {
                self.given
                    .insert(step_in(submitter, number, line)?, Answer::Refused);
            }
            _ => return Err(format!("the victim said `{line}`")),
        }
        Ok(())
    }

    /// How many changes were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        let done = self
            .given
            .values()
            .filter(|answer| matches!(answer, Answer::Done(_)));
        done.count()
    }

    /// What the submitter asked for last without being answered: it asks for one thing at a time.
    pub(crate) fn awaited_by(&self, submitter: u32) -> Step {
        let first = Step { submitter, number: 0 };
        let last = self
            .given
            .range(
                first..Step {
                    number: u32::MAX,
                    submitter,
                },
            )
            .next_back();
        last.map_or(first, |(step, _)| step.next())
    }
}

fn step_in(submitter: &str, number: &str, line: &str) -> Result<Step, String> {
    Ok(Step {
        submitter: number_in(submitter, line)?,
        number: number_in(number, line)?,
    })
}

fn number_in<N: std::str::FromStr>(word: &str, line: &str) -> Result<N, String> {
    word.parse()
        .map_err(|_| format!("`{word}` in `{line}` is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let step = |number| Step { submitter: 7, number };
        let mut answers = Answers::default();
        for line in [
            READY.to_owned(),
            line_of(step(0), &Answer::Done(vec![12, 1])),
            line_of(step(1), &Answer::Refused),
        ] {
            answers.hear(line.trim_end()).expect("a line");
        }
        assert!(answers.ready);
        assert_eq!(answers.given[&step(0)], Answer::Done(vec![12, 1]));
        assert_eq!(answers.given[&step(1)], Answer::Refused);
        assert_eq!(answers.acknowledged(), 1);
        assert_eq!(answers.awaited_by(7), step(2));
        assert_eq!(
            answers.awaited_by(8),
            Step {
                submitter: 8,
                number: 0
            }
        );
        assert!(answers.hear("done 7").is_err(), "a line that is cut is no answer");
    }
}
