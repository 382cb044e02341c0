//! What the tests of all rooms need: a packet, and a filter that is run on it.

use super::{NoNames, Options, Origin, compile};
use crate::wire::LinkType;

/// Whether the filter wants the packet out of a file.
pub(super) fn wants(link: LinkType, expression: &str, packet: &[u8]) -> bool {
    let program = compile(expression, &options(link), &NoNames);
    program.unwrap().run(packet, 1000) != 0
}

/// Why the expression is no filter.
pub(super) fn error(link: LinkType, expression: &str) -> String {
    let refused = compile(expression, &options(link), &NoNames);
    refused.unwrap_err().to_string()
}

/// TCP over IPv4, from port 80 of 10.0.0.9 to port 81.
pub(super) fn tcp() -> Vec<u8> {
    let mut packet = vec![0; 40];
    packet[0] = 0x45;
    packet[9] = 6;
    packet[12..16].copy_from_slice(&[10, 0, 0, 9]);
    packet[20..24].copy_from_slice(&[0, 80, 0, 81]);
    packet
}

fn options(link: LinkType) -> Options {
    Options {
        link,
        snaplen: 1000,
        netmask: 0,
        origin: Origin::File,
        optimise: true,
    }
}
