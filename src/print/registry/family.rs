//! Address families, as IANA numbers them for routing protocols and as BSD numbers them for its sockets.

use crate::print::text::name_of;

/// IPv4.
pub(crate) const IPV4: u16 = 1;
/// IPv6.
pub(crate) const IPV6: u16 = 2;
/// OSI network service access points.
pub(crate) const NSAP: u16 = 3;
/// VPLS (RFC 4761).
pub(crate) const VPLS: u16 = 25;
/// Layer-2 VPN, a number from before there was one.
pub(crate) const L2VPN: u16 = 196;

/// The name of an address family.
pub(crate) fn name(family: u16) -> Option<&'static str> {
    name_of(FAMILIES, family)
}

/// The names of all families whose bits are set in `family`, for who takes the number for a set.
pub(crate) fn by_bits(family: u16) -> impl Iterator<Item = &'static str> {
    FAMILIES
        .iter()
        .filter(move |(number, _)| family & number == *number)
        .map(|(_, name)| *name)
}

/// The name of a subsequent address family (RFC 4760), by which one family is divided.
pub(crate) fn subsequent(family: u8) -> Option<&'static str> {
    name_of(SUBSEQUENT, family)
}

/// The name of an address family by its number in BSD systems, some of which differ about IPv6.
pub(crate) fn bsd(family: u32) -> Option<&'static str> {
    name_of(BSD, family)
}

const FAMILIES: &[(u16, &str)] = &[
    (0, "Reserved"),
    (IPV4, "IPv4"),
    (IPV6, "IPv6"),
    (NSAP, "NSAP"),
    (4, "HDLC"),
    (5, "BBN 1822"),
    (6, "802"),
    (7, "E.163"),
    (8, "E.164"),
    (9, "F.69"),
    (10, "X.121"),
    (11, "Novell IPX"),
    (12, "Appletalk"),
    (13, "Decnet IV"),
    (14, "Banyan Vines"),
    (15, "E.164 with NSAP subaddress"),
    (L2VPN, "Layer-2 VPN"),
    (VPLS, "VPLS"),
];

const SUBSEQUENT: &[(u8, &str)] = &[
    (0, "Reserved"),
    (1, "Unicast"),
    (2, "Multicast"),
    (3, "Unicast+Multicast"),
    (4, "labeled Unicast"),
    (64, "Tunnel"),
    (65, "VPLS"),
    (66, "MDT"),
    (70, "EVPN"),
    (128, "labeled VPN Unicast"),
    (129, "labeled VPN Multicast"),
    (130, "labeled VPN Unicast+Multicast"),
    (132, "Route Target Routing Information"),
    (5, "Multicast VPN"),
];

const BSD: &[(u32, &str)] = &[
    (2, "IPv4"),
    (6, "NS"),
    (7, "ISO"),
    (16, "Appletalk"),
    (23, "IPX"),
    (24, "IPv6"),
    (28, "IPv6"),
    (30, "IPv6"),
];
