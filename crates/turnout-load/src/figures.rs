//! The figures of a benchmark by name.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

/// What was measured.
#[derive(Debug, Default)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Keeps a figure and prints it, so that a long run shows where it is.
    pub fn say(&mut self, name: &str, value: f64) {
        println!("  {name:<40} {value:>14.2}");
        self.set(name, value);
    }

    /// Keeps a figure.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.insert(name.to_owned(), value);
    }

    /// A figure, if it is there.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Adds those of a file.
    pub fn read(&mut self, file: &Path) -> anyhow::Result<()> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let more: BTreeMap<String, f64> = serde_json::from_str(&text)
            .with_context(|| format!("{} is not an object of numbers", file.display()))?;
        self.0.extend(more);
        Ok(())
    }

    /// Writes all of them as one JSON object.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.0)?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    }
}

/// The middle one: a single disturbed measurement does not move it.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_outlier_does_not_move_the_median() {
        assert!((median(vec![3.0, 900.0, 2.0]) - 3.0).abs() < f64::EPSILON);
    }
}
