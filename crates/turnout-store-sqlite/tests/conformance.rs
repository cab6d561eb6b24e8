//! The adapter passes the suite, each test in a folder of its own.

use turnout_store::conformance::Fresh;
use turnout_store::{FaultyStore, MeteredStore};
use turnout_store_sqlite::{Options, SqliteStore};

fn fresh() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let store = SqliteStore::open(folder.path(), &Options::default()).expect("an empty folder opens");
    Fresh::on(store, folder)
}

mod sqlite {
    turnout_store::conformance_suite!(super::fresh());
}

mod sqlite_behind_wrappers {
    use super::{FaultyStore, Fresh, MeteredStore};

    fn wrapped() -> Fresh {
        let fresh = super::fresh();
        Fresh::on(MeteredStore::new(FaultyStore::new(fresh.store())), fresh)
    }

    turnout_store::conformance_suite!(wrapped());
}
