//! The service as its callers see it: through its router, over a real socket, and by the messages it takes.

mod fan_out;
mod house;
mod notifications;
mod notify;
mod socket_alive;
mod socket_event;
mod socket_limits;
mod socket_private;
