//! The bus against a real server, which is killed in the middle of things.

mod conformance;
mod crashes;
mod server;
