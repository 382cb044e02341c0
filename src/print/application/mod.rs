//! The application layer: what TCP and UDP carry, by port.

mod bfd;
mod dhcp;
mod dhcp6;
mod dhcp6_options;
mod dhcp_options;
pub(crate) mod dns;
mod geneve;
mod hsrp;
mod l2tp;
mod lines;
mod lisp;
mod ntp;
mod rip;
mod syslog;
mod vxlan;
mod vxlan_gpe;

use super::cursor::{Cursor, Shown};
use super::page::Page;
use super::text::put;
use dns::Dialect;

/// The ports of a packet; a protocol is known by either.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    /// The sender's.
    pub(crate) source: u16,
    /// The receiver's.
    pub(crate) destination: u16,
}

impl Ports {
    /// Whether one of them is among `known`.
    fn any(self, known: &[u16]) -> bool {
        known.contains(&self.source) || known.contains(&self.destination)
    }
}

/// Prints the payload of a TCP segment, if its ports belong to a protocol that we know.
pub(crate) fn over_tcp(page: &mut Page<'_>, ports: Ports, payload: Cursor<'_>) -> Shown {
    if let Some(protocol) = lines::over_tcp(ports) {
        put!(page, ": ");
        return lines::print(page, protocol, payload);
    }
    if ports.any(&[22]) {
        return lines::greeting(page, payload);
    }
    if ports.any(&[53]) && payload.len() > 2 {
        return dns::over_tcp(page, payload);
    }
    Ok(())
}

/// Prints the payload of a UDP datagram and returns true, if its ports belong to a protocol that we know.
pub(crate) fn over_udp(page: &mut Page<'_>, ports: Ports, payload: Cursor<'_>) -> Shown<bool> {
    if ports.any(&[53]) {
        dns::print(page, payload, Dialect::Unicast)?;
    } else if ports.any(&[5353]) {
        dns::print(page, payload, Dialect::Multicast)?;
    } else if ports.any(&[67, 68]) {
        dhcp::print(page, payload)?;
    } else if ports.any(&[546, 547]) {
        dhcp6::print(page, payload)?;
    } else if ports.any(&[123]) {
        ntp::print(page, payload)?;
    } else if ports.any(&[1701]) {
        l2tp::print(page, payload)?;
    } else if ports.any(&[520]) {
        rip::print(page, payload)?;
    } else if ports.any(&[514]) {
        syslog::print(page, payload)?;
    } else if ports.destination == 1985 {
        hsrp::print(page, payload)?;
    } else if bfd::DESTINATIONS.contains(&ports.destination) || ports.any(&[bfd::SEAMLESS]) {
        bfd::print(page, ports, payload)?;
    } else if ports.any(&[5060]) {
        lines::print(page, &lines::SIP, payload)?;
    } else if ports.any(&[4789, 8472]) {
        vxlan::print(page, payload)?;
    } else if ports.destination == 6081 {
        geneve::print(page, payload)?;
    } else if ports.any(&[4342]) {
        lisp::print(page, payload)?;
    } else if ports.any(&[4790]) {
        vxlan_gpe::print(page, payload)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}
