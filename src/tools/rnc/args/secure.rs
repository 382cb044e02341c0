//! TLS.

use clap::Args;

/// TLS.
#[derive(Args, Clone, Debug, Default)]
pub struct SecureArgs {}
