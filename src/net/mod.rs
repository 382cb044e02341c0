//! Floor 3: sockets, the clock, and the one loop that runs a machine over them.

mod clock;
pub mod dns;
mod drive;

pub use clock::Clock;
pub use drive::{Port, drive};
