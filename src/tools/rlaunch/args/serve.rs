//! `rlaunch serve`.

use std::path::PathBuf;

use super::{Action, Doubt, Limits, Secret};

/// Serve: perform an action once for each id, however often it is asked for.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Serve {
    /// The address and port to listen on.
    #[arg(value_name = "ADDR:PORT")]
    pub(in crate::tools::rlaunch) address: String,

    /// Keep the id set in this folder, or share it through etcd.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) store: Option<PathBuf>,

    /// Keep nothing: after a restart, refuse what was begun before.
    #[arg(long)]
    pub(in crate::tools::rlaunch) ephemeral: bool,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) action: Action,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) doubt: Doubt,

    /// Listen for the operator at this socket; with --store it is in the folder.
    #[arg(long, value_name = "PATH")]
    pub(in crate::tools::rlaunch) control: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) limits: Limits,

    #[command(flatten)]
    pub(in crate::tools::rlaunch) secret: Secret,

    /// Say what is launched.
    #[arg(short, long)]
    pub(in crate::tools::rlaunch) verbose: bool,
}
