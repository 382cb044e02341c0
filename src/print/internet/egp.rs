//! The exterior gateway protocol (RFC 904), which came before BGP.

use std::net::Ipv4Addr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints a message; what it says only under `-v`.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("egp");
    if message.len() < HEADER {
        return Err(Stop::Truncated);
    }
    message.need(HEADER)?;
    let mut rest = message;
    let (version, kind, code, status) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    rest.skip(2)?;
    let (system, sequence) = (rest.u16()?, rest.u16()?);
    if !page.verbose(1) {
        put!(
            page,
            "EGPv",
            version,
            ", AS ",
            system,
            ", seq ",
            sequence,
            ", length ",
            message.len()
        );
        return Ok(());
    }
    put!(page, "EGPv", version, ", length ", message.len());
    if version != VERSION {
        put!(page, "[version ", version, "]");
        return Ok(());
    }
    match kind {
        UPDATE => {
            put!(page, " update");
            if status & UNSOLICITED != 0 {
                put!(page, " unsolicited");
            }
            state(page, status & !UNSOLICITED);
            let counts = Counts {
                interior: rest.u8()?,
                exterior: rest.u8()?,
            };
            let network = rest.ipv4()?;
            put!(page, " ");
            page.host(network);
            put!(page, " int ", counts.interior, " ext ", counts.exterior);
            return gateways(page, network, counts, message.after(HEADER));
        }
        POLL => {
            put!(page, " poll");
            state(page, status);
            rest.skip(2)?;
            put!(page, " net:");
            page.host(rest.ipv4()?);
        }
        ACQUISITION => acquisition(page, code, status, rest)?,
        REACHABILITY => match name_of(REACHES, code) {
            Some(name) => {
                put!(page, " ", name);
                state(page, status);
            }
            None => put!(page, "[reach code ", code, "]"),
        },
        ERROR => {
            put!(page, " error");
            state(page, status);
            let reason = rest.u16()?;
            match name_of(REASONS, reason) {
                Some(name) => put!(page, " ", name),
                None => put!(page, " [reason ", reason, "]"),
            }
        }
        _ => put!(page, "[type ", kind, "]"),
    }
    Ok(())
}

/// How gateways become neighbours, and cease to be.
fn acquisition(page: &mut Page<'_>, code: u8, status: u8, mut rest: Cursor<'_>) -> Shown {
    put!(page, " acquire");
    let Some(name) = name_of(ACQUISITIONS, code) else {
        put!(page, "[code ", code, "]");
        return Ok(());
    };
    put!(page, " ", name);
    // What can be asked for, and why it can be refused.
    let is_request = code <= 1;
    let fits = if is_request {
        status <= 2
    } else {
        matches!(status, 0 | 3..=7)
    };
    match name_of(STATUSES, status).filter(|_| fits) {
        Some(name) => put!(page, " ", name),
        None if is_request => put!(page, " [status ", status, "]"),
        None => put!(page, "[status ", status, "]"),
    }
    if is_request {
        put!(page, " hello:", rest.u16()?, " poll:", rest.u16()?);
    }
    Ok(())
}

fn state(page: &mut Page<'_>, status: u8) {
    match name_of(&[(0, "indeterminate"), (1, "up"), (2, "down")], status) {
        Some(name) => put!(page, " state:", name),
        None => put!(page, " [status ", status, "]"),
    }
}

/// How many gateways an update has within the system, and without.
#[derive(Clone, Copy)]
struct Counts {
    interior: u8,
    exterior: u8,
}

/// The gateways on the network, and what can be reached through each, by distance.
///
/// tcpdump reverses these addresses where the machine is little-endian; here they are what the packet says.
fn gateways(page: &mut Page<'_>, network: Ipv4Addr, counts: Counts, mut rest: Cursor<'_>) -> Shown {
    let known = network.octets();
    let shared = class_len(known[0]);
    let all = u16::from(counts.interior) + u16::from(counts.exterior);
    for number in 0..all {
        let mut gateway = if shared == 0 { [0; 4] } else { known };
        let host = 4 - shared;
        declared(rest, host)?;
        // Of a network of no class, nothing is told of the host.
        let bytes = rest.take(host)?;
        if let Some(end) = gateway.get_mut(shared..).filter(|_| shared != 0) {
            end.copy_from_slice(bytes);
        }
        declared(rest, 1)?;
        let distances = rest.u8()?;
        let whose = if number < u16::from(counts.interior) {
            "int"
        } else {
            "ext"
        };
        put!(page, " ", whose, " ");
        put!(page, Ipv4Addr::from(gateway), " (");
        for place in 0..distances {
            declared(rest, 2)?;
            put!(page, if place == 0 { "" } else { ", " }, "d", rest.u8()?, ":");
            for _ in 0..rest.u8()? {
                put!(page, " ", next_network(&mut rest)?);
            }
        }
        put!(page, ")");
    }
    Ok(())
}

