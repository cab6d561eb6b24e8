//! Fields of a request, parsed so that all bad ones come back together.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Problem;

/// A field that is not valid, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Which, as a JSON pointer (RFC 6901) into the body, or `/name` of a query parameter.
    pub pointer: String,
    /// What to do about it.
    pub detail: String,
}

impl FieldError {
    /// The field at `pointer`, and what to do about it.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

/// A field as it was given. Keeps a value of the wrong type instead of failing, so that it can be named together with
/// the others. Use it with `#[serde(default)]`, and `#[schema(value_type = …)]` for the document.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Given<T> {
    /// Not there.
    #[default]
    Missing,
    /// `null`.
    Null,
    /// A value of another type.
    Wrong,
    /// A value.
    Is(T),
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_null() {
            return Ok(Self::Null);
        }
        Ok(T::deserialize(value).map_or(Self::Wrong, Self::Is))
    }
}

/// Collects what is not valid while a request is parsed.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the field at `pointer` is not valid.
    pub fn refuse(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, detail));
    }

    /// Parses a field that must be there; `None` once it has been refused.
    pub fn required<T, U, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        given: Given<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        match given {
            Given::Is(value) => self.parsed(pointer, parse(value)),
            Given::Missing | Given::Null => {
                self.refuse(pointer, "This is required.");
                None
            }
            Given::Wrong => {
                self.refuse(pointer, "This is of another type than it should be.");
                None
            }
        }
    }

    /// Parses a field that may be left out or `null`.
    pub fn optional<T, U, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        given: Given<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        match given {
            Given::Missing | Given::Null => None,
            given => self.required(pointer, given, parse),
        }
    }

    /// Parses a field of an edit that can be left empty: `None` if it stays, `Some(None)` if it is to be emptied.
    pub fn nullable<T, U, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        given: Given<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<Option<U>> {
        match given {
            Given::Missing => None,
            Given::Null => Some(None),
            given => self.required(pointer, given, parse).map(Some),
        }
    }

    /// The value, or `None` with the error noted.
    pub fn parsed<U, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        result: Result<U, E>,
    ) -> Option<U> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(pointer, error.to_string());
                None
            }
        }
    }

    /// Ends the parsing: `value` if nothing was refused.
    ///
    /// # Errors
    /// 422 with every refused field.
    ///
    /// # Panics
    /// If a field is missing that nobody refused: a mistake in the parsing code.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        if !self.errors.is_empty() {
            return Err(Problem::validation(self.errors));
        }
        Ok(value.expect("a field that is missing was refused"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Request {
        #[serde(default)]
        name: Given<String>,
        #[serde(default)]
        quantity: Given<u32>,
        #[serde(default)]
        note: Given<String>,
    }

    #[test]
    fn all_bad_fields_are_named_together() {
        let request: Request = serde_json::from_str(r#"{"quantity": "two", "note": null}"#).unwrap();
        let mut fields = Fields::new();
        let name = fields.required("/name", request.name, Ok::<_, String>);
        let quantity = fields.required("/quantity", request.quantity, Ok::<_, String>);
        let note = fields.optional("/note", request.note, Ok::<_, String>);
        assert_eq!(note, None);
        let problem = fields.finish(name.zip(quantity)).unwrap_err().to_json("");
        assert_eq!(problem["errors"][0]["pointer"], "/name");
        assert_eq!(problem["errors"][1]["pointer"], "/quantity");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    }
}
