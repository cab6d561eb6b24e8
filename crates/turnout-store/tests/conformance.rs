//! The reference passes the suite, and so do the wrappers.

mod support;

use std::sync::Arc;

use support::Retrying;
use turnout_store::{FaultyStore, MemoryStore, MeteredStore, Store};

mod memory {
    turnout_store::conformance_suite!(turnout_store::MemoryStore::new());
}

mod metered {
    turnout_store::conformance_suite!(super::MeteredStore::new(super::MemoryStore::new()));
}

mod shared {
    turnout_store::conformance_suite!({
        let shared: super::Arc<dyn super::Store> = super::Arc::new(super::MemoryStore::new());
        shared
    });
}

mod faulty_without_faults {
    turnout_store::conformance_suite!(super::FaultyStore::new(super::MemoryStore::new()));
}

/// One call in four fails or is late, and the caller tries again.
fn shaken(seed: u64) -> Retrying<FaultyStore<MemoryStore>> {
    let store = FaultyStore::new(MemoryStore::new());
    store.shake(seed, 25);
    Retrying(store)
}

mod shaken_by_one_seed {
    turnout_store::conformance_suite!(super::shaken(0x5EED));
}

mod shaken_by_another_seed {
    turnout_store::conformance_suite!(super::shaken(2_026));
}

fn behind() -> FaultyStore<MemoryStore> {
    let store = FaultyStore::new(MemoryStore::new());
    store.hide_new_in_indexes(3);
    store
}

mod with_stale_indexes {
    turnout_store::conformance_suite!(super::behind());
}
