//! How ports are scanned.

use clap::Args;

/// How ports are scanned.
#[derive(Args, Clone, Debug, Default)]
pub struct ScanArgs {
    /// How many ports to ask at a time; 1000 if it is not said
    #[arg(long, value_name = "ports", allow_hyphen_values = true)]
    pub inflight: Option<String>,
}
