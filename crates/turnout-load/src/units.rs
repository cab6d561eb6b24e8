//! What an order costs on DynamoDB: read from the counter of the service itself, during a real rush.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::sleep;

use crate::api::Api;
use crate::figures::Figures;
use crate::http::{Crowd, Offer, Pace, buy};

const COUNTER: &str = "dynamodb_consumed_write_units_total";
/// How many buyers ask at the same time in the rush.
const CONNECTIONS: usize = 64;
/// The messages are delivered, and gone from the outbox, when nothing was consumed for this long.
const QUIET: Duration = Duration::from_secs(2);
const QUIET_MAX: Duration = Duration::from_mins(1);

/// What the measurement can be told.
#[derive(Debug, Args)]
pub struct UnitsArgs {
    /// The API, such as `http://127.0.0.1:3000/api`.
    #[arg(long)]
    url: String,
    /// Where ticketing itself answers, such as `http://127.0.0.1:3002`.
    #[arg(long)]
    ticketing_url: String,
    /// How many orders are placed one after the other.
    #[arg(long, default_value_t = 40)]
    alone: u64,
    /// How many orders are placed in a rush.
    #[arg(long, default_value_t = 2_000)]
    rush: u64,
    /// Where the figures go, as one JSON object.
    #[arg(long)]
    summary: PathBuf,
}

/// Runs the measurement.
pub async fn run(args: UnitsArgs) -> anyhow::Result<()> {
    let address = args
        .ticketing_url
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let address: SocketAddr = address
        .parse()
        .context("--ticketing-url is not http://ADDRESS:PORT")?;
    let counter = Counter { address };
    let api = Api::at(&args.url);
    let offer = Offer::new(&api, args.alone + args.rush, 1).await?;
    // The first sale reads what the others find in memory.
    counter.quiet().await?;

    let mut figures = Figures::default();
    for (name, connections, orders) in [
        ("dynamodb_write_units_per_order_alone", 1, args.alone),
        ("dynamodb_write_units_per_order_batched", CONNECTIONS, args.rush),
    ] {
        let before = counter.quiet().await?;
        let crowd: Crowd = buy(address, &offer.purchases, connections, Pace::Number(orders)).await?;
        anyhow::ensure!(crowd.sold() == orders, "{} of {orders} were sold", crowd.sold());
        let units = counter.quiet().await? - before;
        figures.say(name, units / orders as f64);
    }
    figures.write(&args.summary)
}

struct Counter {
    address: SocketAddr,
}

impl Counter {
    /// The units consumed so far, once no more are being consumed.
    async fn quiet(&self) -> anyhow::Result<f64> {
        let began = Instant::now();
        let mut units = self.read().await?;
        loop {
            sleep(QUIET).await;
            let now = self.read().await?;
            if now <= units {
                return Ok(now);
            }
            units = now;
            anyhow::ensure!(began.elapsed() < QUIET_MAX, "the service does not come to rest");
        }
    }

    async fn read(&self) -> anyhow::Result<f64> {
        let client = Client::builder(TokioExecutor::new()).build_http::<axum::body::Body>();
        let metrics = client
            .get(format!("http://{}/metrics", self.address).parse()?)
            .await?;
        let metrics = metrics.into_body().collect().await?.to_bytes();
        Ok(sum_of(COUNTER, &String::from_utf8_lossy(&metrics)))
    }
}

/// The sum of a metric over its labels, in Prometheus' text format.
fn sum_of(name: &str, metrics: &str) -> f64 {
    let values = metrics.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        rest.starts_with(['{', ' '])
            .then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
    });
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels() {
        let text = "# TYPE a_total counter\na_total{t=\"x\"} 2\na_total{t=\"y\"} 3.5\na_total_b 9\n";
        assert!((sum_of("a_total", text) - 5.5).abs() < f64::EPSILON);
    }
}
