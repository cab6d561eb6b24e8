//! What a sale costs on `DynamoDB`, in write units: the bill of an on-sale.

mod support;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use serde_json::json;
use support::fresh;
use turnout_domain::{Envelope, MessageId};
use turnout_store::{Change, Counter, Document, Expect, Key, NewItem, Store, Table};

const TICKETS: Table = Table("tickets");
const LEFT: Counter = Counter("left");

/// A change of `orders` sales: one write of the pool, one an order, one of all messages.
fn sales(orders: u64) -> Change {
    let pool = Key::new(TICKETS, "pool#1", "pool");
    let taken = Change::of(TICKETS).take(pool, LEFT, i64::try_from(orders).expect("a small number"));
    (0..orders).fold(taken, |change, order| {
        let order = NewItem::new(
            Key::new(TICKETS, format!("order#{order}"), "order"),
            Document::empty(),
        );
        change.put(order, Expect::Absent).emit(message())
    })
}

fn message() -> Envelope {
    Envelope {
        id: "msg_00000000000000000000000001"
            .parse::<MessageId>()
            .expect("an id"),
        kind: "ticketing.order_held".to_owned(),
        occurred_at: "2026-07-04T20:00:00Z".parse().expect("a time"),
        body: serde_json::value::to_raw_value(&json!({})).expect("a plain record"),
    }
}

/// The units consumed since the last look.
fn units(metrics: &Snapshotter) -> u64 {
    let values = metrics.snapshot().into_vec().into_iter();
    let consumed = values.filter_map(|(key, _, _, value)| match value {
        DebugValue::Counter(units) if key.key().name() == "dynamodb_consumed_write_units_total" => {
            Some(units)
        }
        _ => None,
    });
    consumed.sum()
}

/// Two units a write of up to a kilobyte, because it is transactional. Twenty sales of one batch share the pool's write
/// and the messages', which are some 3 kilobytes.
#[tokio::test]
async fn a_sale_costs_six_units_alone_and_less_than_three_in_a_batch() {
    let recorder = DebuggingRecorder::new();
    let metrics = recorder.snapshotter();
    recorder.install().expect("no other test of this program records");
    let (store, _server) = fresh(&[TICKETS]).await;
    let pool = NewItem::new(Key::new(TICKETS, "pool#1", "pool"), Document::empty()).counter(LEFT, 100);
    store
        .commit(Change::of(TICKETS).put(pool, Expect::Absent))
        .await
        .unwrap();
    assert_eq!(units(&metrics), 2);

    let mut alone = sales(1);
    alone.writes.truncate(2);
    store.commit(alone.clone()).await.unwrap();
    assert_eq!(units(&metrics), 6);
    store.commit(alone).await.unwrap();
    assert_eq!(units(&metrics), 0, "a replay writes nothing");

    let mut batch = sales(21);
    // The first order stands already.
    batch.writes.remove(1);
    store.commit(batch).await.unwrap();
    let batch = units(&metrics);
    assert!(batch <= 20 * 3, "{batch} units for 20 sales");
}
