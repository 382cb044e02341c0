//! Floor 3: sockets, the clock, and the one loop that runs a machine over them.

mod ask;
mod clock;
mod dial;
pub mod dns;
mod drive;
mod endpoint;
mod lane;
mod launch;
mod listen;
mod pass;
mod proxy;
mod pump;
mod relay;
mod services;
mod stage;
mod stdio;
mod sys;
mod udp;
mod unix;

pub use ask::{AskError, Failure, Reply, ask};
pub use clock::Clock;
pub use dial::{DialError, Origin, SocketOptions, Transport, dial, probe};
pub use dns::Resolver;
pub use drive::{Port, drive};
pub use endpoint::Endpoint;
pub use launch::{Ended, LaunchClient, LaunchError, Progress, Tally};
pub use listen::{ListenError, Listener, Place, address, bind_datagrams};
pub use pass::pass_socket;
pub use proxy::{HandshakeError, shake_hands};
pub use pump::{PumpError, Relay, Turns};
pub use relay::{RelayTally, Tallies, UdpRelay, relay_udp};
pub use services::{Service, Services};
pub use stdio::Stdio;
pub use udp::bind_udp;
pub use unix::{PrivateFolder, SocketFile, Unix, UnixName, bind_unix, connect_unix};
