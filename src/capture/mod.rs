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
pub use save::{Output, Save, SaveError};
