//! What a topic shows, and how it changes. Pure: JSON in, JSON out.

use serde_json::{Map, Value, json};

/// The members of a snapshot's or a delta's `data`.
pub(crate) type Members = Map<String, Value>;

/// How many notifications or desk lines a snapshot shows.
pub(crate) const NEWEST_MAX: usize = 20;

/// What was fetched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fetched {
    /// Everything.
    Whole(Members),
    /// Members of an event, by their names.
    Event(Members),
    /// Notifications as they are now, and how many are unread.
    Notifications(Vec<Value>, i64),
    /// The sales as they are now, and new lines, the oldest first.
    Desk(Value, Vec<Value>),
}

/// The members of `data`, an object.
pub(crate) fn members(data: Value) -> Members {
    match data {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

/// Changes `shown` to what was fetched. Answers the `data` of the deltas that tell of it, in order: only what changed.
pub(crate) fn change(shown: &mut Members, fetched: Fetched) -> Vec<Members> {
    match fetched {
        Fetched::Whole(whole) => {
            *shown = whole;
            Vec::new()
        }
        Fetched::Event(fetched) => {
            let changed: Members = fetched
                .into_iter()
                .filter(|(name, value)| shown.get(name) != Some(value))
                .collect();
            shown.extend(changed.clone());
            if changed.is_empty() {
                Vec::new()
            } else {
                vec![changed]
            }
        }
        Fetched::Notifications(notifications, unread) => {
            shown.insert("unread".to_owned(), json!(unread));
            let told = notifications.into_iter().map(|notification| {
                let list = shown.entry("notifications").or_insert_with(|| json!([]));
                keep_newest(list, &notification);
                members(json!({ "notification": notification, "unread": unread }))
            });
            told.collect()
        }
        Fetched::Desk(sales, entries) => {
            let changed = shown.get("sales") != Some(&sales);
            shown.insert("sales".to_owned(), sales.clone());
            if entries.is_empty() {
                let delta = members(json!({ "sales": sales, "entry": null }));
                return if changed { vec![delta] } else { Vec::new() };
            }
            let told = entries.into_iter().map(|entry| {
                let recent = shown.entry("recent").or_insert_with(|| json!([]));
                keep_newest(recent, &entry);
                members(json!({ "sales": sales, "entry": entry }))
            });
            told.collect()
        }
    }
}

/// Puts `item` into a list of the newest, or in the place of an older state of itself. Ids rise with time.
pub(crate) fn keep_newest(list: &mut Value, item: &Value) {
    let Value::Array(list) = list else { return };
    let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
    match list.binary_search_by(|other| id(item).cmp(&id(other))) {
        Ok(place) => list[place] = item.clone(),
        Err(place) => {
            list.insert(place, item.clone());
            list.truncate(NEWEST_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_event_only_what_changed_is_told() {
        let mut shown =
            members(json!({ "event": { "title": "Jazz" }, "ticket_types": [1], "event_available": 5 }));
        let fetched = members(json!({ "ticket_types": [1], "event_available": 4 }));
        let deltas = change(&mut shown, Fetched::Event(fetched.clone()));
        assert_eq!(deltas, [members(json!({ "event_available": 4 }))]);
        assert_eq!(shown["event_available"], 4);
        assert!(change(&mut shown, Fetched::Event(fetched)).is_empty());
    }

    #[test]
    fn a_notification_that_was_read_takes_its_own_place() {
        let mut shown = members(json!({ "notifications": [{ "id": "b" }, { "id": "a" }], "unread": 2 }));
        let read = json!({ "id": "a", "read_at": "now" });
        change(&mut shown, Fetched::Notifications(vec![read.clone()], 1));
        assert_eq!(shown["notifications"], json!([{ "id": "b" }, read]));
        assert_eq!(shown["unread"], 1);
    }

    #[test]
    fn the_newest_twenty_are_shown_newest_first() {
        let mut list = json!([]);
        for number in [3, 1, 2].into_iter().chain(4..30) {
            keep_newest(&mut list, &json!({ "id": format!("{number:02}") }));
        }
        assert_eq!(list.as_array().unwrap().len(), NEWEST_MAX);
        assert_eq!(list[0]["id"], "29");
        assert_eq!(list[19]["id"], "10");
    }

    #[test]
    fn every_line_of_the_desk_is_told_and_sales_alone_if_only_they_changed() {
        let mut shown = members(json!({ "sales": { "confirmed": 1 }, "recent": [] }));
        let sales = json!({ "confirmed": 3 });
        let lines = vec![json!({ "id": "a" }), json!({ "id": "b" })];
        assert_eq!(change(&mut shown, Fetched::Desk(sales.clone(), lines)).len(), 2);
        assert!(change(&mut shown, Fetched::Desk(sales, Vec::new())).is_empty());
        let told = change(&mut shown, Fetched::Desk(json!({ "confirmed": 4 }), Vec::new()));
        assert_eq!(told[0]["entry"], Value::Null);
    }
}
