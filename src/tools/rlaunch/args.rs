//! What may be typed after `rlaunch`.

use clap::{ArgAction, Parser};

/// Ask a server, over UDP, to do a thing once.
#[derive(Debug, Parser)]
#[command(
    name = "rlaunch",
    version,
    disable_version_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}
