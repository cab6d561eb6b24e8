//! Claims on work, on the backend's own conditions.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::{TABLE, current, insert, item, key, outcome};
use crate::lease::{Claim, Step};
use crate::{Held, Store};

const LONG: Duration = Duration::from_mins(10);

fn claim(ttl: Duration) -> Claim {
    Claim::new(TABLE, "sweeping", ttl)
}

/// Steps until the store says how the claim stands.
async fn settled(claim: &mut Claim, store: &Arc<dyn Store>) -> bool {
    for _ in 0..super::ATTEMPTS_MAX {
        match claim.step(store).await {
            Step::Held { .. } => return true,
            Step::Elsewhere => return false,
            Step::Failed(_) => tokio::task::yield_now().await,
        }
    }
    panic!("the store never says how the claim stands");
}

fn held(claim: &Claim) -> Held {
    Held::under(claim.fence().expect("the claim is held"))
}

/// One holds the claim, renews it, and keeps the other waiting; let go of, it moves at once.
pub async fn a_claim_has_one_holder_and_moves_when_it_is_let_go_of(store: &Arc<dyn Store>) {
    let (mut one, mut two) = (claim(LONG), claim(LONG));
    assert!(settled(&mut one, store).await);
    for _ in 0..3 {
        assert!(!settled(&mut two, store).await, "it is claimed");
        assert!(settled(&mut one, store).await, "it is renewed");
    }
    one.release(&**store).await;
    // Its answer may be lost, and an eventual read late.
    for _ in 0..super::ATTEMPTS_MAX {
        if settled(&mut two, store).await {
            break;
        }
    }
    assert!(settled(&mut two, store).await && !settled(&mut one, store).await);
}

/// A claim that is not renewed is taken over. The holder before learns of it, and its fenced changes are refused.
pub async fn a_claim_that_is_not_renewed_moves_and_fences_off_the_holder_before(store: &Arc<dyn Store>) {
    let (mut frozen, mut other) = (claim(LONG), claim(Duration::ZERO));
    assert!(settled(&mut frozen, store).await);
    let of_the_frozen = held(&frozen);
    outcome(store, of_the_frozen.fence(insert(item("in-time"))))
        .await
        .expect("it holds the claim");
    // The first look starts the stopwatch; an eventual read may start it again.
    for _ in 0..super::ATTEMPTS_MAX {
        if settled(&mut other, store).await {
            break;
        }
    }
    let refusals = outcome(store, of_the_frozen.fence(insert(item("too-late"))))
        .await
        .expect_err("the claim has moved");
    assert_eq!(refusals.len(), 1);
    assert_eq!(current(store, &key("too-late")).await, None);
    outcome(store, held(&other).fence(insert(item("by-another"))))
        .await
        .expect("it has taken over");
    assert!(!settled(&mut frozen, store).await);
}

/// Sixteen claim at the same moment: one gets it.
pub async fn of_many_that_claim_at_once_one_gets_it(store: &Arc<dyn Store>) {
    let claims = (0..16).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move { settled(&mut claim(LONG), &store).await })
    });
    let claims: Vec<_> = claims.collect();
    let held = join_all(claims).await;
    let holders = held
        .into_iter()
        .filter(|held| *held.as_ref().expect("no claim panics"));
    assert_eq!(holders.count(), 1);
}
