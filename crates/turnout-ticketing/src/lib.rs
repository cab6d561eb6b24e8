//! The ticketing service.
