//! Finding events by words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Event;

/// What someone searches for: an event has to show every word, somewhere, in whatever case and with or without
/// accents. A word also finds what it is a part of, so that results come up while one types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of a query.
    pub(crate) fn of(query: &str) -> Self {
        Self(query.split_whitespace().map(folded).collect())
    }

    /// Whether the event shows all of them in its title, its venue or its description.
    pub(crate) fn find(&self, event: &Event) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let details = &event.details;
        let mut text = details.title.as_str().to_owned();
        if let Some(venue) = &details.venue {
            text.push('\n');
            text.push_str(venue.name.as_str());
            if let Some(address) = &venue.address {
                text.push('\n');
                text.push_str(address.as_str());
            }
        }
        if let Some(description) = &details.description {
            text.push('\n');
            text.push_str(description.as_str());
        }
        let text = folded(&text);
        self.0.iter().all(|word| text.contains(word.as_str()))
    }
}

/// Lower case without accents: `Über Café` is `uber cafe`. Letters that Unicode does not take apart, such as `ø`, stay.
fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::tests::draft;

    #[test]
    fn every_word_is_found_whatever_its_case_and_accents() {
        let event = draft();
        for query in [
            "",
            "  ",
            "jazz",
            "JAZZ lisbon",
            "cafe",
            "CAFÉ",
            "lis jazz",
            "improvised",
        ] {
            assert!(Words::of(query).find(&event), "{query}");
        }
        for query in ["rock", "jazz rock", "oslo"] {
            assert!(!Words::of(query).find(&event), "{query}");
        }
    }

    #[test]
    fn accents_and_case_are_folded() {
        assert_eq!(folded("Über CAFÉ Çedilla"), "uber cafe cedilla");
        assert_eq!(folded("Ｆｕｌｌ"), "full");
    }
}
