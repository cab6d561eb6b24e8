//! The storage port on Amazon `DynamoDB`.
//!
//! One `DynamoDB` table a service table. A change is one `TransactWriteItems`, its messages one more item in it, so that
//! they are committed with what caused them. What a service keeps is legible in the console: `pk` and `sk` are the key,
//! `doc` is the record, `v` its version, `n_…` its counters, `ttl` when it may go.
//!
//! What is known to differ from the contract of [`turnout_store::Store`]:
//! - A transaction answers nothing but that it was applied, so `Committed::versions` is 0 for an update, unless the
//!   update required a version.
//! - Items of an index with equal sort keys come in a steady order, but AWS does not promise that it is by their own keys.
//! - Tokens are remembered for ten minutes, by AWS also through failures; a development server may forget them when it
//!   restarts. A change with messages is recognised for as long as they wait in the outbox.
//! - `expires_at` is kept in whole seconds, rounded up.

mod attributes;
mod commit;
mod config;
mod credentials;
mod definition;
mod failure;
mod outbox;
mod query;
mod read;
mod retry;
#[cfg(test)]
mod scripted;
mod store;
mod tables;
mod writes;

pub use config::{Config, ConnectError, Credentials};
pub use definition::{cloud_formation, table_name};
pub use store::DynamoStore;
