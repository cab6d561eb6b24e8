//! How the service's types become items of the store, and back.
//!
//! | partition | sort key | item |
//! |---|---|---|
//! | `inbox#usr_…` | `ntf_…` | a notification |
//! | `inbox#usr_…` | `!unread` | a counter: those not read |
//! | `holders#evt_…` | `usr_…` | someone who holds tickets of the event; index 1 `user#usr_…` → `evt_…` |
//! | `holders#evt_…` | `!count` | a counter: how many they are |
//! | `event#evt_…` | `copy` | what we remember of the event |
//! | `announcements#evt_…` | `ann_…` | what the organizer said |
//! | `fan-outs` | `msg_…` | work to do: one message to every holder |
//! | `fan-outs-done` | `msg_…` | that it is done, for as long as the message may come again |
//! | `desk#evt_…` | `dsk_…` | a line of the event's desk |

mod desk;
mod event;
mod fan_out;
mod holder;
mod notification;

use std::fmt::Display;

use turnout_store::{Item, StoreError};

pub(crate) use desk::{desk_partition, desk_put, read_desk_entry};
pub(crate) use event::{announcement_put, event_key, event_put, read_event};
pub(crate) use fan_out::{
    FAN_OUTS, FanOut, fan_out_done_key, fan_out_done_put, fan_out_key, fan_out_put, read_fan_out,
};
pub(crate) use holder::{
    HOLDERS, Holder, USER_INDEX, count_key, holder_put, holders_partition, read_holder, user_partition,
};
pub(crate) use notification::{
    UNREAD, inbox_partition, notification_key, notification_put, read_notification, unread_key,
};

/// Behind every sort key that begins with a kind's prefix.
pub(crate) const LAST: &str = "~";

/// The sort keys behind `id`: identifiers are of one length, and `!` is before all that could follow.
pub(crate) fn behind(id: impl Display) -> String {
    format!("{id}!")
}

/// That a part of a key is not what we wrote there.
fn corrupt(item: &Item, why: impl Display) -> StoreError {
    StoreError::Corrupt {
        key: item.key.clone(),
        why: why.to_string(),
    }
}
