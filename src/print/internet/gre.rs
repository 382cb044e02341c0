//! Generic routing encapsulation, version 0 (RFC 1701, RFC 2784) and 1 (PPTP, RFC 2637).

use pnet_packet::ethernet::EtherType;

use super::{ipv4, ipv6, mpls};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::link::{ether, ppp};
use crate::print::page::Page;
use crate::print::text::{Hex, put, put_bits};

/// Prints a GRE packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("gre");
    let mut rest = packet;
    let flags = rest.u16()?;
    let version = flags & 7;
    put!(page, "GREv", version);
    if version > 1 {
        put!(page, " ERROR: unknown-version");
        return Ok(());
    }
    if page.verbose(1) {
        put!(page, ", Flags [");
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        put!(page, "]");
    }
    let protocol = rest.u16()?;
    if version == 0 {
        plain(page, flags, &mut rest)?;
    } else {
        enhanced(page, flags, &mut rest)?;
    }
    if page.options.link_header {
        put!(
            page,
            ", proto ",
            ether::type_name(EtherType(protocol)).unwrap_or("unknown")
        );
        put!(page, " (", EtherType(protocol), ")");
    }
    put!(page, ", length ", packet.len());
    if version == 1 && flags & SEQUENCE == 0 {
        return Ok(());
    }
    put!(page, if page.verbose(1) { "\n\t" } else { ": " });
    page.deeper(|page| match (version, protocol) {
        (0, 0x0800) => ipv4::print(page, rest),
        (0, 0x86dd) => ipv6::print(page, rest),
        (0, 0x8847) => mpls::print(page, rest),
        (0, 0x6558) => ether::print(page, rest).map(|_| ()),
        (1, 0x880b) => ppp::print(page, rest),
        _ => {
            put!(page, "gre-proto-0x", Hex(protocol.into()));
            Ok(())
        }
    })
}

fn plain(page: &mut Page<'_>, flags: u16, rest: &mut Cursor<'_>) -> Shown {
    if flags & (CHECKSUM | ROUTING) != 0 {
        let sum = rest.u16()?;
        if page.verbose(1) {
            put!(page, ", sum 0x", Hex(sum.into()));
        }
        put!(page, ", off 0x", Hex(rest.u16()?.into()));
    }
    if flags & KEY != 0 {
        put!(page, ", key=0x", Hex(rest.u32()?.into()));
    }
    if flags & SEQUENCE != 0 {
        put!(page, ", seq ", rest.u32()?);
    }
    if flags & ROUTING != 0 {
        skip_routes(rest)?;
    }
    Ok(())
}

/// Source route entries, which RFC 2784 did away with; the last one is empty.
fn skip_routes(rest: &mut Cursor<'_>) -> Shown {
    loop {
        let (family, _offset, length) = (rest.u16()?, rest.u8()?, rest.u8()?);
        if family == 0 && length == 0 {
            return Ok(());
        }
        if usize::from(length) > rest.len() {
            return Err(Stop::Truncated);
        }
        rest.advance(length.into());
    }
}

fn enhanced(page: &mut Page<'_>, flags: u16, rest: &mut Cursor<'_>) -> Shown {
    if flags & KEY != 0 {
        put!(page, ", call ", rest.u32()? & 0xffff);
    }
    if flags & SEQUENCE != 0 {
        put!(page, ", seq ", rest.u32()?);
    }
    if flags & ACKNOWLEDGMENT != 0 {
        put!(page, ", ack ", rest.u32()?);
    }
    if flags & SEQUENCE == 0 {
        put!(page, ", no-payload");
    }
    Ok(())
}

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;

const FLAGS: &[(u32, &str)] = &[
    (0x8000, "checksum present"),
    (0x4000, "routing present"),
    (0x2000, "key present"),
    (0x1000, "sequence# present"),
    (0x0800, "source routing present"),
    (0x0080, "ack present"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_payload_follows_the_key_and_the_number() {
        let mut packet = vec![0x30, 0, 8, 0, 0, 0, 0, 5, 0, 0, 0, 6];
        packet.extend(ipv4(253, &[]));
        let packet = ipv4(47, &packet);
        assert_eq!(
            shown(LinkType::RAW, &packet),
            "IP 192.0.2.1 > 192.0.2.2: GREv0, key=0x5, seq 6, length 32: IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(verbose(1, LinkType::RAW, &packet).contains("Flags [key present, sequence# present]"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
