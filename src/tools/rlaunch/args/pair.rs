//! `rlaunch get` and `rlaunch set`.

use std::ffi::OsString;

use super::{Patience, Secret};

/// Get: print the value of a key.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Get {
    /// The key.
    #[arg(value_name = "KEY")]
    pub(in crate::tools::rlaunch) name: OsString,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) server: Server,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) secret: Secret,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) patience: Patience,
}

/// Set: give a key a value.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Set {
    /// The key.
    #[arg(value_name = "KEY")]
    pub(in crate::tools::rlaunch) name: OsString,

    /// The value.
    #[arg(value_name = "VALUE")]
    pub(in crate::tools::rlaunch) value: OsString,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) server: Server,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) secret: Secret,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) patience: Patience,
}

/// Which server is asked for a key.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Server {
    /// The server; without it the environment's RLAUNCH_SERVER, or 127.0.0.1:4517.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(in crate::tools::rlaunch) server: Option<String>,
}
