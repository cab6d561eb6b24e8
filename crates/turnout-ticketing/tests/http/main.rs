//! Ticketing through its router, one file an operation; then what no single operation shows.

mod batches;
mod change_capacity;
mod check;
mod create_order;
mod create_ticket_type;
mod exports;
mod follow_events;
mod get_insight;
mod get_order;
mod get_sales;
mod get_ticket;
mod list_orders;
mod list_ticket_types;
mod list_tickets;
mod outages;
mod pay_order;
mod permissions;
mod races;
mod register_tickets;
mod release_order;
mod stage;
mod sweep_holds;
mod validate_ticket;
mod waitlist;
