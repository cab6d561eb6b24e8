//! What a sale costs in the store, beside what the disk itself needs: run by `scripts/bench.sh`, read in
//! `docs/benchmarks.md`.
//!
//! A sale here is one change of its own, as ticketing's combiner commits it for one order: batching orders into one
//! change would measure the combiner. Writes its figures by name to the file in `TURNOUT_BENCH_SUMMARY`.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are floats; what they are made of is far below 2^52"
)]

mod cpu;
mod crowd;
mod disk;
mod figures;
mod sale;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crowd::{Crowd, Until};
use figures::{Figures, median};
use sale::Stall;

/// How many sales stand when the cost of a small store is measured.
const SOLD_FEW: u64 = 1_000;
/// How many changes one measurement of the cost takes, and how many measurements there are.
const WINDOW: u64 = 20_000;
const WINDOWS: usize = 3;
/// Rounds of turns of a lone submitter and the bare disk, so that both meet the same disk.
const LONE_ROUNDS: usize = 40;

/// How much is done.
struct Scale {
    /// How many sales stand when the cost of a large store is measured.
    sold_many: u64,
    at_full_load: Duration,
}

impl Scale {
    fn of(quick: bool) -> Self {
        if quick {
            Self {
                sold_many: 50_000,
                at_full_load: Duration::from_secs(3),
            }
        } else {
            Self {
                sold_many: 1_000_000,
                at_full_load: Duration::from_secs(10),
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let scale = Scale::of(var("TURNOUT_BENCH_QUICK").is_some_and(|value| value != "0"));
    let folder =
        var("TURNOUT_BENCH_FOLDER").map_or_else(|| PathBuf::from("target/bench/store"), PathBuf::from);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut figures = Figures::default();
    let cost_small = small(&folder.join("small"), &mut figures).await?;
    large(&folder.join("large"), &scale, cost_small, &mut figures).await?;
    std::fs::remove_dir_all(&folder)?;
    figures.set("store_sold_many", scale.sold_many as f64);
    if let Some(file) = var("TURNOUT_BENCH_SUMMARY") {
        figures.write(Path::new(&file))?;
    }
    Ok(())
}

/// Measures at few sales, in a new store each time; gives the writer's processor time a change.
async fn small(folder: &Path, figures: &mut Figures) -> Result<f64, Box<dyn Error>> {
    let mut windows = Vec::new();
    for number in 0..WINDOWS {
        let stall = Stall::open(&folder.join(number.to_string())).await?;
        crowd::sell(&stall, 64, Until::sold(SOLD_FEW)).await?;
        windows.push(crowd::sell(&stall, 64, Until::sold(WINDOW)).await?);
        if number + 1 == WINDOWS {
            let many = crowd::sell(&stall, 512, Until::sold(WINDOW)).await?;
            figures.say("store_sales_per_s_512_at_1000", many.per_second());
        }
        stall.close().await;
    }
    figures.say("store_sales_per_s_64_at_1000", rate(&windows));
    let cost = median(windows.iter().map(Crowd::writer_us));
    figures.say("store_sale_cpu_us_64_at_1000", cost);
    Ok(cost)
}

/// Measures at many sales.
async fn large(
    folder: &Path,
    scale: &Scale,
    cost_small: f64,
    figures: &mut Figures,
) -> Result<(), Box<dyn Error>> {
    let stall = Stall::open(folder).await?;
    let bytes_before = stall.file_bytes()?;
    let filling = crowd::sell(&stall, 512, Until::sold(scale.sold_many)).await?;
    figures.say("store_sales_per_s_filling", filling.per_second());
    stall.drained().await?;
    let bytes = stall.file_bytes()?.saturating_sub(bytes_before);
    figures.say("store_bytes_per_sale", bytes as f64 / filling.sold() as f64);

    lone(&stall, folder, figures).await?;

    let mut windows = Vec::new();
    for _ in 0..WINDOWS {
        windows.push(crowd::sell(&stall, 64, Until::sold(WINDOW)).await?);
        stall.drained().await?;
    }
    let cost = median(windows.iter().map(Crowd::writer_us));
    figures.say("store_sale_cpu_us_64", cost);
    figures.say("store_sale_cost_growth", cost / cost_small);

    let full = crowd::sell(&stall, 64, Until::after(scale.at_full_load)).await?;
    figures.say("store_sales_per_s_64", full.per_second());
    figures.say("store_sale_p50_us_64", full.percentile_us(0.5));
    figures.say("store_sale_p99_us_64", full.percentile_us(0.99));
    figures.say("store_sale_p999_us_64", full.percentile_us(0.999));
    figures.say("store_checkpoint_cpu_us_64", full.checkpoint_us());
    figures.say("store_process_cpu_us_64", full.process_us());
    let crowded = crowd::sell(&stall, 512, Until::after(scale.at_full_load)).await?;
    figures.say("store_sales_per_s_512", crowded.per_second());
    figures.say("store_sale_p99_us_512", crowded.percentile_us(0.99));
    figures.say("store_sale_cpu_us_512", crowded.writer_us());
    // The log is never made shorter, so its length is the most it ever was.
    figures.say("store_log_mib_max", stall.log_bytes()? as f64 / 1_048_576.0);

    backup(&stall, folder, figures).await?;
    stall.close().await;
    Ok(())
}

/// A lone submitter waits for one sync and little else; the disk's own is taken in turns with it.
async fn lone(stall: &Stall, folder: &Path, figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let mut disk = disk::Syncs::in_folder(folder)?;
    let mut alone = Crowd::default();
    for _ in 0..LONE_ROUNDS {
        disk.measure()?;
        alone.add(crowd::sell(stall, 1, Until::sold(25)).await?);
    }
    figures.say("disk_sync_p50_us", disk.overwrite_us(0.5));
    figures.say("disk_sync_p99_us", disk.overwrite_us(0.99));
    figures.say("disk_sync_append_p50_us", disk.append_us(0.5));
    figures.say("disk_sync_append_p99_us", disk.append_us(0.99));
    figures.say("store_sales_per_s_1", alone.per_second());
    figures.say("store_sale_p50_us_1", alone.percentile_us(0.5));
    figures.say("store_sale_p99_us_1", alone.percentile_us(0.99));
    figures.say("store_sale_cpu_us_1", alone.writer_us());
    let syncs = alone.percentile_us(0.5) / disk.overwrite_us(0.5);
    figures.say("store_sale_p50_1_syncs", syncs);
    Ok(())
}

/// A backup while 64 submitters go on.
async fn backup(stall: &Stall, folder: &Path, figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let file = folder.join("copy.db");
    let until = Until::told();
    let began = Instant::now();
    let (beside, copied) = tokio::join!(crowd::sell(stall, 64, until.clone()), async {
        let copied = stall.store.backup(&file).await;
        let seconds = began.elapsed().as_secs_f64();
        until.tell();
        copied.map(|()| seconds)
    });
    let (beside, seconds) = (beside?, copied?);
    figures.say("store_backup_s", seconds);
    figures.say(
        "store_backup_mib",
        std::fs::metadata(&file)?.len() as f64 / 1_048_576.0,
    );
    figures.say("store_sales_per_s_64_beside_backup", beside.per_second());
    figures.say("store_sale_p99_us_64_beside_backup", beside.percentile_us(0.99));
    figures.say("store_sale_max_us_64_beside_backup", beside.percentile_us(1.0));
    figures.say(
        "store_log_mib_max_beside_backup",
        stall.log_bytes()? as f64 / 1_048_576.0,
    );
    Ok(())
}

fn rate(windows: &[Crowd]) -> f64 {
    median(windows.iter().map(Crowd::per_second))
}
