//! How commits end when the server or the way to it is in trouble. No compatible server makes conflicts or loses
//! answers, so a scripted one does.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use turnout_domain::{Envelope, MessageId};
use turnout_store::{Counter, Document, Expect, Key, NewItem, Store};

use super::*;
use crate::scripted::{Scripted, Step, connect};

const TABLE: Table = Table("tickets");
const LEFT: Counter = Counter("left");
/// Enough for some attempts on a busy machine too, and soon over.
const SHORT: Duration = Duration::from_millis(500);

fn key(name: &str) -> Key {
    Key::new(TABLE, name, "pool")
}

/// Takes a place and puts an order: two writes, then the messages if there are any.
fn sale() -> Change {
    Change::of(TABLE)
        .take(key("pool"), LEFT, 1)
        .put(NewItem::new(key("order"), Document::empty()), Expect::Absent)
}

fn message() -> Envelope {
    Envelope {
        id: "msg_00000000000000000000000001".parse::<MessageId>().unwrap(),
        kind: "ticketing.test".to_owned(),
        occurred_at: "2026-07-04T20:00:00Z".parse().unwrap(),
        body: serde_json::value::to_raw_value(&json!({})).unwrap(),
    }
}

fn sold_out() -> (&'static str, Option<Value>) {
    let pool = json!({
        "pk": { "S": "pool" }, "sk": { "S": "pool" }, "v": { "N": "9" }, "doc": { "S": "{}" }, "n_left": { "N": "0" },
    });
    ("ConditionalCheckFailed", Some(pool))
}

async fn outcome(steps: &[Step]) -> (Result<Committed, CommitError>, Vec<Value>) {
    outcome_of(sale(), steps).await
}

async fn outcome_of(change: Change, steps: &[Step]) -> (Result<Committed, CommitError>, Vec<Value>) {
    let server = Scripted::start(steps).await;
    let result = commit_within(&server.connect(TABLE), change, SHORT).await;
    (result, server.requests())
}

fn conflict() -> Step {
    Step::cancelled(&[("TransactionConflict", None), ("None", None)])
}

#[tokio::test]
async fn a_conflict_is_tried_again_with_the_same_request() {
    let change = sale().emit(message());
    let (result, requests) = outcome_of(
        change,
        &[conflict(), Step::error(400, "ThrottlingException"), Step::ok()],
    )
    .await;
    assert_eq!(result.unwrap().versions, [0, 1]);
    assert_eq!(requests.len(), 3);
    assert!(
        requests.windows(2).all(|pair| pair[0] == pair[1]),
        "a token is good for one request only"
    );
    assert_eq!(requests[0]["ClientRequestToken"].as_str().map(str::len), Some(32));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_request() {
    let (result, requests) = outcome(&[Step::Lose, Step::ok()]).await;
    assert_eq!(result.unwrap().versions, [0, 1]);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
}

#[tokio::test]
async fn answers_that_stay_lost_are_unknown() {
    for step in [
        Step::Lose,
        Step::error(500, "InternalServerError"),
        Step::error(400, "TransactionInProgressException"),
    ] {
        let (result, requests) = outcome(std::slice::from_ref(&step)).await;
        assert!(
            matches!(result, Err(CommitError::Unknown { .. })),
            "{step:?}: {result:?}"
        );
        assert!(requests.len() > 1, "{step:?}");
    }
}

#[tokio::test]
async fn a_conflict_that_lasts_is_busy() {
    let (result, requests) = outcome(&[conflict()]).await;
    assert!(matches!(result, Err(CommitError::Busy { .. })), "{result:?}");
    assert!(requests.len() > 1);
}

/// What comes after a lost answer says nothing about the attempt before, unless it is an answer to the token.
#[tokio::test]
async fn a_doubt_stays_until_it_is_settled() {
    for step in [
        conflict(),
        Step::error(400, "ThrottlingException"),
        Step::error(400, "AccessDeniedException"),
    ] {
        let (result, _) = outcome(&[Step::Lose, step.clone()]).await;
        assert!(
            matches!(result, Err(CommitError::Unknown { .. })),
            "{step:?}: {result:?}"
        );
    }
    let (result, _) = outcome(&[Step::Lose, Step::cancelled(&[sold_out(), ("None", None)])]).await;
    assert!(matches!(result, Err(CommitError::Refused(_))), "{result:?}");
}

#[tokio::test]
async fn a_refusal_names_every_write_that_fails() {
    let absent = ("ConditionalCheckFailed", None);
    let (result, _) = outcome(&[Step::cancelled(&[sold_out(), absent])]).await;
    let Err(CommitError::Refused(refusals)) = result else {
        panic!("{result:?}")
    };
    let told: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal.write, refusal.current.as_ref().map(|item| item.version)))
        .collect();
    assert_eq!(told, [(0, Some(9)), (1, None)]);
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again_for_a_conflict_beside_it() {
    let (result, requests) = outcome(&[Step::cancelled(&[sold_out(), ("TransactionConflict", None)])]).await;
    let Err(CommitError::Refused(refusals)) = result else {
        panic!("{result:?}")
    };
    assert_eq!((refusals.len(), requests.len()), (1, 1));
}

