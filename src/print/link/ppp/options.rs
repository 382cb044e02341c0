//! The options of PPP's control protocols: LCP (RFC 1661, 1570, 1990), CCP (RFC 1962 and its algorithms), BACP (RFC 2125)
//! and IPV6CP (RFC 5072); those of IPCP are beside this.

use super::{NAMES, ipcp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, Mac, name_of, put};

/// Prints the options up to the end or to one that cannot be.
pub(super) fn print(page: &mut Page<'_>, protocol: u16, mut rest: Cursor<'_>) -> Shown {
    let Some(family) = Family::of(protocol) else {
        return Ok(());
    };
    let whole = rest.len() + 4;
    while !rest.is_empty() {
        if !rest.has(2) {
            put!(page, "[|", family.short, "]");
            return Ok(());
        }
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        if usize::from(length) > whole {
            return Ok(());
        }
        let value = rest.after(2).claiming(usize::from(length).saturating_sub(2));
        if !family.option(page, kind, length, value)? {
            return Ok(());
        }
        if rest.len() < length.into() {
            put!(
                page,
                " [remaining options length ",
                rest.len(),
                " < ",
                length,
                "]"
            );
            page.invalid();
            return Ok(());
        }
        rest.advance(length.into());
    }
    Ok(())
}

/// The options of one protocol.
struct Family {
    /// What a cut is told with.
    short: &'static str,
    names: &'static [(u8, &'static str)],
    unknown: &'static str,
    value: Value,
}

/// Prints what an option says, and tells how to go on.
type Value = fn(&mut Page<'_>, u8, Cursor<'_>) -> Shown<After>;

/// What follows an option's value.
pub(super) enum After {
    /// Its bytes, from `-vv` on.
    Bytes,
    /// Its bytes, at any verbosity.
    Unknown,
    /// The next option.
    Next,
    /// Nothing: it cannot be.
    End,
}

impl Family {
    fn of(protocol: u16) -> Option<Self> {
        let (short, names, unknown, value): (_, _, _, Value) = match protocol {
            0xc021 => ("lcp", LCP, "", lcp),
            0x8021 => ("ipcp", ipcp::NAMES, "unknown", ipcp::option),
            0x8057 => ("ip6cp", IPV6CP, "unknown", ipv6cp),
            0x80fd => ("ccp", CCP, "Unknown", ccp),
            0xc02b => ("bacp", BACP, "Unknown", bacp),
            _ => return None,
        };
        Some(Self {
            short,
            names,
            unknown,
            value,
        })
    }

    /// Prints one option. Returns whether others may follow.
    fn option(&self, page: &mut Page<'_>, kind: u8, length: u8, value: Cursor<'_>) -> Shown<bool> {
        let Some(name) =
            name_of(self.names, kind).or_else(|| Some(self.unknown).filter(|name| !name.is_empty()))
        else {
            put!(page, "\n\tunknown LCP option 0x", Hex2(kind));
            return Ok(length >= 2);
        };
        put!(
            page,
            "\n\t  ",
            name,
            " Option (0x",
            Hex2(kind),
            "), length ",
            length
        );
        if length < 2 {
            put!(page, " (length bogus, should be >= 2)");
            return Ok(false);
        }
        let shown = match (self.value)(page, kind, value)? {
            After::Bytes => page.verbose(2),
            After::Unknown => true,
            After::Next => return Ok(true),
            After::End => return Ok(false),
        };
        if shown {
            page.hex("\n\t    ", value.limited(value.len()).bytes());
        }
        Ok(true)
    }
}

/// Says that an option has the wrong length; `least` and `exactly` count its first two bytes.
pub(super) fn bogus(page: &mut Page<'_>, sign: &str, length: usize, after: After) -> Shown<After> {
    put!(page, " (length bogus, should be ", sign, " ", length, ")");
    Ok(after)
}

