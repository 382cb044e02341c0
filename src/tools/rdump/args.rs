//! What may be typed after `rdump`.

use clap::{ArgAction, Parser};

/// Capture packets, filter them, print them.
#[derive(Debug, Parser)]
#[command(
    name = "rdump",
    version,
    disable_version_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}
