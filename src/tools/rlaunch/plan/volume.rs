//! `-v` and `-q`.

use crate::tools::rlaunch::args;

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tools::rlaunch) enum Volume {
    /// How it ended, unless all is well.
    Quiet,
    /// Whenever something had to be done again.
    Normal,
    /// Everything.
    Verbose,
}

impl Volume {
    pub(super) fn new(patience: &args::Patience) -> Self {
        match (patience.quiet, patience.verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Normal,
        }
    }
}
