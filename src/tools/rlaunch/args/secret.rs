//! What both ends have.

use std::path::PathBuf;

/// The secret of both ends.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Secret {
    /// Make and check every datagram with the secret in this file: who does not have it is not answered.
    #[arg(long, value_name = "FILE")]
    pub(in crate::tools::rlaunch) key: Option<PathBuf>,
}
