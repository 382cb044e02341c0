//! Routes of any address family, reachable and no longer reachable (RFC 4760).

use super::nlri;
use super::vpn::{DISTINGUISHER, distinguisher};
use super::{Cut, Told, room, unknown};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::family::{self, IPV4, IPV6, NSAP};
use crate::print::registry::nsap::Nsap;
use crate::print::text::put;

/// Prints the next hops and routes of MP_REACH_NLRI.
pub(super) fn reach(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    let mut rest = value;
    room(rest, 3)?;
    let Some((afi, safi)) = families(page, &mut rest)? else {
        return Ok(());
    };
    room(rest, 1)?;
    let length = rest.u8()?;
    if length > 0 {
        if rest.len() < length.into() {
            return Err(Cut::Message);
        }
        put!(page, "\n\t    nexthop: ");
        next_hops(page, afi, safi, rest.claiming(length.into()))?;
        rest.advance(length.into());
    }
    put!(page, ", nh-length: ", length);
    attachments(page, &mut rest)?;
    nlri::print(page, afi, safi, rest, value.len())
}

/// Prints the routes of MP_UNREACH_NLRI.
pub(super) fn unreach(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    let mut rest = value;
    if !rest.has(3) {
        return Err(Cut::Message);
    }
    let Some((afi, safi)) = families(page, &mut rest)? else {
        return Ok(());
    };
    if value.len() == 3 {
        put!(page, "\n\t      End-of-Rib Marker (empty NLRI)");
    }
    nlri::print(page, afi, safi, rest, value.len())
}

/// Prints the families, and returns them if there is a printer for their routes.
fn families(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told<Option<(u16, u8)>> {
    let value = *rest;
    let (afi, safi) = (rest.u16()?, rest.u8()?);
    let name = family::name(afi).unwrap_or("Unknown AFI");
    put!(page, "\n\t    AFI: ", name, " (", afi, "), ");
    let vendor = if safi > 128 { "vendor specific " } else { "" };
    let name = family::subsequent(safi).unwrap_or("Unknown SAFI");
    put!(page, vendor, "SAFI: ", name, " (", safi, ")");
    if nlri::has_printer(afi, safi) {
        return Ok(Some((afi, safi)));
    }
    if !value.has(value.len()) {
        return Err(Cut::Message);
    }
    put!(page, "\n\t    no AFI ", afi, " / SAFI ", safi, " decoder");
    if !page.verbose(2) {
        unknown(page, "\n\t    ", value);
    }
    Ok(None)
}

fn next_hops(page: &mut Page<'_>, afi: u16, safi: u8, hops: Cursor<'_>) -> Told {
    let in_vpn = matches!(safi, 128..=130);
    let before = if in_vpn && matches!(afi, IPV4 | IPV6 | NSAP) {
        DISTINGUISHER
    } else {
        0
    };
    let mut rest = hops;
    while !rest.is_empty() {
        if rest.len() < hops.len() {
            put!(page, ", ");
        }
        let length = before
            + match afi {
                IPV6 => 16,
                NSAP if in_vpn => 1,
                NSAP => 0,
                _ => 4,
            };
        if rest.len() < length {
            put!(page, "invalid len");
            return Ok(());
        }
        if afi == NSAP {
            return network_service(page, rest, in_vpn);
        }
        let address = rest.after(before);
        let address = if afi == IPV6 {
            address.peek_ipv6()?.into()
        } else {
            std::net::IpAddr::V4(address.peek_ipv4()?)
        };
        if before > 0 {
            put!(page, "RD: ");
            distinguisher(page, rest)?;
            put!(page, ", ");
        }
        page.host(address);
        rest.advance(length);
    }
    Ok(())
}

/// The next hop of routes in an OSI network, which may hold an IPv4 or IPv6 address (RFC 1888).
fn network_service(page: &mut Page<'_>, hop: Cursor<'_>, in_vpn: bool) -> Told {
    if !hop.has(hop.len()) {
        return Err(Cut::Message);
    }
    let address = hop.limited(hop.len());
    if !in_vpn {
        put!(page, Nsap(address.bytes()));
        return Ok(());
    }
    let address = address.after(DISTINGUISHER);
    put!(page, "RD: ");
    distinguisher(page, hop)?;
    put!(page, ", ", Nsap(address.bytes()));
    let beyond = hop.after(DISTINGUISHER);
    if beyond.peek_u32(0)? == 0x4700_0601 {
        put!(page, " = ");
        page.host(beyond.after(4).peek_ipv4()?);
    } else if beyond.peek_u32(0)? >> 8 == 0x0035_0000 {
        put!(page, " = ");
        page.host(beyond.after(3).peek_ipv6()?);
    }
    Ok(())
}

/// Subnetwork points of attachment, from before the byte was reserved (RFC 2858).
fn attachments(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told {
    room(*rest, 1)?;
    let count = rest.u8()?;
    if count == 0 {
        put!(page, ", no SNPA");
        return Ok(());
    }
    put!(page, "\n\t    ", count, " SNPA");
    for _ in 0..count {
        if rest.is_empty() {
            return Err(Cut::Message);
        }
        let length: Shown<u8> = rest.u8();
        let length = length?;
        put!(page, "\n\t      ", length, " bytes");
        room(*rest, length.into())?;
        rest.advance(length.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    #[test]
    fn next_hops_may_be_two() {
        let mut value = vec![0, 2, 1, 32];
        for last in [1, 2] {
            value.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
        }
        value.extend([0, 32, 0x20, 1, 0xd, 0xb8]);
        assert_eq!(
            attribute(1, 14, &value),
            "\n\t    AFI: IPv6 (2), SAFI: Unicast (1)\n\t    nexthop: 2001:db8::1, 2001:db8::2, nh-length: 32, no SNPA\
             \n\t      2001:db8::/32"
        );
    }

    #[test]
    fn a_family_without_a_printer_is_dumped() {
        assert_eq!(
            attribute(1, 15, &[0, 1, 133, 9]),
            "\n\t    AFI: IPv4 (1), vendor specific SAFI: Unknown SAFI (133)\
             \n\t    no AFI 1 / SAFI 133 decoder\n\t    0x0000:  0001 8509"
        );
        assert!(attribute(1, 15, &[0, 1, 1]).ends_with("\n\t      End-of-Rib Marker (empty NLRI)"));
    }

    #[test]
    fn a_next_hop_of_another_length_is_told() {
        assert!(
            attribute(1, 14, &[0, 1, 1, 5, 1, 2, 3, 4, 9, 0])
                .contains("nexthop: 1.2.3.4, invalid len, nh-length: 5")
        );
    }
}
