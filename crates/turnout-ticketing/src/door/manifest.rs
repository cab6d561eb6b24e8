//! What a door works from while it is offline: who may come, who is in, and the keys to check codes with, page by page
//! and signed. Asked again with `since`, it tells what is new.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use turnout_domain::{EventId, TicketId, TicketTypeId};
use turnout_http::PublicKey;
use turnout_store::{Cursor, Query};
use ulid::Ulid;

use super::error::DoorError;
use super::list::ListId;
use super::lists::StandingList;
use super::records;
use super::roster::{Attendee, Roster, SoldAs, WHOLE_EVERY};
use crate::Ticketing;
use crate::keys::Loaded;
use crate::model::EventCopy;

/// The layout of the payload; a phone refuses one it does not know.
const VERSION: u32 = 1;
/// The most tickets of a page: about 200 KiB.
const TICKETS_MAX: usize = 2_000;
/// How far before `since` changes are told again: a roster is read while others look at it. Telling twice does no harm.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// The same where the phone spoke with another process before, which may have seen a change as much later or earlier as
/// both take to read all orders again.
const OVERLAP_OF_PROCESSES: SignedDuration = SignedDuration::from_secs(2 * WHOLE_EVERY.as_secs());

/// Up to when the phone knows everything, and from which process: `as_of` of the manifest before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    at: Timestamp,
    roster: Ulid,
}

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.as_millisecond(), self.roster)
    }
}

impl std::str::FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (at, roster) = text.split_once('.')?;
            Some(Self {
                at: Timestamp::from_millisecond(at.parse().ok()?).ok()?,
                roster: Ulid::from_string(roster).ok()?,
            })
        };
        read().ok_or("Use the as_of of the manifest before.")
    }
}

/// A page, signed: the flattened JSON form of a JSON Web Signature (RFC 7515, section 7.2.2) with Ed25519 (RFC 8037).
#[derive(Debug, Clone)]
pub(crate) struct ManifestPage {
    pub payload: String,
    pub protected: String,
    pub signature: String,
    pub next: Option<Cursor>,
}

#[derive(Serialize)]
struct Payload<'a> {
    version: u32,
    event_id: EventId,
    event_title: &'a str,
    time_zone: &'a str,
    /// Whether this replaces everything known before; else it is what changed.
    whole: bool,
    /// What to ask with next time.
    as_of: String,
    /// Our clock, for phones whose own is wrong.
    server_now: Timestamp,
    list: ListPayload<'a>,
    ticket_types: Vec<TypePayload<'a>>,
    keys: Vec<PublicKey>,
    tickets: Vec<TicketPayload>,
    check_ins: Vec<CheckInPayload>,
    next_cursor: Option<&'a str>,
}

#[derive(Serialize)]
struct ListPayload<'a> {
    id: &'a str,
    name: String,
    ticket_type_ids: Option<&'a [TicketTypeId]>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    reentry: bool,
    admitted: i64,
    inside: i64,
}

#[derive(Serialize)]
struct TypePayload<'a> {
    id: TicketTypeId,
    name: &'a str,
    /// Whether a list that names no types is for it.
    admission: bool,
}

#[derive(Serialize)]
struct TicketPayload {
    id: TicketId,
    /// Its place in `ticket_types`.
    r#type: usize,
    generation: u8,
    valid: bool,
    name: Box<str>,
}

#[derive(Serialize)]
struct CheckInPayload {
    id: TicketId,
    first_admitted_at: Option<Timestamp>,
    first_gate: Option<String>,
    inside: bool,
    /// The nonces of the scans it comes from, so that a phone knows its own again.
    nonces: Vec<String>,
}

/// Where a page begins. Not sealed: it holds nothing that the caller may not ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    as_of: Since,
    /// From when on changes are told; everything if none.
    from: Option<Timestamp>,
    part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// The tickets, behind this one.
    Tickets(Option<TicketId>),
    /// The check-ins, from this cursor of the index.
    CheckIns(Option<Cursor>),
}

