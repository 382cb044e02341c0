//! Network layer protocol identifiers (ISO/IEC TR 9577).

use crate::print::text::{Hex2, Put, name_of};

/// The name of a protocol by its identifier.
pub(crate) fn name(number: u8) -> Option<&'static str> {
    name_of(NAMES, number)
}

/// An identifier as it is told: its name, or this if it has none, and the number.
#[derive(Clone, Copy)]
pub(crate) struct Named(pub(crate) u8, pub(crate) &'static str);

impl Put for Named {
    fn put(self, out: &mut Vec<u8>) {
        (name(self.0).unwrap_or(self.1), " (0x", Hex2(self.0), ")").put(out);
    }
}

pub(crate) const NULL: u8 = 0x00;
pub(crate) const Q933: u8 = 0x08;
pub(crate) const SNAP: u8 = 0x80;
pub(crate) const CLNP: u8 = 0x81;
pub(crate) const ESIS: u8 = 0x82;
pub(crate) const ISIS: u8 = 0x83;
pub(crate) const MFR: u8 = 0xb1;
pub(crate) const IPV4: u8 = 0xcc;
pub(crate) const PPP: u8 = 0xcf;
pub(crate) const IPV6: u8 = 0x8e;

const NAMES: &[(u8, &str)] = &[
    (NULL, "NULL"),
    (Q933, "Q.933"),
    (0x09, "LMI"),
    (SNAP, "SNAP"),
    (CLNP, "CLNP"),
    (ESIS, "ES-IS"),
    (ISIS, "IS-IS"),
    (0x84, "CONS"),
    (0x85, "IDRP"),
    (0xc1, "ISIS_SPB"),
    (MFR, "FRF.15"),
    (IPV4, "IPv4"),
    (PPP, "PPP"),
    (0x8a, "X25 ES-IS"),
    (IPV6, "IPv6"),
];
