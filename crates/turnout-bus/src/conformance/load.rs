//! Large messages, and many of them.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::Fixture;
use super::kit::{SOLD, ids, join, message_with, messages, publish};
use crate::Group;

const SALES: Group = Group {
    name: "suite-sales",
    kinds: &[SOLD],
};

/// 200 KB, which is near what one change may carry.
pub async fn a_large_message_arrives_whole(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let large = message_with(SOLD, &"0123456789".repeat(20_000));
    publish(bus.as_ref(), std::slice::from_ref(&large)).await;
    assert_eq!(sales.next().await, large);
}

/// Names of people and places are not ASCII.
pub async fn text_of_any_script_arrives_as_it_was_written(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let mut listener = bus.listen(&[SOLD]).await.expect("listening");
    let text = "Зал Ω — 東京ドーム, عرض, 🎟️👩‍👩‍👧, \"quoted\" \\ \r\n\t\u{0}\u{7f}\u{202e}";
    let sent = message_with(SOLD, text);
    publish(bus.as_ref(), std::slice::from_ref(&sent)).await;
    assert_eq!(sales.next().await, sent);
    assert_eq!(*listener.recv().await.expect("the bus lives"), sent);
}

/// The most that one call takes.
pub async fn a_thousand_messages_go_in_one_publish(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let sold = messages(SOLD, 1_000);
    publish(bus.as_ref(), &sold).await;
    sales.until_all(&sold).await;
}

/// Fifty publishers at once: each message is handled, and no other.
pub async fn five_thousand_messages_of_many_publishers_all_arrive(fixture: &dyn Fixture) {
    let bus = fixture.handle().await;
    let mut sales = join(bus.as_ref(), SALES).await;
    let sold = messages(SOLD, 5_000);
    let mut publishers = JoinSet::new();
    for some in sold.chunks(100) {
        let (bus, some) = (Arc::clone(&bus), some.to_vec());
        publishers.spawn(async move { publish(bus.as_ref(), &some).await });
    }
    publishers.join_all().await;
    let heard = sales.until_all(&sold).await;
    assert_eq!(ids(&heard), ids(&sold));
}
