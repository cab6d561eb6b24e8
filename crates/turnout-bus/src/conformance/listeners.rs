//! What listeners hear.

use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use turnout_domain::Envelope;

use super::Fixture;
use super::kit::{ADMITTED, MOVED, PATIENCE, SOLD, ids, message, messages, publish};
use crate::{LISTENER_MESSAGES_MAX, Listener};

async fn next(listener: &mut Listener) -> Result<Envelope, RecvError> {
    let next = timeout(PATIENCE, listener.recv())
        .await
        .expect("a message comes in time");
    next.map(|message| message.as_ref().clone())
}

async fn hear(listener: &mut Listener, count: usize) -> Vec<Envelope> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.push(
            next(listener)
                .await
                .expect("the listener is quick and the bus lives"),
        );
    }
    heard
}

/// A message is shown everywhere, whichever process published it.
pub async fn listeners_hear_in_every_process(fixture: &dyn Fixture) {
    let (here, there) = (fixture.handle().await, fixture.handle().await);
    let mut listeners = [
        here.listen(&[SOLD]).await.expect("listening"),
        here.listen(&[SOLD, ADMITTED]).await.expect("listening"),
        there.listen(&[SOLD]).await.expect("listening"),
    ];
    let sold = messages(SOLD, 20);
    publish(here.as_ref(), &sold).await;
    for listener in &mut listeners {
        assert_eq!(ids(&hear(listener, sold.len()).await), ids(&sold));
    }
}

/// Other kinds are none of its business.
pub async fn a_listener_hears_its_kinds_and_no_other(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = bus.listen(&[SOLD]).await.expect("listening");
    let mut others = bus.listen(&[ADMITTED, MOVED]).await.expect("listening");
    publish(bus.as_ref(), &[message(ADMITTED), message(SOLD), message(MOVED)]).await;
    let kinds = |heard: Vec<Envelope>| -> Vec<String> {
        let mut kinds: Vec<String> = heard.into_iter().map(|message| message.kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(hear(&mut sales, 1).await), [SOLD]);
    assert_eq!(kinds(hear(&mut others, 2).await), [ADMITTED, MOVED]);
    publish(bus.as_ref(), &[message(MOVED)]).await;
    assert_eq!(kinds(hear(&mut others, 1).await), [MOVED]);
    assert!(sales.try_recv().is_err(), "it heard another kind");
}

/// What stood before is a matter of a snapshot, not of the bus.
pub async fn a_listener_hears_nothing_from_before_it_listened(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    publish(bus.as_ref(), &messages(SOLD, 20)).await;
    let mut listener = bus.listen(&[SOLD]).await.expect("listening");
    let after = messages(SOLD, 5);
    publish(bus.as_ref(), &after).await;
    assert_eq!(ids(&hear(&mut listener, 5).await), ids(&after));
}

/// One who does not keep up loses the oldest, is told how many, and holds up nobody.
pub async fn a_slow_listener_is_told_how_much_it_lost_and_goes_on(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut slow = bus.listen(&[SOLD]).await.expect("listening");
    let mut quick = bus.listen(&[SOLD]).await.expect("listening");
    let sold = messages(SOLD, LISTENER_MESSAGES_MAX + 400);
    for some in sold.chunks(400) {
        publish(bus.as_ref(), some).await;
        hear(&mut quick, some.len()).await;
    }
    let reached = timeout(PATIENCE, async {
        while slow.len() < sold.len() {
            tokio::task::yield_now().await;
        }
    });
    reached.await.expect("the slow one is sent everything too");
    let Err(RecvError::Lagged(lost)) = next(&mut slow).await else {
        panic!("it was not told")
    };
    let lost = usize::try_from(lost).expect("a small number");
    assert!((400..=sold.len()).contains(&lost), "lost {lost}");
    let heard = hear(&mut slow, sold.len() - lost).await;
    assert!(ids(&heard).is_subset(&ids(&sold)));
    let last = messages(SOLD, 1);
    publish(bus.as_ref(), &last).await;
    assert_eq!(ids(&hear(&mut slow, 1).await), ids(&last));
}

/// Leaving needs no goodbye.
pub async fn a_listener_that_left_is_no_hindrance(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    drop(bus.listen(&[SOLD]).await.expect("listening"));
    publish(bus.as_ref(), &messages(SOLD, 10)).await;
    let mut listener = bus.listen(&[SOLD]).await.expect("listening");
    let sold = messages(SOLD, 10);
    publish(bus.as_ref(), &sold).await;
    assert_eq!(ids(&hear(&mut listener, 10).await), ids(&sold));
}
