//! Everything of an event as files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use turnout_domain::EventId;
use turnout_http::{Caller, Path, Problem, ProblemView, SeeSales};

use crate::Ticketing;
use crate::exports::{Format, Table};

const CSV: &str = "text/csv; charset=utf-8; header=present";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

macro_rules! exports {
    ($($(#[$doc:meta])* $name:ident = $path:literal, $operation:literal, $table:expr;)+) => {$(
        $(#[$doc])*
        #[utoipa::path(
            get, path = $path, operation_id = $operation, tag = "ticketing",
            params(("event_id" = String, Path, description = "The event.")),
            responses(
                (status = OK, description = "The file, streamed: `text/csv`, or with `Accept` a workbook.",
                    content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
                (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
                (status = NOT_ACCEPTABLE, body = ProblemView, description = "`not-acceptable`: neither CSV nor XLSX is wanted."),
            ),
            security(("bearer" = [])),
        )]
        pub(super) async fn $name(
            State(ticketing): State<Ticketing>,
            caller: Caller,
            Path(event): Path<EventId>,
            headers: HeaderMap,
        ) -> Result<Response, Problem> {
            ticketing.exported(&caller, event, $table, &headers).await
        }
    )+};
}

exports! {
    /// An event's orders, the oldest first, for its organizer's members.
    export_orders = "/events/{event_id}/exports/orders", "export_orders", Table::Orders;
    /// An event's tickets, for its organizer's members.
    export_tickets = "/events/{event_id}/exports/tickets", "export_tickets", Table::Tickets;
    /// An event's check-ins, for its organizer's members.
    export_check_ins = "/events/{event_id}/exports/check-ins", "export_check_ins", Table::CheckIns;
    /// An event's payments, for its organizer's members.
    export_payments = "/events/{event_id}/exports/payments", "export_payments", Table::Payments;
}

impl Ticketing {
    async fn exported(
        &self,
        caller: &Caller,
        event: EventId,
        table: Table,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        self.permit_hidden::<SeeSales>(caller, event).await?;
        let format = wanted(headers).ok_or_else(|| {
            Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                "not-acceptable",
                "Not in that format",
                "Exports come as text/csv, or as a workbook (XLSX).",
            )
        })?;
        let offer = self.offer(event).await?;
        let (media_type, extension) = match format {
            Format::Csv => (CSV, "csv"),
            Format::Xlsx => (XLSX, "xlsx"),
        };
        let day = self.clock.now().strftime("%Y-%m-%d");
        let file = format!("{}-{}-{day}.{extension}", slug(&offer.event.title), table.name());
        let pieces = self.export(Arc::new(offer), table, format).inspect(|piece| {
            if let Err(error) = piece {
                tracing::warn!(%error, "An export was cut off");
            }
        });
        let headers = [
            (header::CONTENT_TYPE, media_type.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{file}\""),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            // Names and addresses: not for a page of another site, whatever the type is taken for.
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        ];
        Ok((headers, Body::from_stream(pieces)).into_response())
    }
}

/// The format that is wanted: CSV unless a workbook is named; none if neither will do.
fn wanted(headers: &HeaderMap) -> Option<Format> {
    let Some(accept) = headers.get(header::ACCEPT) else {
        return Some(Format::Csv);
    };
    let accept = accept.to_str().ok()?;
    let mut types = accept
        .split(',')
        .map(|one| one.split(';').next().unwrap_or_default().trim());
    types.find_map(|one| match one {
        "text/csv" | "text/*" | "*/*" => Some(Format::Csv),
        XLSX | "application/*" => Some(Format::Xlsx),
        _ => None,
    })
}

/// An event's title as part of a file's name: letters and digits of ASCII, and hyphens.
fn slug(title: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = String::new();
    for character in title.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "event".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(slug("Jazz Night: \"Blue\" / 2027!"), "jazz-night-blue-2027");
        assert_eq!(slug("ジャズ"), "event");
        assert_eq!(slug(&"long ".repeat(50)).len(), 59);
    }
}
