//! Ticketing's records as clients see them.

use std::collections::HashMap;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{Currency, Email, EventId, Money, OrderId, QuestionId, TicketId, TicketTypeId, UserId};
use turnout_store::Read;
use utoipa::ToSchema;

use super::payment_views::{self, CancellableView, LedgerEntryView, PaymentView, RefundView};
use crate::Ticketing;
use crate::combiner::Settled;
use crate::door::{CheckIn, LIST_DEFAULT, check_in_key};
use crate::error::SaleError;
use crate::keys::Loaded;
use crate::model::{
    Answer, Attendee, Buyer, Method, Order, OrderLine, OrderState, OrderTicket, TicketStatus,
};

/// An amount in minor units of an ISO 4217 currency: 12.50 EUR is 1250 and "EUR".
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Money)]
pub(super) struct MoneyView {
    #[schema(example = 1250)]
    amount: i64,
    #[schema(example = "EUR")]
    currency: &'static str,
}

impl MoneyView {
    /// So many minor units of a currency.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self {
            amount: minor,
            currency: currency.code(),
        }
    }
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self {
            amount: money.minor(),
            currency: money.currency().code(),
        }
    }
}

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderState)]
pub(super) enum OrderStateView {
    Held,
    AwaitingPayment,
    Confirmed,
    Refunded,
    Cancelled,
    Expired,
}

impl OrderStateView {
    /// Where the order is now.
    pub fn of(order: &Order, now: Timestamp) -> Self {
        match order.state {
            // Void from its deadline on, swept or not.
            OrderState::Held { .. } if !order.holds(now) => Self::Expired,
            OrderState::Held { .. } => Self::Held,
            // Until a provider has said otherwise, deadline or not: money may be on its way.
            OrderState::AwaitingPayment { .. } => Self::AwaitingPayment,
            OrderState::Confirmed { .. } => Self::Confirmed,
            OrderState::Refunded { .. } => Self::Refunded,
            OrderState::Cancelled { .. } => Self::Cancelled,
            OrderState::Expired { .. } => Self::Expired,
        }
    }
}

impl FromStr for OrderStateView {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "held" => Self::Held,
            "awaiting_payment" => Self::AwaitingPayment,
            "confirmed" => Self::Confirmed,
            "refunded" => Self::Refunded,
            "cancelled" => Self::Cancelled,
            "expired" => Self::Expired,
            _ => return Err("Use held, awaiting_payment, confirmed, refunded, cancelled or expired."),
        })
    }
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderItem)]
pub(super) struct OrderItemView {
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    name: String,
    quantity: u32,
    unit_price: MoneyView,
    /// What is taken off the whole line.
    discount: MoneyView,
    /// The tax on the whole line.
    tax: MoneyView,
    /// Hundredths of a percent: 2500 is 25 %.
    tax_rate_basis_points: u32,
    /// Whether the tax is part of the price; else it is added to it.
    tax_included: bool,
    /// What is paid for the whole line.
    total: MoneyView,
    /// Whether it lets someone in.
    admission: bool,
    /// The ticket type it is an add-on to.
    #[schema(value_type = Option<String>, required)]
    add_on_for: Option<TicketTypeId>,
}

impl OrderItemView {
    fn new(line: &OrderLine) -> Self {
        let money = |minor| MoneyView::new(minor, line.unit_price.currency());
        Self {
            ticket_type_id: line.ticket_type_id,
            name: line.name.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price.into(),
            discount: money(line.discount),
            tax: money(line.tax),
            tax_rate_basis_points: line.tax_rate_basis_points,
            tax_included: line.tax_included,
            total: money(line.total()),
            admission: line.admission,
            add_on_for: line.add_on_for,
        }
    }
}

/// An answer to a question, with the question as it was asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Answer)]
pub(super) struct AnswerView {
    #[schema(value_type = String)]
    question_id: QuestionId,
    label: String,
    value: String,
}

impl AnswerView {
    fn all(answers: &[Answer]) -> Vec<Self> {
        let view = |answer: &Answer| Self {
            question_id: answer.question_id,
            label: answer.label.clone(),
            value: answer.value.clone(),
        };
        answers.iter().map(view).collect()
    }
}

