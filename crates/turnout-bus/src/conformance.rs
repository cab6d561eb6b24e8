//! The contract of [`Bus`] made to run. An adapter's `tests/conformance.rs` is one line:
//! `bus_conformance_suite!(MyFixture::new().await);`

mod groups;
mod kit;
mod listeners;
mod load;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::groups::*;
pub use self::listeners::*;
pub use self::load::*;
use crate::Bus;

/// A bus of its own for one check.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// A handle on the bus such as another process would have. Each call gives one more, on the same bus.
    async fn handle(&self) -> Arc<dyn Bus>;

    /// Ends all handles that were given, with their members and listeners, as the end of their processes would; later
    /// handles are new processes. Answers false, and does nothing, if the bus itself ends with the process.
    async fn end_processes(&self) -> bool {
        false
    }
}

/// Makes a test of every check of the suite; the expression gives a fresh [`Fixture`] and may await.
#[macro_export]
macro_rules! bus_conformance_suite {
    ($fixture:expr) => {
        $crate::bus_conformance_suite! { @checks $fixture;
            a_ready_bus_says_so
            a_message_arrives_as_it_was_sent
            a_message_that_nobody_reads_is_accepted
            publishing_nothing_is_no_error
            every_group_gets_every_message_of_its_kinds_and_no_other
            two_groups_of_one_kind_get_every_message_each
            two_members_of_a_group_share_its_messages
            a_member_that_is_stuck_leaves_the_rest_to_the_others
            a_group_works_on_many_messages_at_a_time
            a_handler_that_fails_is_given_the_message_again
            a_handler_that_panics_is_given_the_message_again
            a_message_that_fails_keeps_no_other_from_its_handler
            a_group_that_fails_keeps_no_message_from_another_group
            a_message_published_twice_reaches_its_group
            a_group_gets_what_was_published_while_none_of_its_members_ran
            what_was_handled_does_not_come_again_to_the_next_process
            listeners_hear_in_every_process
            a_listener_hears_its_kinds_and_no_other
            a_listener_hears_nothing_from_before_it_listened
            a_slow_listener_is_told_how_much_it_lost_and_goes_on
            a_listener_that_left_is_no_hindrance
            a_large_message_arrives_whole
            text_of_any_script_arrives_as_it_was_written
            a_thousand_messages_go_in_one_publish
            five_thousand_messages_of_many_publishers_all_arrive
        }
    };
    (@checks $fixture:expr; $($check:ident)+) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::conformance::$check(&$fixture).await;
        }
    )+ };
}
