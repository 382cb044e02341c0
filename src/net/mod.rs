//! Floor 3: sockets, the clock, and the one loop that runs a machine over them.

mod ask;
mod clock;
mod dial;
pub mod dns;
mod drive;
mod lane;
mod listen;
mod pump;
mod relay;
mod services;
mod stage;
mod stdio;
mod sys;
mod udp;

pub use ask::{AskError, Failure, Reply, ask};
pub use clock::Clock;
pub use dial::{DialError, From, SocketOptions, Transport, dial};
pub use dns::Resolver;
pub use drive::{Port, drive};
pub use listen::{ListenError, Listener};
pub use pump::{PumpError, Relay};
pub use relay::{RelayTally, Tallies, UdpRelay, relay_udp};
pub use services::{Service, Services};
pub use stdio::Endpoint;
pub use udp::bind_udp;
