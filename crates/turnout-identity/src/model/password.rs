//! Passwords, as people type them and as they are kept.

use crate::model::Secret;

/// The fewest characters (NIST SP 800-63B-4 asks for 15 where nothing else protects an account, 8 otherwise).
const CHARACTERS_MIN: usize = 10;
/// The most characters: far more than anyone types, and little to hash.
const CHARACTERS_MAX: usize = 128;

/// A password of 10 to 128 characters, exactly as it was typed: spaces are part of it.
#[derive(Debug, Clone)]
pub(crate) struct Password(Secret<String>);

/// Why a text cannot be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error("Use at least {CHARACTERS_MIN} characters.")]
    TooShort,
    #[error("Use at most {CHARACTERS_MAX} characters.")]
    TooLong,
}

/// A password's hash in the PHC string format, which names its algorithm, parameters and salt.
#[derive(Debug, Clone)]
pub(crate) struct PasswordHash(Secret<String>);

impl Password {
    pub(crate) fn reveal(&self) -> &[u8] {
        self.0.reveal().as_bytes()
    }
}

impl TryFrom<String> for Password {
    type Error = PasswordError;

    fn try_from(text: String) -> Result<Self, PasswordError> {
        match text.chars().count() {
            ..CHARACTERS_MIN => Err(PasswordError::TooShort),
            CHARACTERS_MIN..=CHARACTERS_MAX => Ok(Self(Secret::new(text))),
            _ => Err(PasswordError::TooLong),
        }
    }
}

impl PasswordHash {
    pub(crate) fn from_phc(text: String) -> Self {
        Self(Secret::new(text))
    }

    pub(crate) fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_counted_in_characters_not_bytes() {
        assert!(Password::try_from("é".repeat(10)).is_ok());
        assert!(Password::try_from("é".repeat(128)).is_ok());
        assert_eq!(
            Password::try_from("é".repeat(9)).unwrap_err(),
            PasswordError::TooShort
        );
        assert_eq!(
            Password::try_from("é".repeat(129)).unwrap_err(),
            PasswordError::TooLong
        );
    }

    #[test]
    fn a_password_is_not_shown() {
        let password = Password::try_from("correct horse".to_owned()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
