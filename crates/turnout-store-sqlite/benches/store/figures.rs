//! The figures by name.

use std::collections::BTreeMap;
use std::path::Path;

/// What was measured.
#[derive(Default)]
pub struct Figures(BTreeMap<&'static str, f64>);

impl Figures {
    /// Keeps a figure.
    pub fn set(&mut self, name: &'static str, value: f64) {
        self.0.insert(name, value);
    }

    /// Keeps a figure and prints it, so that a long run shows where it is.
    pub fn say(&mut self, name: &'static str, value: f64) {
        println!("  {name:<40} {value:>14.2}");
        self.set(name, value);
    }

    /// Writes all of them as one JSON object.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(&self.0).expect("names and numbers are JSON");
        std::fs::write(file, text + "\n")
    }
}

/// The middle one: a single disturbed measurement does not move it.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value that a share of all is not above, of values in order, in microseconds.
pub fn percentile_us(sorted: &[u32], share: f64) -> f64 {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(place.clamp(1, sorted.len().max(1)) - 1)
        .copied()
        .map_or(f64::NAN, f64::from)
}
