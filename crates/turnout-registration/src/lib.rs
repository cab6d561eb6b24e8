//! The registration service.
