use super::*;
use ulid::Ulid;

fn attendee(number: u16, name: &str) -> Attendee {
    let ticket = OrderId::rounding(Ulid(u128::from(number) << 20)).ticket(1);
    Attendee {
        ticket,
        ticket_type: TicketTypeId::from_ulid(Ulid(1)),
        generation: 0,
        valid: true,
        name: name.into(),
        folded: folded(name).into(),
        seen_at: Timestamp::UNIX_EPOCH,
    }
}

fn roster(names: &[&str]) -> Roster {
    let mut roster = Roster::new(Ulid(1), Timestamp::UNIX_EPOCH);
    for (number, name) in (1_u16..).zip(names) {
        let attendee = attendee(number, name);
        roster.attendees.insert(attendee.ticket, attendee);
    }
    roster
}

fn names(found: &[Attendee]) -> Vec<&str> {
    found.iter().map(|attendee| &*attendee.name).collect()
}

#[test]
fn every_word_finds_the_beginning_of_a_name_whatever_its_case_and_accents() {
    let roster = roster(&["Zoë Ångström", "Zoe Miller", "Anne-Marie O'Neil", "李 小龍"]);
    for (query, found) in [
        ("zoe", vec!["Zoë Ångström", "Zoe Miller"]),
        ("ZOÉ a", vec!["Zoë Ångström"]),
        ("angs zo", vec!["Zoë Ångström"]),
        ("marie", vec!["Anne-Marie O'Neil"]),
        ("anne-m", vec!["Anne-Marie O'Neil"]),
        ("neil", vec!["Anne-Marie O'Neil"]),
        ("小", vec!["李 小龍"]),
        ("oe", vec![]),
        ("zoe x", vec![]),
    ] {
        let hits = roster.find(query, 20);
        let mut hits = names(&hits);
        let mut found = found;
        hits.sort_unstable();
        found.sort_unstable();
        assert_eq!(hits, found, "{query}");
    }
    assert_eq!(roster.find("z", 1).len(), 1);
}

#[test]
fn ids_find_their_ticket_and_the_tickets_of_their_order() {
    let roster = roster(&["Ada", "Grace"]);
    let first = attendee(1, "Ada").ticket;
    assert_eq!(names(&roster.find(&first.to_string(), 20)), ["Ada"]);
    assert_eq!(names(&roster.find(&first.order().to_string(), 20)), ["Ada"]);
    let unknown = OrderId::rounding(Ulid(77 << 20));
    assert!(roster.find(&unknown.to_string(), 20).is_empty());
}

#[test]
fn pages_go_on_behind_the_last_ticket_and_leave_out_what_is_old() {
    let mut roster = roster(&["Ada", "Grace", "Edsger"]);
    let newer = Timestamp::from_second(10).unwrap();
    let last = attendee(3, "Edsger").ticket;
    roster.attendees.get_mut(&last).unwrap().seen_at = newer;
    let first = roster.page(Timestamp::UNIX_EPOCH, None, 2);
    assert_eq!(names(&first), ["Ada", "Grace"]);
    let rest = roster.page(Timestamp::UNIX_EPOCH, first.last().map(|it| it.ticket), 2);
    assert_eq!(names(&rest), ["Edsger"]);
    assert_eq!(names(&roster.page(newer, None, 2)), ["Edsger"]);
}
