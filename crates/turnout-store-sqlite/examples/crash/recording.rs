//! What `recorder.c` wrote down: events in one total order.

use std::mem::{Discriminant, discriminant};
use std::ops::Range;

/// The bytes of the recorder's `struct event`.
const HEADER_BYTES: usize = 32;

/// Something that a thread of the victim did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) thread: u32,
    pub(crate) kind: Kind,
}

/// `file` is the number of an opening; several may be of one file. `bytes` are the place of what was written in the
/// recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Open {
        file: u32,
        name: String,
    },
    Write {
        file: u32,
        offset: u64,
        bytes: Range<usize>,
    },
    Resize {
        file: u32,
        size: u64,
    },
    SyncBegin {
        file: u32,
    },
    SyncEnd {
        file: u32,
    },
    Rename {
        from: String,
        to: String,
    },
    Unlink {
        name: String,
    },
    Said {
        line: String,
    },
}

impl Kind {
    /// The opening that it is about.
    pub(crate) fn file(&self) -> Option<u32> {
        match *self {
            Self::Open { file, .. }
            | Self::Write { file, .. }
            | Self::Resize { file, .. }
            | Self::SyncBegin { file }
            | Self::SyncEnd { file } => Some(file),
            Self::Rename { .. } | Self::Unlink { .. } | Self::Said { .. } => None,
        }
    }

    pub(crate) fn shape(&self) -> Shape {
        let (offset, length) = match self {
            Self::Write { offset, bytes, .. } => (*offset, bytes.len()),
            Self::Resize { size, .. } => (*size, 0),
            _ => (0, 0),
        };
        Shape {
            kind: discriminant(self),
            file: self.file(),
            offset,
            length,
        }
    }
}

/// An event without its bytes and its thread: salts and thread numbers are others in each run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    kind: Discriminant<Kind>,
    file: Option<u32>,
    offset: u64,
    length: usize,
}

/// Reads a recording.
pub(crate) fn events(recording: &[u8]) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    let mut at = 0;
    while at < recording.len() {
        let header = recording
            .get(at..at + HEADER_BYTES)
            .ok_or("the recording is cut short")?;
        let word = |place: usize| u32::from_ne_bytes(std::array::from_fn(|byte| header[place * 4 + byte]));
        let long = |place: usize| u64::from_ne_bytes(std::array::from_fn(|byte| header[place * 8 + byte]));
        let (number, thread, file, offset) = (word(0), word(1), word(2), long(2));
        let length = usize::try_from(long(3)).map_err(|error| error.to_string())?;
        let bytes = at + HEADER_BYTES..at + HEADER_BYTES + length;
        let payload = recording.get(bytes.clone()).ok_or("the recording is cut short")?;
        at = bytes.end;
        let text = || String::from_utf8(payload.to_vec()).map_err(|error| error.to_string());
        let kind = match number {
            1 => Kind::Open { file, name: text()? },
            2 => Kind::Write { file, offset, bytes },
            3 => Kind::Resize { file, size: offset },
            4 => Kind::SyncBegin { file },
            5 => Kind::SyncEnd { file },
            6 => {
                let names = text()?;
                let (from, to) = names.split_once('/').ok_or("a renaming has two names")?;
                Kind::Rename {
                    from: from.to_owned(),
                    to: to.to_owned(),
                }
            }
            7 => Kind::Unlink { name: text()? },
            8 => Kind::Said { line: text()? },
            _ => return Err(format!("the recording has an event of kind {number}")),
        };
        events.push(Event { thread, kind });
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(kind: u32, file: u32, offset: u64, payload: &[u8]) -> Vec<u8> {
        let words = [kind, 41, file, 0].into_iter().flat_map(u32::to_ne_bytes);
        let longs = [offset, payload.len() as u64]
            .into_iter()
            .flat_map(u64::to_ne_bytes);
        words.chain(longs).chain(payload.iter().copied()).collect()
    }

    #[test]
    fn a_recording_is_read() {
        let recording = [
            recorded(1, 1, 0, b"a.db"),
            recorded(2, 1, 4096, b"page"),
            recorded(6, 0, 0, b"a.db/b.db"),
            recorded(8, 0, 0, b"ready\n"),
        ]
        .concat();
        let kinds: Vec<_> = events(&recording)
            .expect("events")
            .into_iter()
            .map(|event| event.kind)
            .collect();
        let expected = [
            Kind::Open {
                file: 1,
                name: "a.db".to_owned(),
            },
            Kind::Write {
                file: 1,
                offset: 4096,
                bytes: 68..72,
            },
            Kind::Rename {
                from: "a.db".to_owned(),
                to: "b.db".to_owned(),
            },
            Kind::Said {
                line: "ready\n".to_owned(),
            },
        ];
        assert_eq!(kinds, expected);
        assert_eq!(&recording[68..72], b"page");
    }

    #[test]
    fn one_that_is_cut_or_unknown_is_refused() {
        let recording = recorded(2, 1, 0, b"page");
        assert!(events(&recording[..recording.len() - 1]).is_err());
        assert!(events(&recording[..20]).is_err());
        assert!(events(&recorded(9, 1, 0, b"")).is_err());
    }
}
