//! How one can watch.

use clap::Args;

/// How one can watch.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchArgs {}
