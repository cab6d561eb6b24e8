use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{Currency, EventId, TicketTypeId};
use turnout_http::{Caller, Fields, Params, Path, Problem, ProblemView, SeeSales};
use utoipa::{IntoParams, ToSchema};

use super::super::views::MoneyView;
use crate::Ticketing;
use crate::insight::{Counts, HOURS_MAX, Hour, Insight, Measure};
use crate::model::{Offer, PoolKey};

/// The hours of a look that names none: a week.
const HOURS_DEFAULT: i64 = 24 * 7;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct InsightParams {
    /// How many hours up to now: 1 to 744; 168 if it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 744)]
    hours: Option<String>,
}

/// Counts, of a time and of the event or a ticket type.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = InsightCounts)]
pub(in crate::http) struct CountsView {
    /// Looks at the event's page; of the event as a whole.
    views: i64,
    /// Orders that were begun; of the event as a whole.
    begun: i64,
    /// Orders that were confirmed; of the event as a whole.
    confirmed: i64,
    /// Orders that were given back or whose time was up; of the event as a whole.
    abandoned: i64,
    /// Places sold or given out.
    sold: i64,
    /// What they cost, in minor units of the event's currency.
    revenue: i64,
    /// Admissions.
    checked_in: i64,
}

/// What a ticket type has sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketTypeInsight)]
pub(in crate::http) struct TicketTypeInsightView {
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    name: String,
    #[schema(required)]
    capacity: Option<i64>,
    sold: i64,
    held: i64,
    revenue: MoneyView,
    checked_in: i64,
}

/// One hour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InsightHour)]
pub(in crate::http) struct HourView {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    hour: Timestamp,
    #[serde(flatten)]
    all: CountsView,
    /// Places sold, by ticket type; none of those that sold nothing.
    sold_by_ticket_type: BTreeMap<String, i64>,
}

/// What became of an event, hour by hour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Insight)]
pub(in crate::http) struct InsightView {
    #[schema(value_type = String)]
    event_id: EventId,
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The currency of all amounts; null until there is a ticket type.
    #[schema(value_type = Option<String>, required)]
    currency: Option<&'static str>,
    /// Places that are sold now, by the stock itself.
    sold: i64,
    /// Places that are set aside now, by the stock itself.
    held: i64,
    #[schema(required)]
    revenue: Option<MoneyView>,
    /// Of all time.
    total: CountsView,
    by_ticket_type: Vec<TicketTypeInsightView>,
    /// Every hour asked for, the oldest first, with those in which nothing happened.
    hours: Vec<HourView>,
}

/// An event's figures by ticket type and by hour, and what became of those who looked, for its organizer's members.
#[utoipa::path(
    get, path = "/events/{event_id}/insight", operation_id = "get_insight", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), InsightParams),
    responses(
        (status = OK, body = InsightView, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn get_insight(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(params): Params<InsightParams>,
) -> Result<Json<InsightView>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let mut fields = Fields::new();
    let hours = match params.hours {
        None => Some(HOURS_DEFAULT),
        Some(text) => {
            let hours = text.parse().ok().filter(|hours| (1..=HOURS_MAX).contains(hours));
            if hours.is_none() {
                fields.refuse("/hours", format!("Use a whole number from 1 to {HOURS_MAX}."));
            }
            hours
        }
    };
    let hours = fields.finish(hours)?;
    let offer = ticketing.offer(event).await?;
    let insight = ticketing.insight(event, hours).await?;
    Ok(Json(view(&offer, &insight, hours, ticketing.clock.now())))
}

fn view(offer: &Offer, insight: &Insight, hours: i64, now: Timestamp) -> InsightView {
    let pool = offer.stock.get(&PoolKey::Event).copied().unwrap_or_default();
    let of_type = |id: &TicketTypeId| offer.stock.get(&PoolKey::Type(*id)).copied().unwrap_or_default();
    let revenue: i64 = offer.ticket_types.keys().map(|id| of_type(id).revenue).sum();
    let money = |currency: Currency| MoneyView::new(revenue, currency);
    let by_ticket_type = offer.ticket_types.values().map(|ticket_type| {
        let stock = of_type(&ticket_type.id);
        let counts = insight.total.by_ticket_type.get(&ticket_type.id);
        TicketTypeInsightView {
            ticket_type_id: ticket_type.id,
            name: ticket_type.name.clone(),
            capacity: stock.capacity,
            sold: stock.confirmed,
            held: stock.held,
            revenue: MoneyView::new(stock.revenue, ticket_type.price.currency()),
            checked_in: counts.map_or(0, |counts| of(counts, Measure::CheckedIn)),
        }
    });
    let none = Hour::default();
    let by_hour = (insight.now - hours + 1..=insight.now).map(|number| {
        let hour = insight.hours.get(&number).unwrap_or(&none);
        let sold = hour.by_ticket_type.iter();
        let sold = sold.map(|(id, counts)| (id.to_string(), of(counts, Measure::Sold)));
        HourView {
            hour: Timestamp::from_second(number * 3600).unwrap_or(Timestamp::UNIX_EPOCH),
            all: CountsView::from(&hour.all),
            sold_by_ticket_type: sold.filter(|(_, sold)| *sold != 0).collect(),
        }
    });
    InsightView {
        event_id: offer.event.event_id,
        as_of: now,
        currency: offer.event.currency.map(Currency::code),
        sold: pool.confirmed,
        held: pool.held,
        revenue: offer.event.currency.map(money),
        total: CountsView::from(&insight.total.all),
        by_ticket_type: by_ticket_type.collect(),
        hours: by_hour.collect(),
    }
}

fn of(counts: &Counts, measure: Measure) -> i64 {
    counts.get(&measure).copied().unwrap_or(0)
}

impl From<&Counts> for CountsView {
    fn from(counts: &Counts) -> Self {
        Self {
            views: of(counts, Measure::Views),
            begun: of(counts, Measure::Begun),
            confirmed: of(counts, Measure::Confirmed),
            abandoned: of(counts, Measure::Abandoned),
            sold: of(counts, Measure::Sold),
            revenue: of(counts, Measure::Revenue),
            checked_in: of(counts, Measure::CheckedIn),
        }
    }
}
