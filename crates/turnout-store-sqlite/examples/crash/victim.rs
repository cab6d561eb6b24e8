//! The process that crashes: many submitters, each of which says what it was answered before it goes on.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::join_all;
use turnout_store::{CommitError, Read, Store, StoreError};
use turnout_store_sqlite::{OpenError, Options, SqliteStore};

use crate::answers::{Answer, READY, line_of};
use crate::sales::{self, SUBMITTERS, Step};

/// Why the victim could not go on, other than by being killed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VictimError {
    #[error("the victim's folder does not open")]
    Open(#[from] OpenError),
    #[error("the victim cannot read")]
    Read(#[from] StoreError),
    #[error("the victim cannot write")]
    Write(#[from] CommitError),
    #[error("nobody listens to the victim")]
    Say(#[from] std::io::Error),
    #[error("a submitter panicked")]
    Submitter(#[from] tokio::task::JoinError),
}

/// Commits steps of the submitters from `first` on, `steps_max` in all, and closes the store.
pub(crate) async fn run(folder: &Path, first: u32, steps_max: u64) -> Result<(), VictimError> {
    let store = SqliteStore::open(folder, &Options::default())?;
    if store.get(&sales::any_pool(), Read::Consistent).await?.is_none() {
        store.commit(sales::opening()).await?;
    }
    say(READY)?;
    let left = Arc::new(AtomicU64::new(steps_max));
    let submitters = (first..first + SUBMITTERS)
        .map(|submitter| tokio::spawn(submit(store.clone(), submitter, Arc::clone(&left))));
    for ended in join_all(submitters).await {
        ended??;
    }
    store.close().await;
    Ok(())
}

async fn submit(store: SqliteStore, submitter: u32, left: Arc<AtomicU64>) -> Result<(), VictimError> {
    let mut step = Step { submitter, number: 0 };
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        .is_ok()
    {
        let answer = match store.commit(step.change()).await {
            Ok(committed) => Answer::of(committed),
            Err(CommitError::Refused(_)) => Answer::Refused,
            Err(error) => return Err(error.into()),
        };
        say(&line_of(step, &answer))?;
        step = step.next();
    }
    Ok(())
}

/// One write a line: lines do not mix, and none is said in part.
fn say(line: &str) -> std::io::Result<()> {
    std::io::stdout().lock().write_all(line.as_bytes())
}
