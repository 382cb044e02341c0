//! `rlaunch resume` and `rlaunch cancel`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Patience, Secret};

/// Resume: ask again for a call under the id that it had.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Resume {
    /// The server.
    #[arg(value_name = "ADDR:PORT")]
    pub(in crate::tools::rlaunch) address: String,

    /// The call; without it, all that the journal has.
    #[arg(value_name = "ID")]
    pub(in crate::tools::rlaunch) id: Option<String>,

    /// What the action gets, as it was first; `-` reads it from standard input.
    #[arg(value_name = "PAYLOAD")]
    pub(in crate::tools::rlaunch) payload: Option<OsString>,

    /// Resume what an earlier run left unsettled in this folder.
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

/// Cancel: have a call that was not begun never be.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Cancel {
    /// The server.
    #[arg(value_name = "ADDR:PORT")]
    pub(in crate::tools::rlaunch) address: String,

    /// The call.
    #[arg(value_name = "ID")]
    pub(in crate::tools::rlaunch) id: String,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) secret: Secret,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) patience: Patience,
}