impl Place {
    fn write(&self) -> Cursor {
        let (kind, rest) = match &self.part {
            Part::Tickets(after) => ('t', after.map(|after| after.to_string())),
            Part::CheckIns(cursor) => ('c', cursor.clone().map(|Cursor(text)| text)),
        };
        let from = self.from.map(|from| from.to_string()).unwrap_or_default();
        let text = format!("{kind} {} {from} {}", self.as_of, rest.unwrap_or_default());
        Cursor(BASE64_URL_SAFE_NO_PAD.encode(text))
    }

    fn read(Cursor(text): &Cursor) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(4, ' ');
        let (kind, as_of, from, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let rest = Some(rest).filter(|rest| !rest.is_empty());
        Some(Self {
            as_of: as_of.parse().ok()?,
            from: match from {
                "" => None,
                from => Some(from.parse().ok()?),
            },
            part: match (kind, rest) {
                ("t", None) => Part::Tickets(None),
                ("t", Some(after)) => Part::Tickets(Some(after.parse().ok()?)),
                ("c", rest) => Part::CheckIns(rest.map(|text| Cursor(text.to_owned()))),
                _ => return None,
            },
        })
    }
}

/// What a page tells.
#[derive(Default)]
struct Told {
    tickets: Vec<Attendee>,
    ticket_types: BTreeMap<TicketTypeId, SoldAs>,
    check_ins: Vec<CheckInPayload>,
    next: Option<Part>,
}

impl Ticketing {
    /// A page of what a door at the list works from.
    pub(crate) async fn manifest(
        &self,
        event: EventId,
        list: &ListId,
        since: Option<Since>,
        cursor: Option<&Cursor>,
    ) -> Result<ManifestPage, DoorError> {
        let copy: EventCopy = self.event_copy(event).await?;
        let standing = self.check_in_list(event, list).await?;
        let place = match cursor {
            Some(cursor) => Place::read(cursor).ok_or(turnout_store::StoreError::Cursor)?,
            None => self.first_place(event, since).await?,
        };
        let told = match &place.part {
            Part::Tickets(after) => self.told_tickets(event, place.from, *after).await?,
            Part::CheckIns(cursor) => {
                self.told_check_ins(event, list, place.from, cursor.clone())
                    .await?
            }
        };
        let next = told.next.map(|part| {
            Place {
                part,
                ..place.clone()
            }
            .write()
        });
        let types: Vec<TicketTypeId> = told.ticket_types.keys().copied().collect();
        let payload = Payload {
            version: VERSION,
            event_id: event,
            event_title: &copy.title,
            time_zone: copy.ends_at.zone_name(),
            whole: place.from.is_none(),
            as_of: place.as_of.to_string(),
            server_now: self.clock.now(),
            list: list_payload(&standing),
            ticket_types: told
                .ticket_types
                .iter()
                .map(|(id, sold_as)| TypePayload {
                    id: *id,
                    name: &sold_as.name,
                    admission: sold_as.admission,
                })
                .collect(),
            keys: self.keys.load().await?.public_ticket_keys(),
            tickets: told
                .tickets
                .into_iter()
                .map(|attendee| TicketPayload {
                    id: attendee.ticket,
                    r#type: types.binary_search(&attendee.ticket_type).unwrap_or_default(),
                    generation: attendee.generation,
                    valid: attendee.valid,
                    name: attendee.name,
                })
                .collect(),
            check_ins: told.check_ins,
            next_cursor: next.as_ref().map(|Cursor(text)| text.as_str()),
        };
        let payload = BASE64_URL_SAFE_NO_PAD.encode(json!(payload).to_string());
        self.signed(payload, next).await
    }

    async fn first_place(&self, event: EventId, since: Option<Since>) -> Result<Place, DoorError> {
        let now = self.clock.now();
        let (roster, begun_at) = self
            .at_roster(event, |roster| (roster.id, roster.begun_at))
            .await?;
        let from = since.and_then(|since| {
            let overlap = if since.roster == roster {
                OVERLAP
            } else {
                OVERLAP_OF_PROCESSES
            };
            let from = since.at.checked_sub(overlap).ok()?;
            // What changed before the roster was begun is not known to have changed: then all of it is new.
            (since.roster == roster || from >= begun_at).then_some(from)
        });
        let as_of = Since { at: now, roster };
        let part = Part::Tickets(None);
        Ok(Place { as_of, from, part })
    }

