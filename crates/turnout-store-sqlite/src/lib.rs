//! The storage port on SQLite: the embedded default.
