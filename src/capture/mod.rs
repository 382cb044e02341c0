//! Floor 3: packets and their times, from the kernel or from a file.

mod blocks;
mod file;
mod frame;
mod save;

pub use file::{File, FileError};
pub use frame::Frame;
pub use save::{Save, SaveError};

/// What went wrong, as C's `strerror` says it: without the number that Rust adds.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}