/// A network in as many bytes as its class has.
fn next_network(rest: &mut Cursor<'_>) -> Shown<Ipv4Addr> {
    declared(*rest, 1)?;
    let first = rest.u8()?;
    let more = match class_len(first) {
        1 => 0,
        2 => 1,
        _ => 2,
    };
    declared(*rest, more)?;
    let mut network = [first, 0, 0, 0];
    for byte in network.iter_mut().skip(1).take(more) {
        *byte = rest.u8()?;
    }
    Ok(network.into())
}

/// Stops as truncated unless that much is declared.
fn declared(rest: Cursor<'_>, count: usize) -> Shown {
    if rest.len() < count {
        return Err(Stop::Truncated);
    }
    Ok(())
}

/// How many bytes of an address with this first byte are the network's; none if it has no class A, B or C.
fn class_len(first: u8) -> usize {
    match first {
        0..=127 => 1,
        128..=191 => 2,
        192..=223 => 3,
        _ => 0,
    }
}

const HEADER: usize = 16;
const VERSION: u8 = 2;
const UPDATE: u8 = 1;
const POLL: u8 = 2;
const ACQUISITION: u8 = 3;
const REACHABILITY: u8 = 5;
const ERROR: u8 = 8;
const UNSOLICITED: u8 = 0x80;

const ACQUISITIONS: &[(u8, &str)] = &[
    (0, "request"),
    (1, "confirm"),
    (2, "refuse"),
    (3, "cease"),
    (4, "cease_ack"),
];
const STATUSES: &[(u8, &str)] = &[
    (0, "unspecified"),
    (1, "active_mode"),
    (2, "passive_mode"),
    (3, "insufficient_resources"),
    (4, "administratively_prohibited"),
    (5, "going_down"),
    (6, "parameter_violation"),
    (7, "protocol_violation"),
];
const REACHES: &[(u8, &str)] = &[(0, "hello"), (1, "i-h-u")];
const REASONS: &[(u16, &str)] = &[
    (0, "unspecified"),
    (1, "bad_EGP_header_format"),
    (2, "bad_EGP_data_field_format"),
    (3, "reachability_info_unavailable"),
    (4, "excessive_polling_rate"),
    (5, "no_response"),
    (6, "unsupported_version"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    /// A message of AS 7 with number 9.
    fn message(kind: u8, code: u8, status: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![2, kind, code, status, 0, 0, 0, 7, 0, 9];
        bytes.extend(body);
        ipv4(8, &bytes)
    }

    fn told(packet: &[u8]) -> String {
        let text = verbose(1, LinkType::RAW, packet);
        text.split_once("EGPv2, length ").unwrap().1.to_owned()
    }

    #[test]
    fn gateways_and_networks_have_the_length_of_their_class() {
        let mut body = vec![1, 1, 10, 0, 0, 0];
        body.extend([1, 2, 3, 2, 5, 1, 11, 6, 2, 172, 16, 192, 0, 2]);
        body.extend([4, 5, 6, 0]);
        let packet = message(1, 0, 0x81, &body);
        assert_eq!(
            told(&packet),
            "34 update unsolicited state:up 10.0.0.0 int 1 ext 1 int 10.1.2.3 (d5: 11.0.0.0, d6: 172.16.0.0 \
             192.0.2.0) ext 10.4.5.6 ()"
        );
        assert_eq!(
            shown(LinkType::RAW, &packet),
            "IP 192.0.2.1 > 192.0.2.2: EGPv2, AS 7, seq 9, length 34"
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn neighbours_are_acquired_and_refused() {
        assert_eq!(
            told(&message(3, 0, 1, &[0, 30, 0, 120, 0, 0])),
            "16 acquire request active_mode hello:30 poll:120"
        );
        assert_eq!(told(&message(3, 2, 1, &[0; 6])), "16 acquire refuse[status 1]");
        assert_eq!(told(&message(3, 9, 0, &[0; 6])), "16 acquire[code 9]");
        assert_eq!(told(&message(5, 1, 2, &[0; 6])), "16 i-h-u state:down");
    }

    #[test]
    fn errors_have_their_reason() {
        assert_eq!(
            told(&message(8, 0, 1, &[0, 4, 0, 0, 0, 0])),
            "16 error state:up excessive_polling_rate"
        );
        assert_eq!(
            told(&message(8, 0, 9, &[0, 7, 0, 0, 0, 0])),
            "16 error [status 9] [reason 7]"
        );
        assert_eq!(
            told(&message(2, 0, 0, &[0, 0, 192, 0, 2, 0])),
            "16 poll state:indeterminate net:192.0.2.0"
        );
    }
}
