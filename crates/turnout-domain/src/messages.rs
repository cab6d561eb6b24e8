//! The messages themselves, by the service that sends them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AnnouncementId, Email, EventId, Message, Money, OrderId, OrganizerId, PaymentId, PlannedTime, RefundId,
    TicketId, TicketTypeId, UserId, WaitlistEntryId,
};

macro_rules! kinds {
    ($($message:ident = $kind:literal;)+) => {
        $(impl Message for $message { const KIND: &'static str = $kind; })+
    };
}

kinds! {
    EventChanged = "registration.event_changed";
    OrderHeld = "ticketing.order_held";
    OrderConfirmed = "ticketing.order_confirmed";
    OrderReleased = "ticketing.order_released";
    PaymentDue = "ticketing.payment_due";
    PaymentReceived = "ticketing.payment_received";
    TicketsCancelled = "ticketing.tickets_cancelled";
    OrderRefunded = "ticketing.order_refunded";
    StockChanged = "ticketing.stock_changed";
    TicketAdmitted = "ticketing.ticket_admitted";
    PlacesFreed = "ticketing.places_freed";
    WaitlistChanged = "ticketing.waitlist_changed";
    WaitlistOffered = "ticketing.waitlist_offered";
    WaitlistOrderMoved = "ticketing.waitlist_order_moved";
    AdmissionUndone = "ticketing.admission_undone";
    AnnouncementPosted = "engagement.announcement_posted";
    NotificationStored = "engagement.notification_stored";
    NotificationRead = "engagement.notification_read";
}

/// Where an event is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Being written; only members see it.
    Draft,
    /// On show; its tickets are on sale.
    Published,
    /// Will not take place.
    Cancelled,
}

/// What changed about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventChange {
    /// A draft was made.
    Created,
    /// Words, place or times were edited.
    Updated {
        /// Whether it takes place at another time or place than before.
        moved: bool,
    },
    /// It went on show.
    Published,
    /// It was called off.
    Cancelled,
}

/// An event stands as told here. Sent whole on every change; `version` only rises, so an older one is ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventChanged {
    /// The event.
    pub event_id: EventId,
    /// Who runs it.
    pub organizer_id: OrganizerId,
    /// The record's version in the store.
    pub version: u64,
    /// What happened.
    pub change: EventChange,
    /// Where it is in its life.
    pub status: EventStatus,
    /// Its name.
    pub title: String,
    /// When it begins.
    pub starts_at: PlannedTime,
    /// When it is over.
    pub ends_at: PlannedTime,
    /// Where, in words.
    pub venue_name: Option<String>,
    /// The most places of all ticket types together.
    pub max_capacity: Option<u32>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What was bought.
    pub ticket_type_id: TicketTypeId,
    /// Its name at that time.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// What was taken off the whole line, in minor units of the price's currency.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub discount: i64,
    /// The tax on the whole line, in minor units of the price's currency.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub tax: i64,
    /// The rate of that tax in hundredths of a percent: 2500 is 25 %.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub tax_rate_basis_points: u32,
    /// Whether the tax is part of the price; else it is added to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tax_included: bool,
}

impl OrderLine {
    /// So many at this price, without discount or tax.
    pub fn new(ticket_type_id: TicketTypeId, name: String, quantity: u32, unit_price: Money) -> Self {
        Self {
            ticket_type_id,
            name,
            quantity,
            unit_price,
            discount: 0,
            tax: 0,
            tax_rate_basis_points: 0,
            tax_included: false,
        }
    }
}

fn is_nothing<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

/// Places were set aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderHeld {
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// How many places.
    pub quantity: u32,
    /// When the hold lapses.
    pub expires_at: Timestamp,
}

/// An order was confirmed; its tickets are valid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderConfirmed {
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// Who ordered, if signed in.
    pub user_id: Option<UserId>,
    /// The address the order was made with.
    pub buyer_email: Email,
    /// The name the order was made with.
    pub buyer_name: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// The tickets, in the order of the lines.
    pub tickets: Vec<TicketId>,
    /// What it cost.
    pub total: Money,
    /// When it was confirmed.
    pub confirmed_at: Timestamp,
    /// Whether nothing was held before: there was nothing to pay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}

/// A hold was given back, by its holder or because its time was up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReleased {
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// How many places came free.
    pub quantity: u32,
    /// Whether its time was up.
    pub expired: bool,
}

/// A buyer promised to pay in their own time: by bank transfer, or at the door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentDue {
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// Who ordered, if signed in.
    pub user_id: Option<UserId>,
    /// The address the order was made with.
    pub buyer_email: Email,
    /// The name the order was made with.
    pub buyer_name: String,
    /// What is to be paid.
    pub amount: Money,
    /// What the buyer writes on the transfer.
    pub reference: String,
    /// Until when the places are kept.
    pub due_at: Timestamp,
}

/// Money arrived for an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentReceived {
    /// The payment.
    pub payment_id: PaymentId,
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// How it was paid: `offline`, `sandbox` or `stripe`.
    pub method: String,
    /// How much.
    pub amount: Money,
    /// Whether it is kept for a person to look at, because it is not what was asked for.
    pub put_aside: bool,
    /// When we heard of it.
    pub received_at: Timestamp,
}

