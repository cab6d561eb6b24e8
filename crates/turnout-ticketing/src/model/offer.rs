//! What is on offer at an event.

use std::collections::BTreeMap;

use turnout_domain::{PoolId, QuestionId, TicketTypeId};

use super::{EventCopy, PoolKey, Question, SharedPool, Stock, TicketType};

/// The most ticket types of an event.
pub(crate) const TICKET_TYPES_MAX: u32 = 50;

/// An event with its ticket types. Facts only change together with the version of the event's item, which every sale checks.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub event: EventCopy,
    /// The version of the event's item in the store.
    pub version: u64,
    pub ticket_types: BTreeMap<TicketTypeId, TicketType>,
    /// The stocks that several ticket types share.
    pub pools: BTreeMap<PoolId, SharedPool>,
    /// What buyers and attendees are asked.
    pub questions: BTreeMap<QuestionId, Question>,
    /// The pools' counters as they were read: for showing, not for deciding.
    pub stock: BTreeMap<PoolKey, Stock>,
    /// The versions of the pools' items as they were read: for edits that nothing may be sold beside.
    pub versions: BTreeMap<PoolKey, u64>,
}

impl Offer {
    /// Whether the pool's number of places is limited.
    pub fn limited(&self, pool: PoolKey) -> bool {
        let stock = self.stock.get(&pool);
        !pool.in_offer() || stock.is_some_and(|stock| stock.capacity.is_some())
    }

    /// How many places of a ticket type can be had, as far as was read; `None` if nothing limits it.
    pub fn available(&self, ticket_type: TicketTypeId) -> Option<i64> {
        let ticket_type = self.ticket_types.get(&ticket_type)?;
        let of = |pool| self.stock.get(&pool).and_then(|stock| stock.available);
        ticket_type.pools().into_iter().filter_map(of).min()
    }

    /// The questions in the order they are asked.
    pub fn asked(&self) -> Vec<&Question> {
        let mut questions: Vec<_> = self.questions.values().collect();
        questions.sort_by_key(|question| (question.position, question.id));
        questions
    }

    /// The ticket types as they are listed.
    pub fn listed(&self) -> Vec<&TicketType> {
        let mut types: Vec<_> = self.ticket_types.values().collect();
        types.sort_by_key(|ticket_type| (ticket_type.position, ticket_type.id));
        types
    }
}
