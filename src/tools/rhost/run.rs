//! What `rhost` does.

use super::Args;
use crate::cli::{Exit, Failure};

/// Runs the tool.
pub(super) fn run(_args: Args) -> Result<Exit, Failure> {
    Ok(Exit::SUCCESS)
}