/// An attendee of an order that waits to be paid, in the order of its places; what is null is the buyer's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Attendee)]
pub(super) struct AttendeeView {
    #[schema(required)]
    name: Option<String>,
    #[schema(value_type = Option<String>, required)]
    email: Option<Email>,
    answers: Vec<AnswerView>,
}

/// Who an order or a ticket is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Person)]
pub(super) struct PersonView {
    email: String,
    name: String,
}

impl PersonView {
    pub fn of(person: &Buyer) -> Self {
        Self {
            email: person.email.to_string(),
            name: person.name.clone(),
        }
    }
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderView {
    #[schema(value_type = String)]
    pub id: OrderId,
    #[schema(value_type = String)]
    event_id: EventId,
    state: OrderStateView,
    items: Vec<OrderItemView>,
    /// What its places cost, before discounts and added tax.
    subtotal: MoneyView,
    /// What is taken off.
    discount: MoneyView,
    /// The tax it pays, included in the prices or added to them.
    tax: MoneyView,
    total: MoneyView,
    /// The promo code it was placed with.
    #[schema(required)]
    promo_code: Option<String>,
    buyer: PersonView,
    /// What the buyer answered for the order as a whole.
    answers: Vec<AnswerView>,
    /// What is known of its attendees while it waits to be paid; then its tickets say it.
    attendees: Vec<AttendeeView>,
    /// Whether a question that must be answered is not yet: then it cannot be paid.
    incomplete: bool,
    /// Whether its hold can be made longer, which can be done once.
    renewable: bool,
    /// Who ordered, if signed in.
    #[schema(value_type = Option<String>, required)]
    user_id: Option<UserId>,
    /// Until when its places are set aside; null once they are not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    expires_at: Option<Timestamp>,
    /// The server's time, to count down with.
    #[schema(value_type = String, format = DateTime)]
    server_now: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    confirmed_at: Option<Timestamp>,
    /// Its tickets, once it is confirmed.
    tickets: Vec<TicketView>,
    /// How it is paid; null while nobody has chosen, and where nothing is to be paid.
    #[schema(required)]
    pub payment: Option<PaymentView>,
    /// What went back, or is on its way.
    refunded: MoneyView,
    refunds: Vec<RefundView>,
    /// What can still go back.
    refundable: MoneyView,
    /// What was sold and paid, in double entry; for the organizer's members alone, empty to others.
    ledger: Vec<LedgerEntryView>,
    /// Whether and how its buyer can cancel it now; null where they cannot, and where the order is not asked for alone.
    #[schema(required)]
    pub cancellable: Option<CancellableView>,
    /// Opens the order for whoever placed it, as the header `Order-Secret`; null to others.
    #[schema(required)]
    secret: Option<String>,
}

/// Whether a ticket admits.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TicketStatus)]
pub(super) enum TicketStatusView {
    Valid,
    Cancelled,
    Transferred,
}

/// A ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub(super) struct TicketView {
    #[schema(value_type = String)]
    id: TicketId,
    #[schema(value_type = String)]
    order_id: OrderId,
    #[schema(value_type = String)]
    event_id: EventId,
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    ticket_type_name: String,
    /// Whose it is, if they were signed in.
    #[schema(value_type = Option<String>, required)]
    user_id: Option<UserId>,
    attendee: PersonView,
    /// What its attendee answered.
    answers: Vec<AnswerView>,
    /// Whether it lets someone in; an add-on may not.
    admission: bool,
    status: TicketStatusView,
    /// What the QR code holds: signed, upper case, at most 154 characters.
    code: String,
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// When it was admitted at the main list.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    checked_in_at: Option<Timestamp>,
}

/// Whether the view is for someone who may open the order again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    Shown,
    Hidden,
}

/// When tickets were admitted at the main list.
type Admissions = HashMap<TicketId, Timestamp>;

impl Ticketing {
    pub(super) async fn order_view(&self, order: &Order, secret: Secret) -> Result<OrderView, SaleError> {
        let admissions = self.admissions(std::slice::from_ref(order)).await?;
        Ok(self.order_view_of(order, secret, &admissions, self.keys.load().await?))
    }