    async fn told_tickets(
        &self,
        event: EventId,
        from: Option<Timestamp>,
        after: Option<TicketId>,
    ) -> Result<Told, DoorError> {
        let from = from.unwrap_or(Timestamp::UNIX_EPOCH);
        let look = |roster: &Roster| {
            let tickets = roster.page(from, after, TICKETS_MAX);
            (tickets, roster.ticket_types().clone())
        };
        let (tickets, ticket_types) = self.at_roster(event, look).await?;
        let next = match tickets.last() {
            Some(last) if tickets.len() == TICKETS_MAX => Part::Tickets(Some(last.ticket)),
            _ => Part::CheckIns(None),
        };
        Ok(Told {
            tickets,
            ticket_types,
            next: Some(next),
            ..Told::default()
        })
    }

    async fn told_check_ins(
        &self,
        event: EventId,
        list: &ListId,
        from: Option<Timestamp>,
        cursor: Option<Cursor>,
    ) -> Result<Told, DoorError> {
        let from = from.unwrap_or(Timestamp::UNIX_EPOCH);
        let query = records::changed_check_ins_query(event, list, from).limit(Query::LIMIT_MAX);
        let page = self.store.query(query.after(cursor)).await?;
        let check_ins = page
            .items
            .iter()
            .map(check_in_payload)
            .collect::<Result<_, _>>()?;
        Ok(Told {
            check_ins,
            next: page.next.map(|cursor| Part::CheckIns(Some(cursor))),
            ..Told::default()
        })
    }

    async fn signed(&self, payload: String, next: Option<Cursor>) -> Result<ManifestPage, DoorError> {
        let keys = self.keys.load().await?;
        let header = json!({ "alg": "EdDSA", "kid": Loaded::current_ticket_key().to_string() });
        let protected = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
        // A ticket's code begins with the number of its layout, this with a letter: neither passes for the other.
        let signature = keys.sign(format!("{protected}.{payload}").as_bytes());
        Ok(ManifestPage {
            payload,
            protected,
            signature: BASE64_URL_SAFE_NO_PAD.encode(signature),
            next,
        })
    }
}

fn list_payload(standing: &StandingList) -> ListPayload<'_> {
    let list = &standing.list;
    ListPayload {
        id: standing.id.as_str(),
        name: list.name(&standing.id),
        ticket_type_ids: list.ticket_type_ids.as_deref(),
        starts_at: list.starts_at.as_ref().map(turnout_domain::PlannedTime::instant),
        ends_at: list.ends_at.as_ref().map(turnout_domain::PlannedTime::instant),
        reentry: list.reentry,
        admitted: standing.tally.admitted,
        inside: standing.tally.inside,
    }
}

fn check_in_payload(item: &turnout_store::Item) -> Result<CheckInPayload, DoorError> {
    let (id, _) = records::place_of_check_in(item)?;
    let check_in = records::read_check_in(item)?;
    Ok(CheckInPayload {
        id,
        first_admitted_at: check_in.admitted_at,
        first_gate: check_in.first_gate().map(str::to_owned),
        inside: check_in.inside,
        nonces: check_in.scans.into_iter().map(|scan| scan.nonce).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let at: Timestamp = "2027-07-04T19:00:00Z".parse().unwrap();
        let as_of = Since { at, roster: Ulid(7) };
        assert_eq!(as_of.to_string().parse(), Ok(as_of));
        let after = "tkt_01JZ8Q4V3M0000000000000001".parse().ok();
        for (from, part) in [
            (None, Part::Tickets(None)),
            (Some(at), Part::Tickets(after)),
            (None, Part::CheckIns(None)),
            (Some(at), Part::CheckIns(Some(Cursor("a b".into())))),
        ] {
            let place = Place { as_of, from, part };
            assert_eq!(Place::read(&place.write()), Some(place));
        }
        for text in ["", "é", "dCA", &BASE64_URL_SAFE_NO_PAD.encode("t now true ")] {
            assert_eq!(Place::read(&Cursor(text.to_owned())), None);
        }
    }
}
