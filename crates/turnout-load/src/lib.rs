//! Load generator and checks against a running server.
