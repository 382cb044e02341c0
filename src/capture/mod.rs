//! Floor 3: packets and their times, from the kernel or from a file.

mod blocks;
mod device;
mod file;
mod frame;
mod fresh;
mod input;
mod live;
mod merge;
mod missed;
mod packed;
mod raw;
mod ring;
mod save;
mod seal;
mod stamps;
mod sys;
mod user;

pub use device::Device;
pub use file::{File, FileError};
pub use frame::Frame;
pub use fresh::Fresh;
pub use live::{Config, Direction, Live, LiveError, Tally};
pub use merge::Merge;
pub use packed::Compression;
pub use save::{Format, Head, Output, Save, SaveError};
pub use seal::{Needs, seal};
pub use stamps::Stamps;
pub use user::{Account, AccountError};
