use proptest::collection::vec;
use proptest::prelude::*;
use ulid::Ulid;

use super::Effect::{Idle, Repeated, Stands};
use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn scan(nonce: &str, seconds: i64, direction: Direction) -> Scan {
    Scan {
        nonce: nonce.to_owned(),
        direction,
        at: at(seconds),
        by: ScannedBy::Gate(GateLinkId::from_ulid(Ulid(1))),
        gate: None,
        merged_at: None,
        said_at: None,
        override_reason: None,
        fault: None,
        undone: None,
    }
}

fn of(scans: &[Scan], reentry: bool) -> (CheckIn, Outcome) {
    let mut check_in = CheckIn::default();
    for scan in scans {
        assert!(check_in.add(scan.clone()));
    }
    check_in.decided(reentry, at(0))
}

fn entry(nonce: &str, seconds: i64) -> Scan {
    scan(nonce, seconds, Direction::Entry)
}

fn exit(nonce: &str, seconds: i64) -> Scan {
    scan(nonce, seconds, Direction::Exit)
}

#[test]
fn the_earliest_scan_stands_and_of_two_at_one_time_that_with_the_smaller_nonce() {
    let (late, early) = (entry("a", 9), entry("z", 3));
    let (check_in, outcome) = of(&[late, early], false);
    assert_eq!(outcome.effects, [Effect::Stands, Effect::Repeated]);
    assert_eq!(check_in.admitted_at, Some(at(3)));
    assert_eq!(check_in.tally().conflicts, 1);
    let (check_in, _) = of(&[entry("b", 3), entry("a", 3)], false);
    assert_eq!(check_in.scans[0].nonce, "a");
}

#[test]
fn a_list_with_reentry_lets_in_again_whoever_went_out() {
    let scans = [
        entry("a", 1),
        exit("b", 2),
        entry("c", 3),
        entry("d", 4),
        exit("e", 5),
        exit("f", 6),
    ];
    let (check_in, outcome) = of(&scans, true);
    assert_eq!(outcome.effects, [Stands, Stands, Stands, Repeated, Stands, Idle]);
    assert_eq!((check_in.admitted_at, check_in.inside), (Some(at(1)), false));
    let (check_in, outcome) = of(&scans[..3], false);
    assert_eq!(outcome.effects, [Stands, Stands, Repeated]);
    assert!(!check_in.inside);
}

#[test]
fn a_scan_that_was_taken_back_counts_for_nothing_and_the_next_one_stands() {
    let mut first = entry("a", 1);
    first.undone = Some(Undone {
        at: at(5),
        by: first.by,
        reason: "wrong person".into(),
    });
    let (check_in, outcome) = of(&[first, entry("b", 2)], false);
    assert_eq!(outcome.effects, [Effect::Undone, Effect::Stands]);
    assert_eq!((check_in.admitted_at, check_in.conflicts), (Some(at(2)), 0));
}

#[test]
fn a_supervisor_lets_in_what_the_rules_would_not() {
    let mut again = entry("b", 2);
    again.override_reason = Some("left the phone in the car".into());
    let (check_in, outcome) = of(&[entry("a", 1), again], false);
    assert_eq!(outcome.effects, [Effect::Stands, Effect::Stands]);
    assert_eq!((check_in.admitted_at, check_in.conflicts), (Some(at(1)), 0));
}

#[test]
fn a_faulty_scan_admits_nobody_and_is_a_conflict() {
    let mut faulty = entry("a", 1);
    faulty.fault = Some(Fault::Cancelled);
    let (check_in, outcome) = of(&[faulty], false);
    assert_eq!(outcome.effects, [Effect::Faulty]);
    assert_eq!((check_in.admitted_at, check_in.conflicts), (None, 1));
}

