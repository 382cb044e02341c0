//! Who may connect, and what a connection is given to.

use clap::Args;

/// Who may connect, and what a connection is given to.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {}
