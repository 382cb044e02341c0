//! `rlaunch bench`.

use std::path::PathBuf;

/// Bench: measure how many launches a second this machine answers, in a few seconds.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Bench {
    /// Put the store for the time of the measurement into this folder.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) store: Option<PathBuf>,

    /// Print a JSON object.
    #[arg(long)]
    pub(in crate::tools::rlaunch) json: bool,
}
