//! Floor 3: packets and their times, from the kernel or from a file.

mod blocks;
mod device;
mod file;
mod frame;
mod live;
mod raw;
mod ring;
mod save;
mod sys;

pub use device::Device;
pub use file::{File, FileError};
pub use frame::Frame;
pub use live::{Config, Direction, Live, LiveError, Tally};
pub use save::{Save, SaveError};

/// What went wrong, as C's `strerror` says it: without the number that Rust adds.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}
