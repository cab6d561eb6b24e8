//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// The longest address that can be delivered to (RFC 5321 §4.5.3.1.3, less the angle brackets).
const OCTETS_MAX: usize = 254;

/// An address a message can be sent to: trimmed, at most 254 octets (RFC 5321 §4.5.3.1.3), with a domain of at least
/// two labels. To hold one is to know it was checked; whether anyone reads it, only a reply can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// More than 254 octets.
    #[error("An e-mail address has at most 254 characters.")]
    TooLong,
    /// Not of the form name@domain.tld.
    #[error("Enter an e-mail address such as name@example.org.")]
    Malformed,
}

impl Email {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two spellings of one mailbox are compared: lower case throughout. RFC 5321 lets a host treat
    /// the part before the `@` as case-sensitive; none that people use does.
    pub fn canonical(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.len() > OCTETS_MAX {
            return Err(EmailError::TooLong);
        }
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailError::Malformed)?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_compared_without_case() {
        let email: Email = "  Ada@Example.org ".parse().unwrap();
        assert_eq!(email.as_str(), "Ada@Example.org");
        assert_eq!(email.canonical(), "ada@example.org");
    }

    #[test]
    fn what_cannot_be_delivered_is_refused() {
        for text in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "ada@example.org, b@example.org",
            "a b@example.org",
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError::Malformed), "{text}");
        }
        assert_eq!(
            format!("{}@example.org", "a".repeat(250)).parse::<Email>(),
            Err(EmailError::TooLong)
        );
    }
}
