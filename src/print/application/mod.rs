//! The application layer: what TCP and UDP carry, by port.

use super::cursor::{Cursor, Shown};
use super::page::Page;

/// The ports of a packet; a protocol is known by either.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    /// The sender's.
    pub(crate) source: u16,
    /// The receiver's.
    pub(crate) destination: u16,
}

/// Prints the payload of a TCP segment, if its ports belong to a protocol that we know.
pub(crate) fn over_tcp(_page: &mut Page<'_>, _ports: Ports, _payload: Cursor<'_>) -> Shown {
    Ok(())
}

/// Prints the payload of a UDP datagram and returns true, if its ports belong to a protocol that we know.
pub(crate) fn over_udp(_page: &mut Page<'_>, _ports: Ports, _payload: Cursor<'_>) -> Shown<bool> {
    Ok(false)
}
