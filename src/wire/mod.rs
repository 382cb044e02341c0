//! Floor 1: bytes ⇄ values. One file per format, every read checked, no I/O and no state.

mod read;
mod write;

pub use read::{Reader, Truncated};
pub use write::Writer;