#[test]
fn a_record_from_before_there_were_lists_of_scans_is_read() {
    let stored = r#"{"admitted_at":"2027-01-15T12:05:00Z","by":"usr_00000000000000000000000007","nonce":"00000000000000000000000009"}"#;
    let check_in: CheckIn = serde_json::from_str(stored).unwrap();
    assert!(check_in.follows_from_its_scans());
    let check_in = check_in.modern();
    assert_eq!(check_in.scans.len(), 1);
    assert_eq!(check_in.outcome(false).first, Some(0));
    // Its list did not count who is inside: the next scan makes up for it.
    assert_eq!(
        check_in.tally(),
        Tally {
            admitted: 1,
            inside: 0,
            conflicts: 0
        }
    );
    let written = serde_json::to_string(&check_in.clone().decided(false, at(0)).0).unwrap();
    let read: CheckIn = serde_json::from_str(&written).unwrap();
    assert_eq!(read.modern().scans, check_in.scans);
}

#[test]
fn the_most_scans_with_the_longest_words_fit_a_record() {
    let mut check_in = CheckIn::default();
    for number in 0..SCANS_MAX {
        let mut scan = entry(&format!("{number:064}"), i64::try_from(number).unwrap());
        scan.gate = Some("𝄞".repeat(40));
        scan.override_reason = Some("𝄞".repeat(120));
        scan.merged_at = Some(at(0));
        scan.said_at = Some(at(0));
        scan.undone = Some(Undone {
            at: at(0),
            by: scan.by,
            reason: "𝄞".repeat(120),
        });
        assert!(check_in.add(scan));
    }
    assert!(!check_in.add(entry("one too many", 0)));
    let bytes = serde_json::to_string(&check_in).unwrap().len();
    assert!(bytes <= turnout_store::Document::BYTES_MAX, "{bytes}");
}

fn scans() -> impl Strategy<Value = Vec<Scan>> {
    let one = (0..8_i64, any::<bool>(), 0..4_u8).prop_map(|(seconds, exits, kind)| {
        let direction = if exits { Direction::Exit } else { Direction::Entry };
        let mut scan = scan("", seconds, direction);
        match kind {
            1 => scan.override_reason = Some("let in".into()),
            2 if direction == Direction::Entry => scan.fault = Some(Fault::NotOnList),
            _ => {}
        }
        scan
    });
    vec(one, 0..12).prop_map(|mut scans| {
        for (number, scan) in scans.iter_mut().enumerate() {
            scan.nonce = format!("n{}", (number * 7) % 12);
        }
        scans
    })
}

proptest! {
    /// Whatever the order in which queues come back, and in however many pieces, the result is the same; and coming
    /// back twice changes nothing.
    #[test]
    fn the_order_and_the_splitting_of_queues_make_no_difference(
        scans in scans(),
        reentry in any::<bool>(),
        shuffled in any::<prop::sample::Index>(),
        keys in vec(any::<u32>(), 12),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = of(&scans, reentry);
        let mut order: Vec<usize> = (0..scans.len()).collect();
        order.sort_by_key(|place| keys[*place]);
        if !order.is_empty() {
            let by = shuffled.index(order.len());
            order.rotate_left(by);
        }
        let cut = if scans.is_empty() { 0 } else { cut.index(scans.len()) };
        let mut check_in = CheckIn::default();
        for part in [&order[..cut], &order[cut..], &order[..cut], &order[..]] {
            for place in part {
                prop_assert!(check_in.add(scans[*place].clone()));
            }
            // Every piece is decided on its own, as it is when it comes back.
            (check_in, _) = check_in.decided(reentry, at(0));
        }
        prop_assert_eq!(&check_in, &whole.0);
        prop_assert!(check_in.follows_from_its_scans());
        prop_assert_eq!(check_in.outcome(reentry), whole.1);
    }

    /// Nobody is in twice: of all scans that stand without a supervisor, an exit is between any two entries.
    #[test]
    fn nobody_is_in_twice(scans in scans(), reentry in any::<bool>()) {
        let (check_in, outcome) = of(&scans, reentry);
        let mut inside = false;
        for (scan, effect) in check_in.scans.iter().zip(&outcome.effects) {
            if *effect != Effect::Stands {
                continue;
            }
            let entry = scan.direction == Direction::Entry;
            prop_assert!(entry != inside || scan.override_reason.is_some());
            inside = entry;
        }
        prop_assert_eq!(inside, check_in.inside);
    }
}
