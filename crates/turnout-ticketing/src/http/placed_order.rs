//! The answer to a purchase.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use turnout_http::Problem;

use super::views::OrderView;
use crate::Ticketing;
use crate::combiner::Settled;

/// The answer to a purchase: 201 with the order. One that was placed before, under the same key, says so in the header
/// `Idempotent-Replayed`.
pub(super) struct PlacedOrder {
    order: OrderView,
    replayed: bool,
}

impl PlacedOrder {
    pub async fn new(ticketing: &Ticketing, settled: Settled) -> Result<Self, Problem> {
        let replayed = settled.replayed;
        let order = ticketing.settled_view(settled).await?;
        Ok(Self { order, replayed })
    }
}

impl IntoResponse for PlacedOrder {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.order)).into_response();
        if self.replayed {
            response
                .headers_mut()
                .insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