#[tokio::test]
async fn messages_that_wait_already_show_that_the_change_was_committed() {
    let steps = [Step::cancelled(&[
        sold_out(),
        ("ConditionalCheckFailed", None),
        ("ConditionalCheckFailed", None),
    ])];
    let (result, _) = outcome_of(sale().emit(message()), &steps).await;
    assert_eq!(result.unwrap().versions, [0, 1]);
}

#[tokio::test]
async fn what_no_retry_mends_is_told_at_once() {
    let faults = [
        (
            Step::error(400, "ResourceNotFoundException"),
            "`turnout tables create`",
        ),
        (
            Step::error(400, "UnrecognizedClientException"),
            "AWS_ACCESS_KEY_ID",
        ),
        (
            Step::cancelled(&[("ValidationError", None), ("None", None)]),
            "ValidationError",
        ),
    ];
    for (step, expected) in faults {
        let (result, requests) = outcome(&[step]).await;
        let Err(CommitError::Busy { why }) = result else {
            panic!("{result:?}")
        };
        assert!(why.contains(expected), "{why}");
        assert_eq!(requests.len(), 1);
    }
}

#[tokio::test]
async fn a_token_used_for_another_request_is_unknown() {
    let (result, _) = outcome(&[Step::error(400, "IdempotentParameterMismatchException")]).await;
    assert!(matches!(result, Err(CommitError::Unknown { .. })), "{result:?}");
}

#[tokio::test]
async fn nothing_was_written_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let result = commit_within(&connect(address, TABLE), sale(), SHORT).await;
    assert!(matches!(result, Err(CommitError::Busy { .. })), "{result:?}");
}

#[tokio::test]
async fn keys_that_were_left_out_are_asked_for_again() {
    let asked = json!({ "turnout-tickets": { "Keys": [{ "pk": { "S": "pool" }, "sk": { "S": "pool" } }] } });
    let left_out = Step::Answer(200, json!({ "Responses": {}, "UnprocessedKeys": asked }));
    let found = Step::Answer(200, json!({ "Responses": { "turnout-tickets": [sold_out().1] } }));
    let server = Scripted::start(&[left_out, found]).await;
    let items = server
        .connect(TABLE)
        .get_many(
            &[key("pool"), key("order"), key("pool")],
            turnout_store::Read::Consistent,
        )
        .await;
    let versions: Vec<_> = items
        .unwrap()
        .iter()
        .map(|item| item.as_ref().map(|item| item.version))
        .collect();
    assert_eq!(versions, [Some(9), None, Some(9)]);
    assert_eq!(server.requests()[1]["RequestItems"], asked);
}
