//! The engagement service.
