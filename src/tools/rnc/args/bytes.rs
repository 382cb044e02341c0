//! What is done to the bytes, and where else they go.

use clap::Args;

/// What is done to the bytes, and where else they go.
#[derive(Args, Clone, Debug, Default)]
pub struct BytesArgs {}
