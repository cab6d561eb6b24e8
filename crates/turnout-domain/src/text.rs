//! Text that people type: trimmed, bounded, without control characters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One line of text of `MIN` to `MAX` characters (Unicode scalar values), trimmed, without control characters. Where
/// `LINES` is true, line feeds are allowed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MIN: usize, const MAX: usize, const LINES: bool = false>(String);

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing there, or too little.
    #[error("Enter at least {min} {}.", if *.min == 1 { "character" } else { "characters" })]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// Too much.
    #[error("Use at most {max} characters; this has {is}.")]
    TooLong {
        /// The greatest number of characters.
        max: usize,
        /// How many there are.
        is: usize,
    },
    /// A control character, such as NUL.
    #[error("Remove the control characters.")]
    Control,
}

impl<const MIN: usize, const MAX: usize, const LINES: bool> Text<MIN, MAX, LINES> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize, const LINES: bool> TryFrom<String> for Text<MIN, MAX, LINES> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        let text = if LINES { text.replace("\r\n", "\n") } else { text };
        let text = text.trim();
        let is = text.chars().count();
        if is < MIN {
            return Err(TextError::TooShort { min: MIN });
        }
        if is > MAX {
            return Err(TextError::TooLong { max: MAX, is });
        }
        if text
            .chars()
            .any(|c| c.is_control() && !(LINES && matches!(c, '\n' | '\t')))
        {
            return Err(TextError::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const MIN: usize, const MAX: usize, const LINES: bool> From<Text<MIN, MAX, LINES>> for String {
    fn from(text: Text<MIN, MAX, LINES>) -> Self {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize, const LINES: bool> fmt::Display for Text<MIN, MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize, const LINES: bool> fmt::Debug for Text<MIN, MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Title = Text<1, 5>;

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!(Title::try_from(" héllo ".to_owned()).unwrap().as_str(), "héllo");
        assert_eq!(
            Title::try_from("  ".to_owned()),
            Err(TextError::TooShort { min: 1 })
        );
        assert_eq!(
            Title::try_from("hellos".to_owned()),
            Err(TextError::TooLong { max: 5, is: 6 })
        );
    }

    #[test]
    fn control_characters_are_refused_and_line_feeds_only_where_lines_are_allowed() {
        assert_eq!(Title::try_from("a\0b".to_owned()), Err(TextError::Control));
        assert_eq!(Title::try_from("a\nb".to_owned()), Err(TextError::Control));
        assert_eq!(
            Text::<0, 5, true>::try_from("a\r\nb".to_owned())
                .unwrap()
                .as_str(),
            "a\nb"
        );
    }

    #[test]
    fn the_message_says_what_to_do() {
        assert_eq!(
            TextError::TooShort { min: 1 }.to_string(),
            "Enter at least 1 character."
        );
    }
}
