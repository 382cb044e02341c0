//! Floor 3: sockets, the clock, and the one loop that runs a machine over them.

mod ask;
mod broker;
mod clock;
mod datagrams;
mod departure;
mod descriptors;
mod dial;
pub mod dns;
mod drive;
mod dump;
mod endpoint;
mod lane;
pub mod launch;
mod layer;
mod lines;
mod listen;
mod meter;
mod pass;
mod private_pipe;
mod proxy;
mod pump;
mod race;
mod relay;
mod reliable;
mod runtime;
mod scan;
mod services;
mod settle;
mod stage;
mod stdio;
mod sys;
#[cfg(feature = "tls")]
mod tls;
mod udp;
mod unix;

pub use ask::{AskError, Failure, Reply, ask};
pub use broker::{Hub, Parting};
pub use clock::Clock;
pub use departure::Departure;
pub use descriptors::make_room_for;
pub use dial::{DialError, Md5Key, Origin, SocketOptions, Transport, dial};
pub use dns::Resolver;
pub use drive::{Port, drive};
pub use dump::Dump;
pub use endpoint::Endpoint;
pub use launch::{Ended, LaunchClient, LaunchError, Progress, Tally};
pub use lines::Lines;
pub use listen::{
    ListenError, Listener, Place, address, bind_datagrams, is_exhausted, raise_descriptor_limit,
};
pub use meter::Meter;
pub use pass::pass_socket;
pub use proxy::{HandshakeError, shake_hands};
pub use pump::{PumpError, Relay, Turns};
pub use race::{Named, RaceError};
pub use relay::{
    Aliases, Counters, RelayNews, RelayTally, Route, StreamRelayTally, StreamTallies, Tallies, UdpRelay,
    relay_tcp, relay_udp,
};
pub use reliable::{Account, Conversation, Notice, Reliable, ReliableError};
pub use runtime::{in_runtime, run_lazily, runtime};
pub use scan::{Found, Scan, Tell};
pub use services::{Service, Services};
pub use stdio::Stdio;
pub use sys::{adopt, is_ignored};
#[cfg(feature = "tls")]
pub use tls::{
    Fingerprint, HandshakeError as TlsHandshakeError, IdentityFiles, NotAFingerprint, Refusal, TlsClient,
    TlsError, TlsServer, TlsSession, TlsSetupError, Trust,
};
pub use udp::{Trains, bind_udp, widen};
pub use unix::{PrivateFolder, SocketFile, Unix, UnixName, bind_private_unix, bind_unix, connect_unix};
