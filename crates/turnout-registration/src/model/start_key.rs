//! Where an event stands among others by its beginning.

use jiff::Timestamp;
use turnout_domain::EventId;

/// Parts the instant from the event. Sorts behind every character of an instant of the same width.
const SEPARATOR: char = '#';

/// A sort key: the event's beginning in UTC, of fixed width, and its id, so that no two are the same. Their byte order
/// is that of the instants; all instants before the year 0, which no event has, share one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StartKey(String);

impl StartKey {
    /// The key of an event that begins at `start`.
    pub(crate) fn new(start: Timestamp, event: EventId) -> Self {
        Self(format!("{}{SEPARATOR}{event}", fixed_width(start)))
    }

    /// Before every event that begins at `start` or later, and behind those that begin earlier.
    pub(crate) fn first_at(start: Timestamp) -> Self {
        Self(fixed_width(start))
    }

    /// Behind every event that begins at `start` or earlier, and before those that begin later.
    pub(crate) fn last_at(start: Timestamp) -> Self {
        Self(format!("{}{SEPARATOR}~", fixed_width(start)))
    }

    /// The key as it came back from a client, if it is one of an event.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (start, event) = text.split_once(SEPARATOR)?;
        let start = start.parse::<Timestamp>().ok()?;
        let key = Self::new(start, event.parse().ok()?);
        (key.0 == text).then_some(key)
    }

    /// The first place behind this one.
    pub(crate) fn next(&self) -> Self {
        // `!` is the lowest character of a key, and no event's key goes on after its id.
        Self(format!("{}!", self.0))
    }

    /// The key as text: visible ASCII.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn fixed_width(instant: Timestamp) -> String {
    let year_0 = Timestamp::from_second(-62_167_219_200).unwrap_or(Timestamp::UNIX_EPOCH);
    let instant = instant.max(year_0);
    instant.strftime("%Y-%m-%dT%H:%M:%S%.9fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ulid::Ulid;

    fn event(id: u128) -> EventId {
        EventId::from_ulid(Ulid(id))
    }

    fn instants() -> impl Strategy<Value = Timestamp> {
        // Narrow ranges as well, so that instants that nearly coincide come up.
        prop_oneof![
            -62_167_219_200_000_000_000_i128..=253_402_207_200_000_000_000,
            1_800_000_000_000_000_000_i128..1_800_000_001_000_000_000,
            1_800_000_000_000_000_000_i128..1_800_000_000_000_000_003,
        ]
        .prop_map(|nanoseconds| Timestamp::from_nanosecond(nanoseconds).unwrap())
    }

    proptest! {
        #[test]
        fn keys_order_as_the_instants_do(a in instants(), b in instants(), x: u128, y: u128) {
            let (left, right) = (StartKey::new(a, event(x)), StartKey::new(b, event(y)));
            prop_assert_eq!(left.cmp(&right), a.cmp(&b).then(event(x).cmp(&event(y))));
            prop_assert_eq!(left.as_str().len(), right.as_str().len());
        }

        #[test]
        fn bounds_include_what_begins_at_that_instant_and_nothing_beyond(a in instants(), b in instants(), x: u128) {
            let key = StartKey::new(a, event(x));
            prop_assert_eq!(key >= StartKey::first_at(b), a >= b);
            prop_assert_eq!(key <= StartKey::last_at(b), a <= b);
        }

        #[test]
        fn the_next_place_is_behind_the_key_and_before_every_other(a in instants(), b in instants(), x: u128, y: u128) {
            let (key, other) = (StartKey::new(a, event(x)), StartKey::new(b, event(y)));
            prop_assert!(key < key.next());
            prop_assert_eq!(other >= key.next(), other > key);
        }

        #[test]
        fn a_key_is_read_as_it_is_written(a in instants(), x: u128) {
            let key = StartKey::new(a, event(x));
            prop_assert!(key.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(StartKey::parse(key.as_str()), Some(key));
        }
    }

    #[test]
    fn what_is_no_key_of_an_event_is_refused() {
        for text in [
            "",
            "#",
            "2027-07-04T19:00:00Z#evt_00000000000000000000000007",
            "2027-07-04T19:00:00.000000000Z#x",
        ] {
            assert_eq!(StartKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_before_the_year_0_comes_first() {
        assert!(StartKey::first_at(Timestamp::MIN) <= StartKey::first_at(Timestamp::UNIX_EPOCH));
    }
}
