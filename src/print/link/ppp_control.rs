//! The control protocols of PPP: LCP (RFC 1661), IPCP (RFC 1332) and their like.

use super::ppp::NAMES;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, Mac, name_of, put};

/// Prints a packet of the control protocol of this number.
pub(super) fn print(page: &mut Page<'_>, protocol: u16, packet: Cursor<'_>) -> Shown {
    let name = name_of(NAMES, protocol).unwrap_or("unknown ctrl-proto");
    page.enter(name);
    put!(page, name, ", ");
    if packet.len() < HEADER {
        put!(page, "[|", name, "]");
        return Ok(());
    }
    let mut rest = packet;
    let (code, id) = (rest.u8()?, rest.u8()?);
    put!(
        page,
        name_of(CODES, code).unwrap_or("Unknown Opcode"),
        " (0x",
        Hex2(code),
        "), id ",
        id
    );
    put!(page, ", length ", packet.len() + 2);
    if !page.verbose(1) {
        return Ok(());
    }
    let length = usize::from(rest.u16()?);
    if length < HEADER {
        put!(page, "\n\tencoded length ", length, " (< 4))");
        return Ok(());
    }
    if length > packet.len() {
        put!(
            page,
            "\n\tencoded length ",
            length,
            " (> packet length ",
            packet.len(),
            "))"
        );
        return Ok(());
    }
    put!(
        page,
        "\n\tencoded length ",
        length,
        " (=Option(s) length ",
        length - HEADER,
        ")"
    );
    let body = packet.limited(length).after(HEADER);
    if body.is_empty() {
        return Ok(());
    }
    match code {
        REQUEST..=REJECT => options(page, protocol, body),
        PROTOCOL_REJECT if length >= 6 => {
            let rejected = body.peek_u16(0)?;
            put!(
                page,
                "\n\t  Rejected ",
                name_of(NAMES, rejected).unwrap_or("unknown")
            );
            put!(page, " Protocol (0x", Hex4(rejected), ")");
            if length > 6 {
                put!(page, "\n\t  Rejected Packet");
                page.hex("\n\t    ", body.after(2).bytes());
            }
            Ok(())
        }
        ECHO_REQUEST..=DISCARD if length >= 8 => {
            put!(page, "\n\t  Magic-Num 0x", HexPad(body.peek_u32(0)?.into(), 8));
            if length > 8 {
                put!(page, "\n\t  -----trailing data-----");
                body.need(body.len())?;
                page.hex("\n\t  ", body.after(4).bytes());
            }
            Ok(())
        }
        IDENTIFICATION if length >= 8 => {
            put!(page, "\n\t  Magic-Num 0x", HexPad(body.peek_u32(0)?.into(), 8));
            if length > 8 {
                put!(page, "\n\t  Message\n\t    ", Escaped(body.after(4).bytes()));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn options(page: &mut Page<'_>, protocol: u16, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 2 {
            return Err(Stop::Truncated);
        }
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let name = match protocol {
            LCP => LCP_OPTIONS.get(usize::from(kind)).copied(),
            IPCP => name_of(IPCP_OPTIONS, kind),
            IPV6CP => name_of(&[(1, "Interface-ID")], kind),
            _ => name_of(CCP_OPTIONS, kind),
        };
        put!(
            page,
            "\n\t  ",
            name.unwrap_or("Unknown"),
            " Option (0x",
            Hex2(kind),
            "), length ",
            length
        );
        if length < 2 {
            put!(page, " (length bogus, should be >= 2)");
            return Ok(());
        }
        if usize::from(length) > rest.len() {
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
        let value = rest.sub(length.into()).after(2);
        if !option(page, protocol, kind, value)? && !page.verbose(2) {
            page.hex("\n\t    ", value.bytes());
        }
        if page.verbose(2) {
            page.hex("\n\t    ", value.bytes());
        }
    }
    Ok(())
}

/// Prints what an option says. Returns false if we do not know it, or not at this length.
fn option(page: &mut Page<'_>, protocol: u16, kind: u8, mut value: Cursor<'_>) -> Shown<bool> {
    match (protocol, kind, value.len()) {
        (LCP, 1 | 17, 2) => put!(page, ": ", value.u16()?),
        (LCP, 2 | 5, 4) => put!(page, ": 0x", HexPad(value.u32()?.into(), 8)),
        (LCP, 3, 2..) => {
            let authentication = value.u16()?;
            put!(
                page,
                ": ",
                name_of(NAMES, authentication).unwrap_or("Unknown Auth Proto")
            );
            if authentication == CHAP {
                put!(
                    page,
                    ", ",
                    name_of(CHAP_ALGORITHMS, value.u8()?).unwrap_or("Unknown Auth Alg")
                );
            }
        }
        (LCP, 4, 2..) => put!(
            page,
            if value.u16()? == 0xc025 {
                ": LQR"
            } else {
                ": unknown"
            }
        ),
        (LCP, 7 | 8, _) => {}
        (LCP, 23, 2) => put!(page, ": 0x", Hex4(value.u16()?)),
        (LCP, 19, 1..) => match (value.u8()?, value.len()) {
            (0, _) => put!(page, ": Null"),
            (1, _) => put!(page, ": Local"),
            (2, 4) => put!(page, ": IPv4 ", value.ipv4()?),
            (3, 6) => put!(page, ": MAC ", Mac(value.take(6)?)),
            (4, _) => put!(page, ": Magic-Num-Block"),
            (5, _) => put!(page, ": PSNDN"),
            (class, _) => put!(page, ": Unknown class ", class),
        },
        (IPCP, 1, 8) => put!(page, ": src ", value.ipv4()?, ", dst ", value.ipv4()?),
        (IPCP, 3 | 4 | 129..=132, 4) => put!(page, ": ", value.ipv4()?),
        (IPCP, 2, 2..) => {
            let method = value.u16()?;
            let name = name_of(&[(0x002d, "VJ-Comp"), (0x0061, "IP Header Compression")], method);
            put!(
                page,
                ": ",
                name.unwrap_or("Unknown"),
                " (0x",
                Hex2(method.to_be_bytes()[1]),
                "):"
            );
        }
        (IPV6CP, 1, 8) => {
            put!(page, ": ", Hex4(value.u16()?), ":", Hex4(value.u16()?), ":");
            put!(page, Hex4(value.u16()?), ":", Hex4(value.u16()?));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

const HEADER: usize = 4;
const LCP: u16 = 0xc021;
const IPCP: u16 = 0x8021;
const IPV6CP: u16 = 0x8057;
const CHAP: u16 = 0xc223;

const REQUEST: u8 = 1;
const REJECT: u8 = 4;
const PROTOCOL_REJECT: u8 = 8;
const ECHO_REQUEST: u8 = 9;
const DISCARD: u8 = 11;
const IDENTIFICATION: u8 = 12;
const CODES: &[(u8, &str)] = &[
    (0, "Vendor-Extension"),
    (REQUEST, "Conf-Request"),
    (2, "Conf-Ack"),
    (3, "Conf-Nack"),
    (REJECT, "Conf-Reject"),
    (5, "Term-Request"),
    (6, "Term-Ack"),
    (7, "Code-Reject"),
    (PROTOCOL_REJECT, "Prot-Reject"),
    (ECHO_REQUEST, "Echo-Request"),
    (10, "Echo-Reply"),
    (DISCARD, "Disc-Req"),
    (IDENTIFICATION, "Ident"),
    (13, "Time-Rem"),
    (14, "Reset-Req"),
    (15, "Reset-Ack"),
];

const LCP_OPTIONS: [&str; 31] = [
    "Vend-Ext",
    "MRU",
    "ACCM",
    "Auth-Prot",
    "Qual-Prot",
    "Magic-Num",
    "deprecated(6)",
    "PFC",
    "ACFC",
    "FCS-Alt",
    "SDP",
    "Num-Mode",
    "deprecated(12)",
    "Call-Back",
    "deprecated(14)",
    "deprecated(15)",
    "deprecated(16)",
    "MRRU",
    "12-Bit seq #",
    "End-Disc",
    "Proprietary",
    "DCE-Id",
    "MP+",
    "Link-Disc",
    "LCP-Auth-Opt",
    "COBS",
    "Prefix-elision",
    "Multilink-header-Form",
    "I18N",
    "SDL-over-SONET/SDH",
    "PPP-Muxing",
];

const IPCP_OPTIONS: &[(u8, &str)] = &[
    (1, "IP-Addrs"),
    (2, "IP-Comp"),
    (3, "IP-Addr"),
    (4, "Home-Addr"),
    (129, "Pri-DNS"),
    (130, "Pri-NBNS"),
    (131, "Sec-DNS"),
    (132, "Sec-NBNS"),
];

const CCP_OPTIONS: &[(u8, &str)] = &[
    (0, "OUI"),
    (17, "Stac-LZS"),
    (18, "MPPC"),
    (21, "BSD-Comp"),
    (25, "DEC"),
    (26, "Deflate"),
];

const CHAP_ALGORITHMS: &[(u8, &str)] = &[(5, "MD5"), (128, "MS-CHAPv1"), (129, "MS-CHAPv2")];
