//! Names for the numbers in a packet, where the user wants them.

use std::net::IpAddr;

/// The transport whose port numbers are to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A source of names for addresses and port numbers. Without one everything is printed as a number (`-n`).
///
/// The printer asks for the same things again and again: an implementation keeps its answers.
pub trait Names {
    /// The name of a host, if it has one.
    fn host(&mut self, address: IpAddr) -> Option<&str>;

    /// The name of the service at a port, if it has one.
    fn service(&mut self, port: u16, transport: Transport) -> Option<&str>;
}
