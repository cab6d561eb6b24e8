//! Afterwards: is everything there that was acknowledged?

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use futures::StreamExt;
use futures::stream;

use crate::api::Api;
use crate::rush::Acknowledged;

/// How many orders are asked for at the same time.
const AT_ONCE: usize = 32;

/// What verifying can be told.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The API, such as `http://127.0.0.1:3000/api`.
    #[arg(long)]
    url: String,
    /// What the rush wrote down.
    #[arg(long)]
    acknowledged: PathBuf,
    /// How many are left of the event's places; unless given, none.
    #[arg(long, default_value_t = 0)]
    left: i64,
}

/// Fails unless every acknowledged order is there, confirmed, and the event's stock adds up.
pub async fn run(args: VerifyArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.acknowledged)
        .with_context(|| format!("cannot read {}", args.acknowledged.display()))?;
    let orders: Vec<Acknowledged> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let first = orders
        .first()
        .context("nothing was acknowledged, so there is nothing to verify")?;
    let api = Api::at(&args.url);
    let asked = stream::iter(&orders).map(|order| {
        let api = api.clone();
        async move {
            let path = format!("/orders/{}", order.order_id);
            let there = api
                .get(&path, &[("order-secret", &order.secret)])
                .await?
                .granted(&path)?;
            anyhow::ensure!(
                there["state"] == "confirmed",
                "{path} was acknowledged and is {}",
                there["state"]
            );
            anyhow::Ok(())
        }
    });
    let missing: Vec<_> = asked
        .buffer_unordered(AT_ONCE)
        .filter_map(|asked| std::future::ready(asked.err()))
        .map(|error| format!("{error:#}"))
        .collect()
        .await;
    anyhow::ensure!(
        missing.is_empty(),
        "{} of {} are missing: {}",
        missing.len(),
        orders.len(),
        missing[0]
    );

    let path = format!("/events/{}/sales", first.event_id);
    let sales = api.bearing(&first.token).get(&path, &[]).await?.granted(&path)?;
    let number = |member: &str| {
        sales[member]
            .as_i64()
            .with_context(|| format!("no {member} in {sales}"))
    };
    let (confirmed, held, available) = (number("confirmed")?, number("held")?, number("available")?);
    anyhow::ensure!(
        confirmed + held + available == i64::from(first.places) && available == args.left,
        "the stock does not add up: {sales}"
    );
    anyhow::ensure!(
        usize::try_from(confirmed)? >= orders.len(),
        "{} orders were acknowledged and {confirmed} places are confirmed",
        orders.len()
    );
    println!(
        "{} acknowledged orders are there; {confirmed} places confirmed, {available} left",
        orders.len()
    );
    Ok(())
}