    /// An order that is looked at alone: with how to pay it offline, and whether its buyer can cancel it.
    pub(super) async fn whole_order_view(
        &self,
        order: &Order,
        secret: Secret,
    ) -> Result<OrderView, SaleError> {
        let mut view = self.order_view(order, secret).await?;
        let promised = order
            .account
            .current()
            .is_some_and(|payment| payment.is_pending() && payment.method == Method::Offline);
        let confirmed = matches!(order.state, OrderState::Confirmed { .. });
        if !promised && !confirmed {
            return Ok(view);
        }
        let (settings, _) = self.payment_settings(order.event_id).await?;
        if promised && let Some(payment) = &mut view.payment {
            payment.instructions = Some(settings.offline.instructions.clone());
        }
        if confirmed && settings.cancellation.by_buyer {
            let event = self.offer(order.event_id).await?.event;
            let until = settings.cancellable_until(&event);
            let tickets: Vec<_> = order.valid_tickets().collect();
            let refund = settings.buyers_refund(order, order.cost_of(&tickets));
            view.cancellable = until
                .filter(|_| settings.buyer_may_cancel(order, &event, self.clock.now()))
                .map(|until| CancellableView {
                    until,
                    refund: MoneyView::new(refund, order.total.currency()),
                    refund_percent: settings.cancellation.refund_percent,
                });
        }
        Ok(view)
    }

    /// An order for whoever has just placed or paid it. Nobody has been admitted yet, unless it was before.
    pub(super) async fn settled_view(&self, settled: Settled) -> Result<OrderView, SaleError> {
        let Settled { order, replayed } = settled;
        if replayed {
            return self.order_view(&order, Secret::Shown).await;
        }
        let keys = self.keys.load().await?;
        Ok(self.order_view_of(&order, Secret::Shown, &Admissions::new(), keys))
    }

    /// Orders for those who see them all.
    pub(super) async fn order_views(&self, orders: &[Order]) -> Result<Vec<OrderView>, SaleError> {
        let admissions = self.admissions(orders).await?;
        let keys = self.keys.load().await?;
        Ok(orders
            .iter()
            .map(|order| self.order_view_of(order, Secret::Hidden, &admissions, keys))
            .collect())
    }

    fn order_view_of(
        &self,
        order: &Order,
        secret: Secret,
        admissions: &Admissions,
        keys: &Loaded,
    ) -> OrderView {
        let now = self.clock.now();
        let state = OrderStateView::of(order, now);
        let (expires_at, confirmed_at) = match order.state {
            OrderState::Held { expires_at } => (Some(expires_at).filter(|_| order.holds(now)), None),
            OrderState::AwaitingPayment { due_at } => (Some(due_at), None),
            OrderState::Confirmed { confirmed_at } => (None, Some(confirmed_at)),
            OrderState::Refunded { .. } | OrderState::Cancelled { .. } | OrderState::Expired { .. } => {
                (None, None)
            }
        };
        let attendee = |attendee: &Attendee| AttendeeView {
            name: attendee.name.clone(),
            email: attendee.email.clone(),
            answers: AnswerView::all(&attendee.answers),
        };
        OrderView {
            id: order.id,
            event_id: order.event_id,
            state,
            items: order.lines.iter().map(OrderItemView::new).collect(),
            subtotal: order.subtotal().into(),
            discount: order.discount().into(),
            tax: order.tax().into(),
            total: order.total.into(),
            promo_code: order.promo_code.as_ref().map(|code| code.code.clone()),
            buyer: PersonView::of(&order.buyer),
            answers: AnswerView::all(&order.answers),
            attendees: order.attendees.iter().map(attendee).collect(),
            incomplete: order.incomplete,
            renewable: order.holds(now) && !order.renewed,
            user_id: order.user_id,
            expires_at,
            server_now: now,
            placed_at: order.placed_at,
            confirmed_at,
            tickets: ticket_views(order, admissions, keys).collect(),
            payment: PaymentView::of(order),
            refunded: MoneyView::new(order.account.refunded(), order.total.currency()),
            refunds: order.account.refunds.iter().map(RefundView::from).collect(),
            refundable: MoneyView::new(order.account.refundable().max(0), order.total.currency()),
            ledger: match secret {
                Secret::Hidden => payment_views::ledger(&order.account),
                Secret::Shown => Vec::new(),
            },
            cancellable: None,
            secret: (secret == Secret::Shown).then(|| keys.order_secret(order.id)),
        }
    }

