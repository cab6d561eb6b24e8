//! The route table and nothing else.

mod access;
mod change_capacity;
mod check_promo_code;
mod create_order;
mod create_ticket_type;
mod door;
mod exports;
mod get_order;
mod get_sales;
mod get_ticket;
mod insight;
mod list_orders;
mod list_put_aside_payments;
mod list_ticket_types;
mod list_tickets;
mod mark_order_paid;
mod order_details;
mod pay_order;
mod payment_settings;
mod payment_views;
mod placed_order;
mod pools;
mod promo_codes;
mod questions;
mod receive_payment_webhook;
mod refund_order;
mod register_tickets;
mod release_order;
mod request;
mod sandbox_payment;
mod ticket_type_request;
mod ticket_type_view;
mod update_order;
mod update_ticket_type;
mod validate_ticket;
mod views;
mod waitlist;

use axum::Router;
use axum::routing::{get, put};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Ticketing;

/// The operations clients call, with their description.
pub fn routes(ticketing: Ticketing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(
            create_ticket_type::create_ticket_type,
            list_ticket_types::list_ticket_types
        ))
        .routes(routes!(
            update_ticket_type::update_ticket_type,
            update_ticket_type::delete_ticket_type
        ))
        .routes(routes!(pools::create_pool, pools::list_pools))
        .routes(routes!(pools::update_pool, pools::delete_pool))
        .routes(routes!(questions::create_question, questions::list_questions))
        .routes(routes!(questions::update_question, questions::delete_question))
        .routes(routes!(
            promo_codes::create_promo_code,
            promo_codes::list_promo_codes
        ))
        .routes(routes!(
            promo_codes::update_promo_code,
            promo_codes::delete_promo_code
        ))
        .routes(routes!(check_promo_code::check_promo_code))
        .routes(routes!(get_sales::get_sales))
        .routes(routes!(create_order::create_order, list_orders::list_orders))
        .routes(routes!(
            get_order::get_order,
            release_order::release_order,
            update_order::update_order
        ))
        .routes(routes!(update_order::renew_order))
        .routes(routes!(pay_order::pay_order))
        .routes(routes!(mark_order_paid::mark_order_paid))
        .routes(routes!(refund_order::refund_order))
        .routes(routes!(refund_order::cancel_order))
        .routes(routes!(
            payment_settings::get_payment_settings,
            payment_settings::set_payment_settings
        ))
        .routes(routes!(payment_settings::get_payment_options))
        .routes(routes!(list_put_aside_payments::list_put_aside_payments))
        .routes(routes!(receive_payment_webhook::receive_payment_webhook))
        .routes(routes!(
            sandbox_payment::get_sandbox_payment,
            sandbox_payment::play_sandbox_payment
        ))
        .routes(routes!(
            register_tickets::register_tickets,
            list_tickets::list_tickets
        ))
        .routes(routes!(get_ticket::get_ticket))
        .routes(routes!(validate_ticket::validate_ticket))
        .routes(routes!(validate_ticket::validate_ticket_code))
        .routes(routes!(
            waitlist::join::join_waitlist,
            waitlist::list::list_waitlist
        ))
        .routes(routes!(insight::get_insight::get_insight))
        .routes(routes!(exports::export_orders))
        .routes(routes!(exports::export_tickets))
        .routes(routes!(exports::export_check_ins))
        .routes(routes!(exports::export_payments))
        .routes(routes!(insight::count_view::count_view))
        .routes(routes!(waitlist::list::list_my_waitlist))
        .routes(routes!(
            waitlist::get::get_waitlist_entry,
            waitlist::leave::leave_waitlist
        ))
        .routes(routes!(
            door::lists::create_check_in_list,
            door::lists::list_check_in_lists
        ))
        .routes(routes!(
            door::lists::update_check_in_list,
            door::lists::delete_check_in_list
        ))
        .routes(routes!(
            door::gate_links::create_gate_link,
            door::gate_links::list_gate_links
        ))
        .routes(routes!(door::gate_links::revoke_gate_link))
        .routes(routes!(door::gate_links::get_own_gate_link))
        .routes(routes!(door::undo::undo_check_in))
        .routes(routes!(door::attendees::search_attendees))
        .routes(routes!(door::manifest::get_manifest))
        .routes(routes!(door::merge::merge_check_ins))
        .routes(routes!(door::conflicts::list_check_in_conflicts))
        .with_state(ticketing)
}

/// What the other services ask. Not for the public side.
pub fn internal_routes(ticketing: Ticketing) -> Router {
    Router::new()
        .route(
            "/internal/events/{event_id}/capacity",
            put(change_capacity::change_capacity),
        )
        .route(
            "/internal/events/{event_id}/sales",
            get(get_sales::get_sales_for_peer),
        )
        .with_state(ticketing)
}
