//! Lists by pages.

use serde::{Deserialize, Serialize};
use turnout_store::Cursor;
use utoipa::{IntoParams, ToSchema};

use crate::{Fields, Problem};

const LIMIT_DEFAULT: usize = 20;
const LIMIT_MAX: usize = 100;

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// The most items of the page: 1 to 100; 20 if it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageParams {
    /// The bound on the page's items.
    ///
    /// # Errors
    /// 422 if it is not 1 to 100.
    pub fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = &self.limit else {
            return Ok(LIMIT_DEFAULT);
        };
        let mut fields = Fields::new();
        let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        if limit.is_none() {
            fields.refuse("/limit", "Use a whole number from 1 to 100.");
        }
        fields.finish(limit)
    }

    /// Where the page begins.
    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor
            .clone()
            .filter(|cursor| !cursor.is_empty())
            .map(Cursor)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items; there may be fewer than asked for and still a next page.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page of these items, and where the next begins.
    pub fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self {
            items,
            next_cursor: next.map(|Cursor(text)| text),
        }
    }
}
