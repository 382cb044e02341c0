//! How one can watch.

use clap::Args;

/// How one can watch.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchArgs {
    /// Say what happens in JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Show on a terminal how far it has come
    #[arg(long)]
    pub progress: bool,
}
