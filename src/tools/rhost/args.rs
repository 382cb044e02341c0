//! What may be typed after `rhost`.

use clap::{ArgAction, Parser};

/// Look a name up and say it in a sentence.
#[derive(Debug, Parser)]
#[command(
    name = "rhost",
    version,
    disable_version_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}
