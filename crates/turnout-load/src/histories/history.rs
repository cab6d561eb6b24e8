//! What was asked and answered at one event, as its clients saw it.

/// Microseconds of the Unix epoch. Clients and servers are on one machine, so their clocks are one.
pub type Micros = i64;

/// The end of what does not end.
pub const NEVER: Micros = Micros::MAX;

/// When something was asked for and answered. What it did happened at some instant between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub asked: Micros,
    pub answered: Micros,
}

/// A kind of ticket of the event, with places of its own or only the event's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub id: String,
    /// How many there are, if it has its own number.
    pub quantity: Option<i64>,
    /// What one costs, in minor units.
    pub price: i64,
}

/// What came of asking for places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// An order was made: held until an instant, or confirmed at once.
    Granted {
        order_id: String,
        /// None where it was confirmed at once.
        held_until: Option<Micros>,
        tickets: Vec<String>,
    },
    /// So many were left.
    SoldOut { left: i64 },
}

/// What came of paying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    /// These tickets were issued.
    Confirmed { tickets: Vec<String> },
    /// The provider declined.
    Declined,
    /// The hold's time was up.
    HoldExpired,
    /// It was given back before.
    NotHeld,
}

/// What came of giving a hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It was given back, now or before.
    Done,
    /// It was confirmed before.
    NotHeld,
}

/// A client's purchase, from the first request to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Names the purchase: no other has it.
    pub email: String,
    /// Which of the event's kinds.
    pub kind: usize,
    pub quantity: i64,
    /// Which of the signed-in people; a guest otherwise.
    pub person: Option<usize>,
    pub place: (Span, Placed),
    /// Every attempt to pay that was answered.
    pub pay: Vec<(Span, Paid)>,
    pub release: Option<(Span, Released)>,
    /// Answers to a replay that differed from the first: there must be none.
    pub contradictions: Vec<String>,
}

/// What a door was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    AlreadyAdmitted,
}

/// A ticket shown at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub ticket: String,
    pub verdict: Verdict,
    /// Whether an answer was lost on the way, so that this client may have admitted it without knowing.
    pub answer_lost: bool,
}

/// A change of how many places the event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapacityChange {
    pub span: Span,
    pub to: i64,
    /// Whether it was made; refused if fewer were free than it takes away.
    pub made: bool,
}

/// All that happened at one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub seed: u64,
    pub kinds: Vec<Kind>,
    /// How many places the event had at first.
    pub capacity: i64,
    /// One after the other.
    pub capacity_changes: Vec<CapacityChange>,
    pub purchases: Vec<Purchase>,
    pub scans: Vec<Scan>,
}

/// An order as it stands in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalOrder {
    pub id: String,
    pub state: String,
    pub email: String,
    pub kind: String,
    pub quantity: i64,
    pub placed_at: Micros,
    pub confirmed_at: Option<Micros>,
    pub tickets: Vec<String>,
}

/// A pool's counters as they stand in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalPool {
    /// The kind it is of; the event's own if none.
    pub kind: Option<String>,
    pub capacity: Option<i64>,
    pub available: Option<i64>,
    pub held: i64,
    pub confirmed: i64,
    pub revenue: i64,
}

/// How the event stands once everyone has gone and every hold has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalState {
    pub orders: Vec<FinalOrder>,
    pub pools: Vec<FinalPool>,
    pub checked_in: i64,
    /// What registration counts.
    pub participants: i64,
    /// How many confirmations each signed-in person was notified of.
    pub notifications: Vec<i64>,
}

impl Purchase {
    /// The order's id, if one was made.
    pub fn order_id(&self) -> Option<&str> {
        match &self.place.1 {
            Placed::Granted { order_id, .. } => Some(order_id),
            Placed::SoldOut { .. } => None,
        }
    }

    /// The tickets it was told it has.
    pub fn tickets(&self) -> Option<&[String]> {
        if let Placed::Granted {
            held_until: None,
            tickets,
            ..
        } = &self.place.1
        {
            return Some(tickets);
        }
        self.pay.iter().find_map(|(_, paid)| match paid {
            Paid::Confirmed { tickets } => Some(tickets.as_slice()),
            _ => None,
        })
    }
}
