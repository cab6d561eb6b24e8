//! The figures of all benchmarks in one table, with what was aimed at.

use std::path::PathBuf;

use clap::Args;

use crate::figures::Figures;

/// What the report can be told.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Files of figures: each one JSON object of numbers.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where all of them go, as one JSON object.
    #[arg(long)]
    summary: PathBuf,
}

#[derive(Clone, Copy)]
enum Target {
    AtLeast(f64),
    AtMost(f64),
}

use Target::{AtLeast, AtMost};

/// What is aimed at. `docs/benchmarks.md` says what each figure means.
const TARGETS: [(&str, Target); 13] = [
    ("store_sales_per_s_64", AtLeast(8_000.0)),
    ("store_sale_cpu_us_64", AtMost(40.0)),
    ("store_sale_cost_growth", AtMost(1.2)),
    ("store_sale_p50_1_syncs", AtMost(2.0)),
    ("store_sale_p99_us_64", AtMost(50_000.0)),
    ("store_log_mib_max", AtMost(128.0)),
    ("dynamodb_write_units_per_order_batched", AtMost(6.0)),
    ("http_sales_ratio", AtLeast(0.25)),
    ("http_sales_ratio_20_types", AtLeast(0.25)),
    ("http_sale_p99_half_load_syncs", AtMost(4.0)),
    ("http_sale_cost_growth", AtMost(1.2)),
    ("refused_while_free", AtMost(0.0)),
    ("oversold", AtMost(0.0)),
];

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("at least {least}"),
            Self::AtMost(most) => format!("at most {most}"),
        }
    }
}

/// Prints the report and writes the summary. A missed target is told, and is no failure: these are no tests.
pub fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let mut figures = Figures::default();
    for file in &args.files {
        figures.read(file)?;
    }
    let latency = figures.get("http_sale_p99_us_half_load");
    if let Some((latency, sync)) = latency.zip(figures.get("disk_sync_p99_us")) {
        figures.set("http_sale_p99_half_load_syncs", latency / sync);
    }
    println!("\n{:<42} {:>14}   target", "figure", "value");
    for (name, value) in figures.iter() {
        println!("{name:<42} {value:>14.2}   {}", verdict(name, value));
    }
    figures.write(&args.summary)?;
    println!("\nWritten to {}", args.summary.display());
    Ok(())
}

fn verdict(name: &str, value: f64) -> String {
    let target = TARGETS.iter().find(|(of, _)| *of == name);
    target.map_or_else(String::new, |(_, target)| {
        let met = if target.is_met(value) { "met" } else { "MISSED" };
        format!("{}: {met}", target.text())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_its_target() {
        assert_eq!(verdict("http_sales_ratio", 0.3), "at least 0.25: met");
        assert_eq!(verdict("oversold", 1.0), "at most 0: MISSED");
        assert_eq!(verdict("disk_sync_p50_us", 9.0), "");
    }
}
