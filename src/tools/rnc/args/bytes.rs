//! What is done to the bytes, and where else they go.

use std::path::PathBuf;

use clap::Args;

/// What is done to the bytes, and where else they go.
#[derive(Args, Clone, Debug, Default)]
pub struct BytesArgs {
    /// Write all that passes to FILE, in hexadecimal
    #[arg(long, value_name = "file")]
    pub hex_dump: Option<PathBuf>,
    /// Print nothing, and end when standard input was delivered
    #[arg(long)]
    pub send_only: bool,
}
