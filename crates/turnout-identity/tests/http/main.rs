//! Identity through its router. A file here mirrors one of `src/http`.

mod create_organizer;
mod document;
mod find_member;
mod find_user;
mod get_me;
mod list_organizers;
mod list_signing_keys;
mod log_in;
mod log_out;
mod people;
mod refresh_session;
mod secrecy;
mod sign_up;
