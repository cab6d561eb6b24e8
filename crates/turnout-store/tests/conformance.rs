//! The reference passes the suite, and so do the wrappers.

mod memory {
    turnout_store::conformance_suite!(turnout_store::MemoryStore::new());
}

mod faulty_without_faults {
    turnout_store::conformance_suite!(turnout_store::FaultyStore::new(turnout_store::MemoryStore::new()));
}
