//! How ports are scanned.

use clap::Args;

/// How ports are scanned.
#[derive(Args, Clone, Debug, Default)]
pub struct ScanArgs {}
