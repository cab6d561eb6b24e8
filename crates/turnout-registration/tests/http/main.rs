//! Event registration through its router, one file an operation.

mod cancel_event;
mod create_event;
mod document;
mod get_event;
mod list_events;
mod list_events_of_organizer;
mod participants;
mod publish_event;
mod stage;
mod tell_event;
mod update_capacity;
mod update_event;
