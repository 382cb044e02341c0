//! Why an expression is not a filter.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::ProgramError;

/// Why an expression is not a filter, and where in it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct FilterError {
    what: String,
    /// The offending words and where they are, if the whole is not to blame.
    at: Option<(Range<usize>, String)>,
}

impl FilterError {
    /// At the bytes `at` of `expression`.
    pub(super) fn at(expression: &str, at: Range<usize>, what: impl Into<String>) -> Self {
        let word = expression.get(at.clone()).unwrap_or_default().to_owned();
        Self {
            what: what.into(),
            at: Some((at, word)),
        }
    }

    /// Nowhere in particular.
    pub(super) fn whole(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            at: None,
        }
    }

    /// The same, at the bytes `at` of `expression` unless it knows better.
    pub(super) fn or_at(self, expression: &str, at: Range<usize>) -> Self {
        match self.at {
            Some(_) => self,
            None => Self::at(expression, at, self.what),
        }
    }

    pub(super) fn internal(error: ProgramError) -> Self {
        Self::whole(error.to_string())
    }

    /// Where the offending words begin and end in the expression, in bytes; they are empty at its end.
    pub fn range(&self) -> Option<Range<usize>> {
        self.at.as_ref().map(|(range, _)| range.clone())
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            None => write!(f, "{}", self.what),
            Some((_, word)) if word.is_empty() => write!(f, "{} (at the end of the filter)", self.what),
            Some((range, word)) => write!(f, "{} (at '{word}', column {})", self.what, range.start + 1),
        }
    }
}
