//! What the operator of a store may ask.

use std::path::PathBuf;

/// Log: print every record of a store's journal.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Log {
    /// The folder of the store.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) store: PathBuf,

    /// Print each record as a JSON object.
    #[arg(long)]
    pub(in crate::tools::rlaunch) json: bool,
}
