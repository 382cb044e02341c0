//! Floor 2: state machines that do no I/O. Time and randomness come in as arguments, so that every one of
//! them runs in virtual time in the tests and over a socket in the tools.

pub mod dns;
pub mod launch;
pub mod link;
mod machine;
pub mod race;
pub mod relay;
pub mod scan;
mod time;

pub use machine::Machine;
pub use time::Instant;
