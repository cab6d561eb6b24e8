//! The yardstick: a server that does nothing but read a purchase and answer as much JSON as a real one.

use std::net::SocketAddr;

use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What the empty server can be told.
#[derive(Debug, Args)]
pub struct EmptyArgs {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
}

#[derive(Deserialize, Serialize)]
struct Buyer {
    email: String,
    name: String,
}

#[derive(Deserialize)]
struct Purchase {
    event_id: String,
    ticket_type_id: String,
    quantity: u32,
    buyer: Buyer,
}

#[derive(Serialize)]
struct Money {
    amount: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Item {
    ticket_type_id: String,
    name: &'static str,
    quantity: u32,
    unit_price: Money,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "as the real server names them")]
struct Ticket {
    id: &'static str,
    order_id: &'static str,
    event_id: String,
    ticket_type_id: String,
    ticket_type_name: &'static str,
    user_id: Option<&'static str>,
    attendee: Buyer,
    status: &'static str,
    code: &'static str,
    issued_at: &'static str,
    checked_in_at: Option<&'static str>,
}

/// An order as the real server answers it, member by member.
#[derive(Serialize)]
struct Order {
    id: &'static str,
    event_id: String,
    state: &'static str,
    items: [Item; 1],
    total: Money,
    buyer: Buyer,
    user_id: Option<&'static str>,
    expires_at: Option<&'static str>,
    server_now: &'static str,
    placed_at: &'static str,
    confirmed_at: &'static str,
    tickets: [Ticket; 1],
    secret: &'static str,
}

const ID: &str = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const NOW: &str = "2026-07-04T20:00:00.123456789Z";
/// As long as a signed code of a ticket.
const CODE: &str = concat!(
    "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEXWK G2EP4J0BGJLFX3R3VHXK.PJ:2DPF6R:5SVBHABVCN",
    "HTKE/96L6OO9B3Y2DN1L2SI0YKC7SU7 QKPUT4Z4N*8M3H*V8E01Q%60K2"
);

/// Serves until it is killed.
pub async fn run(args: EmptyArgs) -> anyhow::Result<()> {
    let listener = TcpListener::bind(args.listen).await?;
    let app = Router::new().route("/api/tickets", post(answer));
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn answer(Json(purchase): Json<Purchase>) -> (StatusCode, Json<Order>) {
    let money = || Money {
        amount: 0,
        currency: "EUR",
    };
    let attendee = Buyer {
        email: purchase.buyer.email.clone(),
        name: purchase.buyer.name.clone(),
    };
    let order = Order {
        id: ID,
        event_id: purchase.event_id.clone(),
        state: "confirmed",
        items: [Item {
            ticket_type_id: purchase.ticket_type_id.clone(),
            name: "Place",
            quantity: purchase.quantity,
            unit_price: money(),
        }],
        total: money(),
        buyer: purchase.buyer,
        user_id: None,
        expires_at: None,
        server_now: NOW,
        placed_at: NOW,
        confirmed_at: NOW,
        tickets: [Ticket {
            id: ID,
            order_id: ID,
            event_id: purchase.event_id,
            ticket_type_id: purchase.ticket_type_id,
            ticket_type_name: "Place",
            user_id: None,
            attendee,
            status: "valid",
            code: CODE,
            issued_at: NOW,
            checked_in_at: None,
        }],
        secret: "mPwq3vGJkL0cVd2fR8sYtA1xmPwq3vGJ",
    };
    (StatusCode::CREATED, Json(order))
}
