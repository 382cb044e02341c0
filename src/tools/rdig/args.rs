//! What may be typed after `rdig`.

use clap::{ArgAction, Parser};

/// Ask the DNS and show the whole message.
#[derive(Debug, Parser)]
#[command(
    name = "rdig",
    version,
    disable_version_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}
