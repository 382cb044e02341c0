//! Floor 3: sockets, the clock, and the one loop that runs a machine over them.

mod ask;
mod clock;
pub mod dns;
mod drive;
mod relay;
mod sys;
mod udp;

pub use ask::{AskError, Failure, Reply, ask};
pub use clock::Clock;
pub use dns::Resolver;
pub use drive::{Port, drive};
pub use relay::{RelayTally, Tallies, UdpRelay, relay_udp};
pub use udp::bind_udp;
