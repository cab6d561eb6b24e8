//! What the services' tests share: an app on the memory store, a fixed clock, people.
