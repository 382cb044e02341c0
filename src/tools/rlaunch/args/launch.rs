//! `rlaunch launch`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Patience, Secret};

/// Launch: have the server perform its action once with this payload, and print the result.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Launch {
    /// The server.
    #[arg(value_name = "ADDR:PORT")]
    pub(in crate::tools::rlaunch) address: String,

    /// What the action gets on its standard input; `-` reads it from standard input.
    #[arg(value_name = "PAYLOAD", required_unless_present = "lines")]
    pub(in crate::tools::rlaunch) payload: Option<OsString>,

    /// Make the call under this name, the same for all clients, and not under a number of the server's.
    #[arg(long, value_name = "NAME", conflicts_with = "lines")]
    pub(in crate::tools::rlaunch) id: Option<String>,

    /// Make one call for each line of standard input, and print one line for each.
    #[arg(long, conflicts_with = "payload")]
    pub(in crate::tools::rlaunch) lines: bool,

    /// With --lines, have up to this many calls under way at a time.
    #[arg(long, value_name = "N", default_value = "16")]
    pub(in crate::tools::rlaunch) window: String,

    /// Note each call in this folder before it is asked for, and resume what an earlier run left unsettled.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) journal: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) secret: Secret,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) patience: Patience,

    /// After the deadline, try this long to have the call cancelled.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(in crate::tools::rlaunch) grace: String,
}
