//! Check-in lists: which tickets they admit, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{PlannedTime, Text, TicketTypeId};

/// The list that is meant when none is named. Every event has it, whether anyone made it or not.
pub(crate) const LIST_DEFAULT: &str = "main";
/// What the default list is called until someone gives it a name.
const NAME_DEFAULT: &str = "Main entrance";

/// Which check-in list of an event: `cil_` and a ULID, `main`, or a name of 1 to 32 lower-case letters, digits and
/// hyphens, which is a list without rules that its first scan makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ListId(String);

impl ListId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the list is there only once someone has made it.
    pub fn is_made(&self) -> bool {
        self.0.starts_with("cil_")
    }
}

impl Default for ListId {
    fn default() -> Self {
        Self(LIST_DEFAULT.to_owned())
    }
}

impl From<turnout_domain::CheckInListId> for ListId {
    fn from(id: turnout_domain::CheckInListId) -> Self {
        Self(id.to_string())
    }
}

impl TryFrom<String> for ListId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with("cil_") {
            let id: turnout_domain::CheckInListId = text
                .parse()
                .map_err(|error: turnout_domain::IdError| error.to_string())?;
            return Ok(id.into());
        }
        let name = Text::<1, 32>::try_from(text).map_err(|error| error.to_string())?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !name.as_str().bytes().all(plain) {
            return Err("Use lower-case letters, digits and hyphens.".to_owned());
        }
        Ok(Self(name.into()))
    }
}

impl std::str::FromStr for ListId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.to_owned().try_into()
    }
}

/// What a list admits. The record of one that nobody made is empty: it admits every ticket once, at any time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckInList {
    /// What it is called; its id if nobody said.
    #[serde(default)]
    pub name: Option<String>,
    /// Which ticket types; all that are an admission if there are none here.
    #[serde(default)]
    pub ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// From when on.
    #[serde(default)]
    pub starts_at: Option<PlannedTime>,
    /// Until when.
    #[serde(default)]
    pub ends_at: Option<PlannedTime>,
    /// Whether whoever went out may come in again.
    #[serde(default)]
    pub reentry: bool,
}

/// Why a list does not admit a valid ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Misfit {
    /// Its ticket type is not one of the list's.
    NotOnList,
    /// The list is not open at that time.
    OutsideTime,
}

impl CheckInList {
    /// What the list with this id is called.
    pub fn name(&self, id: &ListId) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None if id.as_str() == LIST_DEFAULT => NAME_DEFAULT.to_owned(),
            None => id.as_str().to_owned(),
        }
    }

    /// Why it does not admit a ticket of this type at this time, if it does not. A list that names no types is for all
    /// that are an `admission`: a parking space lets nobody into the hall.
    pub fn misfit(&self, ticket_type: TicketTypeId, admission: bool, at: Timestamp) -> Option<Misfit> {
        let listed = match &self.ticket_type_ids {
            Some(types) => types.contains(&ticket_type),
            None => admission,
        };
        if !listed {
            return Some(Misfit::NotOnList);
        }
        let early = self.starts_at.as_ref().is_some_and(|start| at < start.instant());
        let late = self.ends_at.as_ref().is_some_and(|end| at >= end.instant());
        (early || late).then_some(Misfit::OutsideTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    #[test]
    fn a_list_nobody_made_admits_everything() {
        let list: CheckInList = serde_json::from_str("{}").unwrap();
        let ticket_type = TicketTypeId::from_ulid(Ulid(1));
        assert_eq!(list.misfit(ticket_type, true, Timestamp::UNIX_EPOCH), None);
        let parking = list.misfit(ticket_type, false, Timestamp::UNIX_EPOCH);
        assert_eq!(parking, Some(Misfit::NotOnList));
        assert_eq!(list.name(&ListId::default()), NAME_DEFAULT);
    }

    #[test]
    fn a_list_keeps_to_its_types_and_its_time() {
        let [seat, stand] = [1, 2].map(|n| TicketTypeId::from_ulid(Ulid(n)));
        let at = |text| PlannedTime::parse(text, "Europe/Lisbon").unwrap();
        let list = CheckInList {
            ticket_type_ids: Some(vec![seat]),
            starts_at: Some(at("2027-07-04T18:00:00")),
            ends_at: Some(at("2027-07-04T23:00:00")),
            ..CheckInList::default()
        };
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        // Lisbon is an hour ahead of UTC in summer.
        assert_eq!(list.misfit(seat, false, instant("2027-07-04T17:00:00Z")), None);
        assert_eq!(
            list.misfit(seat, false, instant("2027-07-04T16:59:59Z")),
            Some(Misfit::OutsideTime)
        );
        assert_eq!(
            list.misfit(seat, false, instant("2027-07-04T22:00:00Z")),
            Some(Misfit::OutsideTime)
        );
        assert_eq!(
            list.misfit(stand, true, instant("2027-07-04T17:00:00Z")),
            Some(Misfit::NotOnList)
        );
    }

    #[test]
    fn ids_of_lists_are_told_from_names() {
        assert!("main".parse::<ListId>().is_ok_and(|id| !id.is_made()));
        let made = "cil_01JZ8Q4V3M0000000000000000".parse::<ListId>();
        assert!(made.is_ok_and(|id| id.is_made()));
        for text in ["", "Main", "cil_", "cil_x", "a b", &"x".repeat(33)] {
            assert!(text.parse::<ListId>().is_err(), "{text}");
        }
    }
}
