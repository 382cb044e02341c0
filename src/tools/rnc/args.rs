//! What may be typed after `rnc`.

use clap::{ArgAction, Parser};

/// Listen and connect.
#[derive(Debug, Parser)]
#[command(name = "rnc", version, disable_version_flag = true, args_override_self = true)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
}
