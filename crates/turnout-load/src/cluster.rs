//! Two processes of every role under load, while each in turn is killed, frozen and restarted: run by
//! `scripts/test-cluster.sh`.

mod balancer;
mod crowd;
mod listener;
mod member;
mod stage;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use futures::future::try_join_all;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use self::member::Member;
use self::stage::{HOLD_SECONDS, PROCESSES_A_ROLE, Stage};

/// How long work in the background may be with nobody.
const IDLE_MAX: Duration = Duration::from_secs(10);
/// Requests that are answered before the next thing happens.
const REQUESTS_BETWEEN: u64 = 30;
/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_secs(45);

/// What the test can be told.
#[derive(Debug, Args)]
pub struct ClusterArgs {
    /// The server's program.
    #[arg(long)]
    turnout: PathBuf,
    /// A folder for the processes' logs.
    #[arg(long)]
    logs: PathBuf,
    /// Only some of the faults: a minute instead of many.
    #[arg(long)]
    short: bool,
}

/// What befalls a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill,
    Freeze,
}

/// Runs the test. Store and bus are where the environment says.
pub async fn run(args: ClusterArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut stage = Stage::set(&args.turnout, &args.logs).await?;
    println!(
        "{} processes are ready after {:.1?}",
        stage.members.len(),
        began.elapsed()
    );
    let stop = CancellationToken::new();
    let (crowd, until) = (stage.crowd.clone(), stop.clone());
    let load = tokio::spawn(async move { crowd.buy_until(until).await });
    stage.crowd.goes_on(REQUESTS_BETWEEN, SOON).await?;

    let told = play(&mut stage, args.short).await;
    stop.cancel();
    let bought = load.await?;
    for failure in stage.crowd.books(|books| books.failures.clone()) {
        println!("  {failure}");
    }
    told?;
    bought?;
    stage.close_the_books().await?;
    let (requests, failed, beyond) = stage.crowd.counts();
    println!("{requests} requests answered, {failed} attempts failed, {beyond} needed more than one retry");
    anyhow::ensure!(beyond == 0, "{beyond} requests were not mended by one retry");
    let mut complaints = Vec::new();
    for (work, seen) in stage.watch.seen() {
        println!(
            "  {work:<28} idle for {:.1?} at most, doubled {} times",
            seen.idle, seen.doubled
        );
        if seen.idle > IDLE_MAX || seen.doubled > 0 {
            complaints.push(work);
        }
    }
    anyhow::ensure!(
        complaints.is_empty(),
        "idle for too long, or doubled: {}",
        complaints.join(", ")
    );
    println!("all of it took {:.0?}", began.elapsed());
    Ok(())
}

async fn play(stage: &mut Stage, short: bool) -> anyhow::Result<()> {
    let all = 0..stage.members.len();
    let faults: Vec<(usize, Fault)> = if short {
        let holder = |work: &str| {
            stage
                .holder_of(work)
                .with_context(|| format!("nobody holds {work}"))
        };
        let (sweeper, teller) = (holder("tickets/sweep-holds")?, holder("notifications/fan-out")?);
        vec![(sweeper, Fault::Kill), (teller, Fault::Freeze)]
    } else {
        all.clone()
            .flat_map(|at| [(at, Fault::Kill), (at, Fault::Freeze)])
            .collect()
    };
    for (at, fault) in faults {
        befall(stage, at, fault).await?;
    }
    let before = stage.crowd.counts().1;
    for number in 0..PROCESSES_A_ROLE {
        // Deployments go on side by side, each a process at a time.
        let of_number = stage.members.iter_mut().skip(number).step_by(PROCESSES_A_ROLE);
        try_join_all(of_number.map(restart)).await?;
        stage.crowd.goes_on(REQUESTS_BETWEEN, SOON).await?;
    }
    let failed = stage.crowd.counts().1 - before;
    println!("rolling restart of all: {failed} attempts failed");
    anyhow::ensure!(
        failed == 0,
        "{failed} requests failed while everything was restarted"
    );
    Ok(())
}

/// Kills or freezes a process under load, waits until others do its work, and brings it back.
async fn befall(stage: &mut Stage, at: usize, fault: Fault) -> anyhow::Result<()> {
    let (began, before) = (Instant::now(), stage.crowd.counts().1);
    let holds_end = stage.probe_holds().await?;
    let member = &mut stage.members[at];
    let name = member.name.clone();
    member.signal(if fault == Fault::Kill { "KILL" } else { "STOP" })?;
    if fault == Fault::Kill {
        member.ended().await?;
    }
    let (returned, others) = tokio::join!(stage.holds_return(holds_end, IDLE_MAX), others_go_on(stage, at));
    let returned = returned.with_context(|| format!("after {name} was hit by {fault:?}"))?;
    others?;
    let member = &mut stage.members[at];
    if fault == Fault::Kill {
        member.start()?;
    } else {
        member.signal("CONT")?;
    }
    member.ready().await?;
    stage.listeners_catch_up(SOON).await?;
    let failed = stage.crowd.counts().1 - before;
    println!(
        "{name:<14} {fault:?}: {failed} attempts failed, holds back {returned:.1?} after their time; {:.1?} in all",
        began.elapsed()
    );
    Ok(())
}

/// Waits until others do the work of a process that is gone, and buyers go on.
async fn others_go_on(stage: &Stage, gone: usize) -> anyhow::Result<()> {
    let member = &stage.members[gone];
    member.backend.becomes(false, SOON).await?;
    let moved = Instant::now();
    while stage.watch.waits_for(member.address) {
        anyhow::ensure!(
            moved.elapsed() < SOON,
            "the work of {} is taken over by nobody",
            member.name
        );
        sleep(Duration::from_millis(50)).await;
    }
    stage.crowd.goes_on(REQUESTS_BETWEEN, SOON).await
}

/// Restarts a process as a deployment does: first nobody is sent there any more, then it is told to end.
async fn restart(member: &mut Member) -> anyhow::Result<()> {
    member.backend.set_leaving(true);
    member.signal("TERM")?;
    anyhow::ensure!(member.ended().await?, "{} ended with an error", member.name);
    member.backend.becomes(false, SOON).await?;
    member.start()?;
    member.ready().await?;
    member.backend.set_leaving(false);
    Ok(())
}

/// The variables that every process has beside those of its environment.
fn variables(urls: &[(&'static str, std::net::SocketAddr)]) -> Vec<(String, String)> {
    let urls = urls.iter().map(|(role, address)| {
        (
            format!("TURNOUT_{}_URL", role.to_uppercase()),
            format!("http://{address}"),
        )
    });
    urls.chain([("TURNOUT_HOLD_SECONDS".to_owned(), HOLD_SECONDS.to_string())])
        .collect()
}
