//! Work to do: one message to every holder of an event's tickets.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, MessageId, UserId};
use turnout_store::{Document, Item, Key, NewItem, StoreError};

use super::corrupt;
use crate::TABLE;
use crate::model::{Cause, Kind};

/// Where all that is not done stands.
pub(crate) const FAN_OUTS: &str = "fan-outs";

/// How long we remember that one is done. No bus delivers a message again after so long.
const DONE_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One message to every holder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FanOut {
    pub(crate) cause: Cause,
    pub(crate) event: EventId,
    pub(crate) kind: Kind,
    pub(crate) message: String,
    /// The holder that was told last; all before were told as well.
    pub(crate) told: Option<UserId>,
}

#[derive(Serialize, Deserialize)]
struct FanOutItem {
    at: Timestamp,
    event_id: EventId,
    kind: Kind,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    told: Option<UserId>,
}

/// Where it stands until it is done.
pub(crate) fn fan_out_key(cause: MessageId) -> Key {
    Key::new(TABLE, FAN_OUTS, cause.to_string())
}

/// Where it stands that it is done.
pub(crate) fn fan_out_done_key(cause: MessageId) -> Key {
    Key::new(TABLE, "fan-outs-done", cause.to_string())
}

/// That it is done, as an item.
pub(crate) fn fan_out_done_put(cause: MessageId, now: Timestamp) -> NewItem {
    let item = NewItem::new(fan_out_done_key(cause), Document::empty());
    item.expires_at(now.saturating_add(DONE_KEPT).unwrap_or(Timestamp::MAX))
}

/// The work as an item.
pub(crate) fn fan_out_put(fan_out: &FanOut) -> NewItem {
    let item = FanOutItem {
        at: fan_out.cause.at,
        event_id: fan_out.event,
        kind: fan_out.kind,
        message: fan_out.message.clone(),
        told: fan_out.told,
    };
    NewItem::new(fan_out_key(fan_out.cause.message), Document::of(&item))
}

/// The work that stands there.
pub(crate) fn read_fan_out(item: &Item) -> Result<FanOut, StoreError> {
    let stored: FanOutItem = item.parse()?;
    let cause = Cause {
        message: item.key.sort.parse().map_err(|error| corrupt(item, error))?,
        at: stored.at,
    };
    Ok(FanOut {
        cause,
        event: stored.event_id,
        kind: stored.kind,
        message: stored.message,
        told: stored.told,
    })
}
