//! Ticketing through its router, one file an operation; then what no single operation shows.

mod batches;
mod create_order;
mod create_ticket_type;
mod list_ticket_types;
mod pay_order;
mod races;
mod stage;
