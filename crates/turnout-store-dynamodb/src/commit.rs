//! Commits a change as one transaction, and says honestly how that ended.

use std::time::Duration;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConsumedCapacity, ReturnConsumedCapacity, TransactWriteItem,
};
use turnout_store::{Change, CommitError, Committed, Condition, Refusal, Table};

use crate::attributes::to_item;
use crate::failure::{Failure, judge};
use crate::outbox;
use crate::retry::Attempts;
use crate::store::DynamoStore;
use crate::writes::{action, put, version_after};

/// How long a commit is tried for, the last attempt not counted: longer than a conflict or a failover lasts, shorter
/// than people wait for an answer.
const COMMIT_DURATION_MAX: Duration = Duration::from_secs(8);

/// A change, ready to be sent as often as needed. It is built once: a token is good for one and the same request only.
/// AWS does not mind when the members of a map come in another order, as they do when a caller commits a change again
/// (localstack/localstack#6529); Amazon's own `DynamoDB` Local does (aws/aws-sdk#413).
#[derive(Debug)]
struct Transaction {
    table: Table,
    /// The table's name in `DynamoDB`.
    table_name: String,
    /// The writes of the change, in its order, then its messages if it has any.
    actions: Vec<TransactWriteItem>,
    /// How many of the actions are writes of the change.
    writes: usize,
    token: String,
    committed: Committed,
}

/// How one attempt ended, if not well.
#[derive(Debug)]
enum Setback {
    /// Conditions do not hold.
    Refused(Vec<Refusal>),
    /// The messages of this very change are in the outbox already: it was committed before.
    CommittedBefore,
    /// Anything else.
    Failed(Failure),
}

pub(crate) async fn commit(store: &DynamoStore, change: Change) -> Result<Committed, CommitError> {
    commit_within(store, change, COMMIT_DURATION_MAX).await
}

async fn commit_within(
    store: &DynamoStore,
    change: Change,
    duration: Duration,
) -> Result<Committed, CommitError> {
    change.validate()?;
    let (table, messages) = (change.table, !change.messages.is_empty());
    let transaction = Transaction::of(change, store.name_of(table)).map_err(|error| CommitError::Busy {
        why: format!("the change cannot be said to DynamoDB: {error}"),
    })?;
    let result = attempt_until(Attempts::within(duration), store, &transaction).await;
    // Lost answers included: looking once in vain costs little.
    if messages && matches!(result, Ok(()) | Err(CommitError::Unknown { .. })) {
        store.signal(table).notify_one();
    }
    result.map(|()| transaction.committed)
}

async fn attempt_until(
    mut attempts: Attempts,
    store: &DynamoStore,
    transaction: &Transaction,
) -> Result<(), CommitError> {
    // Why an earlier attempt may have been applied. From then on only an answer to the same token settles it.
    let mut in_doubt = None;
    loop {
        let failure = match transaction.attempt(store).await {
            Ok(()) | Err(Setback::CommittedBefore) => return Ok(()),
            Err(Setback::Refused(refusals)) => return Err(CommitError::Refused(refusals)),
            Err(Setback::Failed(failure)) => failure,
        };
        let (why, retry) = match failure {
            Failure::Busy(why) => (why, true),
            Failure::Unknown(why) => {
                in_doubt.get_or_insert_with(|| why.clone());
                (why, true)
            }
            Failure::Fault(why) => (why, false),
        };
        metrics::counter!("dynamodb_commit_setbacks_total", "table" => transaction.table.0).increment(1);
        tracing::debug!(table = transaction.table.0, why, "A commit met with a setback");
        if retry && attempts.pause().await {
            continue;
        }
        return Err(match in_doubt {
            Some(why) => CommitError::Unknown { why },
            None => CommitError::Busy { why },
        });
    }
}