    /// One ticket of the order, if it has it.
    pub(super) async fn ticket_view(
        &self,
        order: &Order,
        id: TicketId,
    ) -> Result<Option<TicketView>, SaleError> {
        let Some(ticket) = order.ticket(id) else {
            return Ok(None);
        };
        let check_in = check_in_key(id, LIST_DEFAULT);
        let check_in = self.store.get(&check_in, Read::Consistent).await?;
        let check_in: Option<CheckIn> = check_in.map(|item| item.parse()).transpose()?;
        let admitted_at = check_in.and_then(|check_in| check_in.admitted_at);
        let keys = self.keys.load().await?;
        Ok(Some(ticket_view(keys, order, id, ticket, admitted_at)))
    }

    /// The tickets of these orders.
    pub(super) async fn ticket_views(&self, orders: &[Order]) -> Result<Vec<TicketView>, SaleError> {
        let admissions = self.admissions(orders).await?;
        let keys = self.keys.load().await?;
        Ok(orders
            .iter()
            .flat_map(|order| ticket_views(order, &admissions, keys))
            .collect())
    }

    /// When the tickets of these orders were admitted: the check-ins are looked up a hundred at a time.
    async fn admissions(&self, orders: &[Order]) -> Result<Admissions, SaleError> {
        let tickets: Vec<TicketId> = orders
            .iter()
            .flat_map(Order::numbered_tickets)
            .map(|(id, _)| id)
            .collect();
        let mut admissions = Admissions::new();
        for chunk in tickets.chunks(turnout_store::KEYS_MAX) {
            let keys: Vec<_> = chunk.iter().map(|id| check_in_key(*id, LIST_DEFAULT)).collect();
            let found = self.store.get_many(&keys, Read::Consistent).await?;
            for (id, item) in chunk.iter().zip(found) {
                let check_in: Option<CheckIn> = item.map(|item| item.parse()).transpose()?;
                if let Some(admitted_at) = check_in.and_then(|check_in| check_in.admitted_at) {
                    admissions.insert(*id, admitted_at);
                }
            }
        }
        Ok(admissions)
    }
}

fn ticket_views(order: &Order, admissions: &Admissions, keys: &Loaded) -> impl Iterator<Item = TicketView> {
    order
        .numbered_tickets()
        .map(|(id, ticket)| ticket_view(keys, order, id, ticket, admissions.get(&id).copied()))
}

fn ticket_view(
    keys: &Loaded,
    order: &Order,
    id: TicketId,
    ticket: &OrderTicket,
    checked_in_at: Option<Timestamp>,
) -> TicketView {
    let line = order
        .lines
        .iter()
        .find(|line| line.ticket_type_id == ticket.ticket_type_id);
    let issued_at = match order.state {
        OrderState::Confirmed { confirmed_at } => confirmed_at,
        _ => order.placed_at,
    };
    TicketView {
        id,
        order_id: order.id,
        event_id: order.event_id,
        ticket_type_id: ticket.ticket_type_id,
        ticket_type_name: line.map(|line| line.name.clone()).unwrap_or_default(),
        user_id: order.user_id,
        attendee: PersonView::of(order.attendee(ticket)),
        answers: AnswerView::all(&ticket.answers),
        admission: line.is_none_or(|line| line.admission),
        status: match ticket.status {
            TicketStatus::Valid => TicketStatusView::Valid,
            TicketStatus::Cancelled => TicketStatusView::Cancelled,
            TicketStatus::Transferred => TicketStatusView::Transferred,
        },
        code: keys.code(order.event_id, id),
        issued_at,
        checked_in_at,
    }
}
