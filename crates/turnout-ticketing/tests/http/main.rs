//! Ticketing through its router, one file an operation; then what no single operation shows.

mod batches;
mod create_order;
mod create_ticket_type;
mod get_order;
mod get_sales;
mod get_ticket;
mod list_orders;
mod list_ticket_types;
mod list_tickets;
mod pay_order;
mod races;
mod register_tickets;
mod release_order;
mod stage;
mod validate_ticket;