impl Transaction {
    fn of(change: Change, table_name: String) -> Result<Self, BuildError> {
        let Change {
            table,
            token,
            writes,
            messages,
        } = change;
        let committed = Committed {
            versions: writes.iter().map(version_after).collect(),
        };
        let count = writes.len();
        let mut actions = Vec::with_capacity(count + 1);
        for write in writes {
            actions.push(action(&table_name, write)?);
        }
        if !messages.is_empty() {
            // The condition recognises this change even where the token is forgotten.
            let batch = put(
                &table_name,
                outbox::to_attributes(token, &messages),
                &[Condition::Absent],
            )?;
            actions.push(TransactWriteItem::builder().put(batch).build());
        }
        Ok(Self {
            table,
            table_name,
            actions,
            writes: count,
            token: format!("{:032x}", token.0),
            committed,
        })
    }

    async fn attempt(&self, store: &DynamoStore) -> Result<(), Setback> {
        let request = store.clients.writes.transact_write_items();
        let answer = request
            .set_transact_items(Some(self.actions.clone()))
            .client_request_token(&self.token)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(output) => {
                count_write_units(self.table, output.consumed_capacity());
                Ok(())
            }
            Err(error) => Err(self.setback(&error)),
        }
    }

    fn setback(&self, error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Setback {
        let modelled = match error {
            SdkError::ServiceError(answer) => Some(answer.err()),
            _ => None,
        };
        match modelled {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => self.cancelled(
                cancelled.cancellation_reasons(),
                cancelled.message().unwrap_or_default(),
            ),
            // Tokens are unique, so this is this change, said in other words, and committed or about to be.
            Some(TransactWriteItemsError::IdempotentParameterMismatchException(_)) => Setback::Failed(
                Failure::Unknown("the change's token was used for another request".to_owned()),
            ),
            _ => Setback::Failed(judge(&self.table_name, error)),
        }
    }

    /// The reasons come in the order of the actions, one for each, "None" for those that would have gone through.
    fn cancelled(&self, reasons: &[CancellationReason], message: &str) -> Setback {
        let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
        if reasons.get(self.writes).is_some_and(failed) {
            return Setback::CommittedBefore;
        }
        let mut refusals = Vec::new();
        for (write, reason) in reasons.iter().enumerate().filter(|(_, reason)| failed(reason)) {
            match reason
                .item()
                .cloned()
                .map(|item| to_item(self.table, item))
                .transpose()
            {
                Ok(current) => refusals.push(Refusal { write, current }),
                Err(corrupt) => return Setback::Failed(Failure::Fault(corrupt.to_string())),
            }
        }
        if !refusals.is_empty() {
            return Setback::Refused(refusals);
        }
        let codes: Vec<&str> = reasons
            .iter()
            .filter_map(CancellationReason::code)
            .filter(|code| *code != "None")
            .collect();
        let passing = |code: &&str| {
            [
                "TransactionConflict",
                "ThrottlingError",
                "ProvisionedThroughputExceeded",
            ]
            .contains(code)
        };
        let why = if codes.is_empty() {
            message.to_owned()
        } else {
            codes.join(", ")
        };
        if codes.iter().all(passing) {
            Setback::Failed(Failure::Busy(why))
        } else {
            Setback::Failed(Failure::Fault(format!("{why}: {message}")))
        }
    }
}

/// Adds to what writes have cost: capacity units, as AWS bills them. A transaction tells reads and writes apart, and
/// bills a replay as a read; other writes tell one number.
pub(crate) fn count_write_units(table: Table, consumed: &[ConsumedCapacity]) {
    let units =
        consumed.iter().map(
            |consumed| match (consumed.read_capacity_units, consumed.write_capacity_units) {
                (None, None) => consumed.capacity_units.unwrap_or(0.0),
                (_, written) => written.unwrap_or(0.0),
            },
        );
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "write units are small whole numbers"
    )]
    let units = units.sum::<f64>().round() as u64;
    metrics::counter!("dynamodb_consumed_write_units_total", "table" => table.0).increment(units);
}

#[cfg(test)]
mod tests;
