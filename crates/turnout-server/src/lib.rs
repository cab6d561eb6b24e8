//! The one binary: configuration, wiring, roles.
