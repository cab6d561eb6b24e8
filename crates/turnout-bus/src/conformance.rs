//! The contract of [`Bus`](crate::Bus), made to run.