/// Tickets of a confirmed order are not valid any more; their places are free.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketsCancelled {
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// Who ordered, if signed in.
    pub user_id: Option<UserId>,
    /// The address the order was made with.
    pub buyer_email: Email,
    /// The name the order was made with.
    pub buyer_name: String,
    /// The tickets that were cancelled now.
    pub tickets: Vec<TicketId>,
    /// The tickets of the order that are still valid. It only shrinks, so of two messages the smaller one is the later.
    pub remaining: Vec<TicketId>,
    /// What goes back to the buyer; `None` if nothing does.
    pub refund: Option<Money>,
    /// Whether the buyer did it.
    pub by_buyer: bool,
    /// When.
    pub cancelled_at: Timestamp,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundCause {
    /// The organizer gave it back.
    Organizer,
    /// The buyer cancelled, as the event's settings allow.
    Buyer,
    /// It came too late, and the places were gone.
    Late,
    /// The order was paid before.
    Twice,
}

/// Money is on its way back to the buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRefunded {
    /// The refund.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// Who ordered, if signed in.
    pub user_id: Option<UserId>,
    /// The address the order was made with.
    pub buyer_email: Email,
    /// The name the order was made with.
    pub buyer_name: String,
    /// How much.
    pub amount: Money,
    /// Why.
    pub cause: RefundCause,
    /// Whether tickets were cancelled with it: the message about them says so too.
    #[serde(default)]
    pub with_tickets: bool,
    /// When it was decided.
    pub refunded_at: Timestamp,
}

/// What is on sale changed otherwise than by an order: a ticket type was added, a capacity changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockChanged {
    /// The event.
    pub event_id: EventId,
}

/// Which way someone goes through a door.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// In.
    #[default]
    Entry,
    /// Out.
    Exit,
}

/// A ticket went through a door: in, or out again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketAdmitted {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What it was sold as.
    #[serde(default)]
    pub ticket_type_id: Option<TicketTypeId>,
    /// Its order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// The check-in list.
    pub list: String,
    /// Who holds the ticket.
    pub attendee_name: String,
    /// When.
    pub admitted_at: Timestamp,
    /// At which gate, if that was said.
    #[serde(default)]
    pub gate: Option<String>,
    /// Which way.
    #[serde(default)]
    pub direction: Direction,
    /// Whether the list had admitted the ticket before: whoever counts admitted tickets counts those that are not.
    #[serde(default)]
    pub again: bool,
}

/// A scan was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdmissionUndone {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What it was sold as.
    #[serde(default)]
    pub ticket_type_id: Option<TicketTypeId>,
    /// Its order.
    pub order_id: OrderId,
    /// Its event.
    pub event_id: EventId,
    /// The check-in list.
    pub list: String,
    /// Who holds the ticket.
    pub attendee_name: String,
    /// Which way the scan had let them.
    pub direction: Direction,
    /// Whether the ticket still counts as admitted, by another scan.
    pub still_admitted: bool,
    /// Why it was taken back.
    pub reason: String,
    /// When.
    pub undone_at: Timestamp,
}

/// Places came free at an event that people wait for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacesFreed {
    /// The event.
    pub event_id: EventId,
}

/// Someone joined or left an event's waitlist, or an offer to them was taken or lapsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitlistChanged {
    /// The event.
    pub event_id: EventId,
    /// Their entry.
    pub entry_id: WaitlistEntryId,
}

/// Places were set aside for someone who waited for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitlistOffered {
    /// Their entry.
    pub entry_id: WaitlistEntryId,
    /// The event.
    pub event_id: EventId,
    /// Who waited, if signed in.
    pub user_id: Option<UserId>,
    /// The address they gave.
    pub buyer_email: Email,
    /// The name they gave.
    pub buyer_name: String,
    /// The order that holds the places.
    pub order_id: OrderId,
    /// How many places.
    pub quantity: u32,
    /// When the places were set aside.
    pub offered_at: Timestamp,
    /// Until when they are.
    pub expires_at: Timestamp,
}

/// An order that was made for someone on a waitlist came into another state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitlistOrderMoved {
    /// The event.
    pub event_id: EventId,
    /// Whose entry.
    pub entry_id: WaitlistEntryId,
    /// The order.
    pub order_id: OrderId,
}

/// An organizer has something to say to everyone who holds a ticket of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnouncementPosted {
    /// The announcement.
    pub announcement_id: AnnouncementId,
    /// To the holders of tickets of this event.
    pub event_id: EventId,
    /// The words.
    pub message: String,
    /// When it was posted.
    pub posted_at: Timestamp,
}

/// A notification stands in someone's inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotificationStored {
    /// Whose inbox.
    pub user_id: UserId,
    /// The notification.
    pub notification_id: crate::NotificationId,
}

/// A notification was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotificationRead {
    /// Whose inbox.
    pub user_id: UserId,
    /// The notification.
    pub notification_id: crate::NotificationId,
}
