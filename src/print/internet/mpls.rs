//! MPLS label stacks (RFC 3032).

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6};
use crate::print::link::isoclns;
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::text::{Named, Truth, put};

/// An entry of a label stack.
#[derive(Clone, Copy)]
pub(crate) struct Label(pub(crate) u32);

impl Label {
    /// The label itself, 20 bits.
    pub(crate) fn value(self) -> u32 {
        self.0 >> 12
    }

    /// The traffic class, 3 bits.
    pub(crate) fn traffic_class(self) -> u32 {
        self.0 >> 9 & 7
    }

    /// Whether the payload follows.
    pub(crate) fn is_last(self) -> bool {
        self.0 & 0x100 != 0
    }

    /// The time to live, 8 bits.
    pub(crate) fn ttl(self) -> u32 {
        self.0 & 0xff
    }
}

/// Prints a label stack and what is behind it, as far as its first byte tells what that is.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("mpls");
    put!(page, "MPLS");
    let mut rest = packet;
    let last = loop {
        let label = Label(rest.u32()?);
        if page.verbose(1) && rest.len() + 4 != packet.len() {
            put!(page, "\n\t");
        } else {
            put!(page, " ");
        }
        put!(page, "(label ", label.value());
        match label.value() {
            0 => put!(page, " (IPv4 explicit NULL)"),
            1 => put!(page, " (router alert)"),
            2 => put!(page, " (IPv6 explicit NULL)"),
            3 => put!(page, " (implicit NULL)"),
            4..16 => put!(page, " (rsvd)"),
            _ => {}
        }
        page.field("bottom", Truth(label.is_last()));
        put!(page, ", tc ", label.traffic_class());
        put!(
            page,
            Named("", if label.is_last() { ", [S]" } else { "" }),
            ", ttl ",
            label.ttl(),
            ")"
        );
        if label.is_last() {
            break label;
        }
    };
    let separator = if page.verbose(1) { "\n\t" } else { " " };
    if !rest.is_empty() && !matches!(last.value(), 0 | 2 | 3) {
        rest.need(1)?;
    }
    match payload(last, rest) {
        Some(4) => {
            put!(page, separator);
            page.deeper(|page| ipv4::print(page, rest))
        }
        Some(6) => {
            put!(page, separator);
            page.deeper(|page| ipv6::print(page, rest))
        }
        _ if matches!(rest.peek_u8(0), Ok(nlpid::CLNP | nlpid::ESIS | nlpid::ISIS)) => {
            put!(page, separator);
            page.deeper(|page| isoclns::print(page, rest))
        }
        _ if rest.is_empty() => Ok(()),
        _ => page.raw_declared(rest),
    }
}

/// The version of the IP packet behind the last label, if that is what follows.
fn payload(last: Label, rest: Cursor<'_>) -> Option<u8> {
    match last.value() {
        0 | 3 => Some(4),
        2 => Some(6),
        _ => match rest.peek_u8(0) {
            Ok(first @ 0x45..=0x4f) => Some(first >> 4),
            Ok(first @ 0x60..=0x6f) => Some(first >> 4),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown};
    use crate::wire::LinkType;

    #[test]
    fn each_label_is_told_and_then_the_packet() {
        let mut packet = vec![0, 0x10, 0, 64, 0, 0x20, 1, 64];
        packet.extend(ipv4(253, &[]));
        let frame = ether(0x8847, &packet);
        assert_eq!(
            shown(LinkType::ETHERNET, &frame),
            "MPLS (label 256, tc 0, ttl 64) (label 512, tc 0, [S], ttl 64) IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &frame[..14 + 8]);
    }
}