fn lcp(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<After> {
    let mut rest = value;
    match (kind, value.len()) {
        (0, 4..) => {
            let vendor = rest.u24()?;
            put!(
                page,
                ": Vendor: ",
                oui::organisation(vendor).unwrap_or("Unknown"),
                " (",
                vendor,
                ")"
            );
        }
        (0, _) => return bogus(page, ">=", 6, After::Next),
        (1 | 17, 2) => put!(page, ": ", rest.u16()?),
        (1, _) => return bogus(page, "=", 4, After::Next),
        (23, 2) => put!(page, ": 0x", Hex4(rest.u16()?)),
        (17 | 23, _) => return bogus(page, "=", 4, After::End),
        (2 | 5, 4) => put!(page, ": 0x", HexPad(rest.u32()?.into(), 8)),
        (2, _) => return bogus(page, "=", 6, After::Next),
        (5, _) => return bogus(page, "=", 6, After::End),
        (3, 2..) => {
            let protocol = rest.u16()?;
            put!(
                page,
                ": ",
                name_of(NAMES, protocol).unwrap_or("Unknown Auth Proto (0x04x)")
            );
            match protocol {
                CHAP => {
                    let algorithm = rest.u8()?;
                    match name_of(ALGORITHMS, algorithm) {
                        Some(name) => put!(page, ", ", name),
                        None => put!(page, ", Unknown Auth Alg ", algorithm),
                    }
                }
                PAP | EAP | SPAP | SPAP_OLD => {}
                _ => whole(page, kind, value),
            }
        }
        (3, _) => return bogus(page, ">=", 4, After::Next),
        (4, 2..) => put!(
            page,
            if rest.u16()? == QUALITY {
                ": LQR"
            } else {
                ": unknown"
            }
        ),
        (4, _) => return bogus(page, ">=", 4, After::End),
        (7 | 8, _) => {}
        (13, 1..) => {
            let operation = rest.u8()?;
            let name = name_of(CALLBACKS, operation).unwrap_or("Unknown");
            put!(page, ": Callback Operation ", name, " (", operation, ")");
        }
        (13 | 19, 0) => return bogus(page, ">=", 3, After::End),
        (19, length) => match (rest.u8()?, length) {
            (0, _) => put!(page, ": Null"),
            (1, _) => put!(page, ": Local"),
            (2, 5) => put!(page, ": IPv4 ", rest.ipv4()?),
            (2, _) => return bogus(page, "=", 7, After::End),
            (3, 7) => put!(page, ": MAC ", Mac(rest.take(6)?)),
            (3, _) => return bogus(page, "=", 9, After::End),
            (4, _) => put!(page, ": Magic-Num-Block"),
            (5, _) => put!(page, ": PSNDN"),
            (class, _) => put!(page, ": Unknown class ", class),
        },
        _ => return Ok(After::Unknown),
    }
    Ok(After::Bytes)
}

/// An option from its first byte on.
fn whole(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) {
    let length = u8::try_from(value.len() + 2).unwrap_or(u8::MAX);
    let mut bytes = [0; 257];
    let captured = value.limited(value.len()).bytes();
    let shown = captured.len().min(255) + 2;
    for (to, from) in bytes.iter_mut().zip([kind, length].iter().chain(captured)) {
        *to = *from;
    }
    page.hex("\n\t", bytes.get(..shown).unwrap_or_default());
}

fn ipv6cp(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<After> {
    let mut rest = value;
    match (kind, value.len()) {
        (1, 8) if !rest.has(8) => {
            put!(page, "[|ip6cp]");
            return Ok(After::End);
        }
        (1, 8) => {
            put!(page, ": ", Hex4(rest.u16()?), ":", Hex4(rest.u16()?), ":");
            put!(page, Hex4(rest.u16()?), ":", Hex4(rest.u16()?));
        }
        (1, _) => return bogus(page, "=", 10, After::Next),
        _ => return Ok(After::Unknown),
    }
    Ok(After::Bytes)
}

fn ccp(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<After> {
    let mut rest = value;
    match (kind, value.len()) {
        (21, 1..) => {
            let field = rest.u8()?;
            put!(
                page,
                ": Version: ",
                field >> 5,
                ", Dictionary Bits: ",
                field & 0x1f
            );
        }
        (21, _) => return bogus(page, ">=", 3, After::Next),
        (24, 2..) => {
            let field = rest.u8()?;
            put!(page, ": Features: ", field >> 6, ", PxP: ");
            put!(page, if field & 0x20 != 0 { "Enabled" } else { "Disabled" });
            put!(page, ", History: ", field & 0x1f, ", #CTX-ID: ", rest.u8()?);
        }
        (26, 2..) => {
            let (window, check) = (rest.u8()?, rest.u8()?);
            let method = window & 15;
            put!(page, ": Window: ", window >> 4, "K, Method: ");
            put!(
                page,
                if method == 8 { "zlib" } else { "unknown" },
                " (0x",
                Hex(method.into()),
                ")"
            );
            put!(page, ", MBZ: ", check >> 2, ", CHK: ", check & 3);
        }
        (24 | 26, _) => return bogus(page, ">=", 4, After::Next),
        _ => return Ok(After::Unknown),
    }
    Ok(After::Bytes)
}

fn bacp(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<After> {
    match (kind, value.len()) {
        (1, 4) => put!(page, ": Magic-Num 0x", HexPad(value.peek_u32(0)?.into(), 8)),
        (1, _) => return bogus(page, "=", 6, After::Next),
        _ => return Ok(After::Unknown),
    }
    Ok(After::Bytes)
}

const PAP: u16 = 0xc023;
const QUALITY: u16 = 0xc025;
const SPAP: u16 = 0xc027;
const SPAP_OLD: u16 = 0xc123;
const CHAP: u16 = 0xc223;
const EAP: u16 = 0xc227;

#[rustfmt::skip]
const LCP: &[(u8, &str)] = &[
    (0, "Vend-Ext"), (1, "MRU"), (2, "ACCM"), (3, "Auth-Prot"), (4, "Qual-Prot"), (5, "Magic-Num"),
    (6, "deprecated(6)"), (7, "PFC"), (8, "ACFC"), (9, "FCS-Alt"), (10, "SDP"), (11, "Num-Mode"),
    (12, "deprecated(12)"), (13, "Call-Back"), (14, "deprecated(14)"), (15, "deprecated(15)"),
    (16, "deprecated(16)"), (17, "MRRU"), (18, "12-Bit seq #"), (19, "End-Disc"), (20, "Proprietary"),
    (21, "DCE-Id"), (22, "MP+"), (23, "Link-Disc"), (24, "LCP-Auth-Opt"), (25, "COBS"), (26, "Prefix-elision"),
    (27, "Multilink-header-Form"), (28, "I18N"), (29, "SDL-over-SONET/SDH"), (30, "PPP-Muxing"),
];

const IPV6CP: &[(u8, &str)] = &[(1, "Interface-ID")];

#[rustfmt::skip]
const CCP: &[(u8, &str)] = &[
    (0, "OUI"), (1, "Pred-1"), (2, "Pred-2"), (3, "Puddle"), (16, "HP-PPC"), (17, "Stac-LZS"), (18, "MPPC"),
    (19, "Gand-FZA"), (20, "V.42bis"), (21, "BSD-Comp"), (23, "LZS-DCP"), (24, "MVRCA"), (25, "DEC"),
    (26, "Deflate"), (255, "Reserved"),
];

const BACP: &[(u8, &str)] = &[(1, "Favored-Peer")];

const ALGORITHMS: &[(u8, &str)] = &[(5, "MD5"), (128, "MS-CHAPv1"), (129, "MS-CHAPv2")];

#[rustfmt::skip]
const CALLBACKS: &[(u8, &str)] = &[
    (0, "UserAuth"), (1, "DialString"), (2, "LocalID"), (3, "E.164"), (4, "X.500"), (6, "CBCP"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::verbose;
    use crate::wire::LinkType;

    fn told(protocol: u16, options: &[u8]) -> String {
        let mut packet = vec![0xff, 3];
        packet.extend(protocol.to_be_bytes());
        packet.extend([1, 1, 0, u8::try_from(options.len() + 4).unwrap()]);
        packet.extend_from_slice(options);
        verbose(1, LinkType::PPP, &packet)
    }

    #[test]
    fn each_protocol_has_its_options() {
        for (protocol, options, text) in [
            (
                0xc021,
                &[3, 5, 0xc2, 0x23, 5][..],
                "Auth-Prot Option (0x03), length 5: CHAP, MD5",
            ),
            (
                0xc021,
                &[13, 3, 6],
                "Call-Back Option (0x0d), length 3: Callback Operation CBCP (6)",
            ),
            (
                0xc021,
                &[0x7b, 3, 1, 7, 2],
                "\n\tunknown LCP option 0x7b\n\t  PFC Option (0x07), length 2",
            ),
            (
                0xc021,
                &[1, 3, 9, 7, 2],
                "MRU Option (0x01), length 3 (length bogus, should be = 4)\n\t  PFC",
            ),
            (
                0x8021,
                &[2, 4, 0, 0x2d],
                "IP-Comp Option (0x02), length 4: VJ-Comp (0x2d):",
            ),
            (
                0x8021,
                &[2, 16, 0, 0x61, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 2],
                "TCP Space 1, non-TCP Space 2, maxPeriod 3, maxTime 4, maxHdr 5\n\t      Suboptions, length 2\n\t\tRTP-Compression Suboption #1, length 2",
            ),
            (
                0x8021,
                &[3, 5, 1, 2, 3],
                "IP-Addr Option (0x03), length 5 (length bogus, should be = 6)",
            ),
            (
                0x80fd,
                &[26, 4, 0x78, 0],
                "Deflate Option (0x1a), length 4: Window: 7K, Method: zlib (0x8), MBZ: 0, CHK: 0",
            ),
            (
                0x80fd,
                &[21, 3, 0x2f],
                "BSD-Comp Option (0x15), length 3: Version: 1, Dictionary Bits: 15",
            ),
            (
                0xc02b,
                &[1, 6, 0, 0, 0, 9],
                "Favored-Peer Option (0x01), length 6: Magic-Num 0x00000009",
            ),
            (
                0x8057,
                &[1, 5, 1, 2],
                "Interface-ID Option (0x01), length 5 (length bogus, should be = 10) [remaining options length 4 < 5] (invalid)",
            ),
        ] {
            let shown = told(protocol, options);
            assert!(shown.contains(text), "{shown}");
        }
    }
}
