//! How a run ends: an exit status, with or without something to say.

use std::io;
use std::process::ExitCode;

use super::out::StdoutClosed;
use super::words;

/// An exit status. Each tool names its own beyond these two in its `run` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// It did what was asked.
    pub const SUCCESS: Self = Self(0);
    /// It did not; also every usage error.
    pub const FAILURE: Self = Self(1);
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// Why a run ended early: the exit status, and the one line that says why unless it has been said already.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: Option<anyhow::Error>,
}

impl Failure {
    /// Ends with `exit` after printing `tool: error`, the causes joined by `: `.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: Some(error.into()),
        }
    }

    /// Ends with `exit` without another word: the tool has said what there is to say.
    pub fn silent(exit: Exit) -> Self {
        Self { exit, error: None }
    }

    /// The exit status.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What is to be said of it: the causes joined by `: `, in the words of C. Nothing if it has been said, or is
    /// only that nobody reads standard output any more.
    pub fn words(&self) -> Option<String> {
        let error = self.error.as_ref().filter(|error| !is_quiet(error))?;
        Some(words(format_args!("{error:#}")))
    }

    /// Whether it is only that nobody reads standard output any more.
    pub(super) fn is_quiet(&self) -> bool {
        self.error.as_ref().is_some_and(is_quiet)
    }
}

fn is_quiet(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<StdoutClosed>()
            || cause
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
                .is_some_and(|inner| inner.is::<StdoutClosed>())
    })
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::FAILURE, error)
    }
}
