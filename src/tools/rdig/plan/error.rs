//! What can be wrong with what was typed, in dig's words.

use thiserror::Error;

use crate::cli::Exit;

/// Something typed that cannot be obeyed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum UsageError {
    /// An option that does not exist, lacks its value, or cannot be turned off; how to type is said below it.
    #[error("Invalid option: {0}")]
    Option(String),
    /// A form that an option does not have; the line says which option it is.
    #[error("Invalid option")]
    Form,
    /// The same, after this line on standard error.
    #[error("{0}")]
    Said(String),
    /// Something lacks a part: only how to type is said.
    #[error("Usage error")]
    Usage,
    /// A value that is not what it should be.
    #[error("Couldn't parse {what}")]
    Value {
        /// What the value is for.
        what: &'static str,
        /// What was typed, and what is wrong with it.
        problem: Option<String>,
        /// What the run ends with: dig has two answers.
        exit: Exit,
    },
    /// Anything else.
    #[error("{text}")]
    Other {
        /// What is wrong.
        text: String,
        /// What was typed, and what is wrong with it.
        problem: Option<String>,
        /// What the run ends with.
        exit: Exit,
    },
}

impl UsageError {
    /// Refuses an option whose feature is not in this build.
    pub(super) fn unless_built_in(option: &str, feature: &str, is_built_in: bool) -> Result<(), Self> {
        if is_built_in {
            return Ok(());
        }
        Err(Self::plain(format!(
            "+{option} needs the feature '{feature}', which is not built in"
        )))
    }

    /// What is wrong, ending the run with 1.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Other {
            text: text.into(),
            problem: None,
            exit: Exit::FAILURE,
        }
    }

    /// What the run ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Option(_) | Self::Form | Self::Said(_) | Self::Usage => Exit::FAILURE,
            Self::Value { exit, .. } | Self::Other { exit, .. } => *exit,
        }
    }

    /// The line that dig prints on standard output before the error itself.
    pub(crate) fn problem(&self) -> Option<&str> {
        match self {
            Self::Option(_) | Self::Form | Self::Said(_) | Self::Usage => None,
            Self::Value { problem, .. } | Self::Other { problem, .. } => problem.as_deref(),
        }
    }
}
