//! The link below: how bad it is made, and how good.

use clap::Args;

/// The link below: how bad it is made, and how good.
#[derive(Args, Clone, Debug, Default)]
pub struct LinkArgs {}
