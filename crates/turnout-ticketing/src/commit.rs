//! Commits a change; sends it again while the store is busy or its answer is lost.

use std::time::Duration;

use turnout_store::{Change, CommitError, Committed, Store};

/// How often a change is sent.
const TRIES_MAX: u32 = 8;
/// The first pause before a change is sent again; it doubles, to half a second in all.
const PAUSE: Duration = Duration::from_millis(4);

/// Commits what `build` makes, under one token, so that it is applied once however often it is sent. `build` must make
/// the same change every time: making it again is only needed where something went wrong, a copy would be paid always.
pub(crate) async fn commit(
    store: &dyn Store,
    build: impl Fn() -> Change + Send + Sync,
) -> Result<Committed, CommitError> {
    commit_patiently(store, Patience::Usual, build).await
}

/// How long to wait for a store that does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Half a second.
    Usual,
    /// Not at all: it did not answer a moment ago.
    Worn,
}

/// The same, with less patience for a store that failed a moment ago, so that a crowd behind an outage is told soon.
pub(crate) async fn commit_patiently(
    store: &dyn Store,
    patience: Patience,
    build: impl Fn() -> Change + Send + Sync,
) -> Result<Committed, CommitError> {
    let tries = match patience {
        Patience::Usual => TRIES_MAX,
        Patience::Worn => 1,
    };
    let change = build();
    let token = change.token;
    let mut answer = store.commit(change).await;
    let mut pause = PAUSE;
    for _ in 1..tries {
        if !matches!(
            answer,
            Err(CommitError::Busy { .. } | CommitError::Unknown { .. })
        ) {
            break;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
        answer = store.commit(Change { token, ..build() }).await;
    }
    answer
}
