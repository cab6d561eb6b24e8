//! Random clients at many events, whose whole history is judged afterwards.
//!
//! Every client writes down what it asked, when, and what it was answered; who gets no answer asks again under the same
//! key. Then nothing is taken on trust: from the history and from how the event stands in the end it follows whether
//! stock was ever oversold, anybody refused while some was free, anything acknowledged lost or done twice. What kills the
//! servers or lets their store stumble meanwhile is the business of whoever started them.

mod chance;
mod clients;
mod history;
mod judge;
mod stage;

use std::sync::PoisonError;
use std::time::Duration;

use clap::Args;
use futures::stream;
use futures::{StreamExt, TryFutureExt};

use crate::api::Api;
use chance::Chance;
use clients::Stage;
use stage::Crew;

/// How many seeds share people, whose access tokens do not last longer.
const SEEDS_PER_CREW: usize = 40;
const PEOPLE: usize = 3;
/// How long messages may take to arrive, with servers that were killed meanwhile.
const PATIENCE: Duration = Duration::from_mins(1);
const CAPACITY_CHANGES: u64 = 4;

/// What histories can be told.
#[derive(Debug, Args)]
pub struct HistoriesArgs {
    /// The API, such as `http://127.0.0.1:3000/api`. Its holds should last a second or so.
    #[arg(long)]
    url: String,
    /// Further addresses that answer for ticketing; clients are spread over all of them.
    #[arg(long)]
    ticketing_url: Vec<String>,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// How many seeds, each an event of its own.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// How many buyers an event has.
    #[arg(long, default_value_t = 50)]
    buyers: u64,
    /// How many events go on at the same time.
    #[arg(long, default_value_t = 4)]
    at_once: usize,
    /// How many milliseconds after a hold's end its places may still be missing.
    #[arg(long, default_value_t = 1000)]
    grace_ms: u32,
}

/// What came of one seed.
struct Judged {
    seed: u64,
    purchases: usize,
    confirmed: usize,
    refused: usize,
    scans: usize,
    violations: Vec<String>,
}

/// Runs the seeds; fails if anything does not hold, naming the seed.
pub async fn run(args: HistoriesArgs) -> anyhow::Result<()> {
    anyhow::ensure!((1..=10_000).contains(&args.seeds), "1 to 10,000 seeds");
    anyhow::ensure!(
        (1..=1_000).contains(&args.buyers),
        "an event has 1 to 1,000 buyers"
    );
    let api = Api::at(&args.url);
    let doors: Vec<Api> = if args.ticketing_url.is_empty() {
        vec![api.clone()]
    } else {
        args.ticketing_url.iter().map(|url| api.moved_to(url)).collect()
    };
    let seeds: Vec<u64> = (args.first_seed..).take(usize::try_from(args.seeds)?).collect();
    let mut judged = Vec::new();
    for some in seeds.chunks(SEEDS_PER_CREW) {
        let crew = Crew::sign_up(&api, PEOPLE).await?;
        let runs = some.iter().map(|seed| {
            let (seed, crew, api, doors) = (*seed, crew.clone(), api.clone(), doors.clone());
            let (buyers, grace) = (args.buyers, i64::from(args.grace_ms) * 1000);
            tokio::spawn(one(seed, crew, api, doors, buyers, grace))
                .map_err(anyhow::Error::from)
                .and_then(std::future::ready)
        });
        let mut runs = stream::iter(runs).buffer_unordered(args.at_once);
        while let Some(one) = runs.next().await {
            let one = one?;
            for violation in &one.violations {
                eprintln!("seed {}: {violation}", one.seed);
            }
            judged.push(one);
        }
    }
    let sum = |of: fn(&Judged) -> usize| judged.iter().map(of).sum::<usize>();
    println!(
        "{} histories: {} purchases, {} confirmed, {} told sold out, {} scans, {} violations",
        judged.len(),
        sum(|one| one.purchases),
        sum(|one| one.confirmed),
        sum(|one| one.refused),
        sum(|one| one.scans),
        sum(|one| one.violations.len())
    );
    anyhow::ensure!(sum(|one| one.violations.len()) == 0, "not everything holds");
    // A history in which nobody was refused or nothing was sold proves nothing.
    anyhow::ensure!(
        sum(|one| one.refused) > 0 && sum(|one| one.confirmed) > 0 && sum(|one| one.scans) > 0,
        "too little happened to prove anything"
    );
    Ok(())
}

async fn one(
    seed: u64,
    crew: Crew,
    api: Api,
    doors: Vec<Api>,
    buyers: u64,
    grace: history::Micros,
) -> anyhow::Result<Judged> {
    let stage = Stage::set_up(seed, &crew, &doors).await?;
    let mut clients = tokio::task::JoinSet::new();
    let organizer = stage.clone();
    clients.spawn(async move {
        organizer
            .change_capacity(CAPACITY_CHANGES, Chance::of(seed, 0))
            .await
    });
    for number in 1..=buyers {
        let stage = stage.clone();
        clients.spawn(async move {
            let mut chance = Chance::of(seed, number);
            // They come over two holds' time, so that what the first give back is there for the last.
            tokio::time::sleep(Duration::from_millis(chance.below(2500))).await;
            stage.buy(number, chance).await
        });
    }
    let mut violations = Vec::new();
    while let Some(client) = clients.join_next().await {
        if let Err(error) = client? {
            violations.push(format!("{error:#}"));
        }
    }
    let end = stage.end(&api, PATIENCE).await?;
    let history = stage
        .history
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    violations.extend(judge::judge(&history, &end, grace));
    let refused = |purchase: &&history::Purchase| purchase.order_id().is_none();
    Ok(Judged {
        seed,
        purchases: history.purchases.len(),
        confirmed: history.purchases.iter().filter(|p| p.tickets().is_some()).count(),
        refused: history.purchases.iter().filter(refused).count(),
        scans: history.scans.len(),
        violations,
    })
}
