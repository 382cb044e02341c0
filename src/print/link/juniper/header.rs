//! The header that Juniper's routers put before every captured packet: flags, extensions, and the cookie of the
//! interface card.

use super::media::{ENCAPSULATIONS, MEDIA};
use super::{Card, by_first_byte};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{HexPad, HexRun, name_of, put, put_bits};

/// What the header says of the packet behind it.
pub(super) struct Header {
    /// How many bytes come before the packet.
    pub(super) len: usize,
    /// The cookie, filled up with zeros.
    pub(super) cookie: [u8; 8],
    /// How many bytes of it there are.
    pub(super) cookie_len: usize,
    /// The bundle of links to which the packet belongs.
    pub(super) bundle: u16,
    /// What the card says that the packet is.
    pub(super) protocol: u16,
    /// Whether the packet came in.
    pub(super) inbound: bool,
}

/// Reads and shows the header. `None` if the packet has been told already, or cannot be.
pub(super) fn read(page: &mut Page<'_>, card: Card, packet: Cursor<'_>) -> Shown<Option<Header>> {
    let mut rest = packet;
    packet.need(4)?;
    let (magic, flags) = (rest.u24()?, rest.u8()?);
    if magic != MAGIC {
        put!(page, "no magic-number found!");
        return Ok(None);
    }
    let inbound = flags & INBOUND != 0;
    if page.options.link_header {
        put!(page, if inbound { " In " } else { "Out " });
    }
    if page.verbose(2) {
        put!(page, "\n\tJuniper PCAP Flags [");
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        put!(page, "]");
    }
    if flags & EXTENDED != 0 {
        let length = rest.u16()?;
        if page.verbose(2) {
            put!(page, ", PCAP Extension(s) total length ", length);
        }
        rest.need(length.into())?;
        let area = rest.sub(length.into());
        extensions(page, area.claiming(length.into()))?;
    }
    page.link_len = packet.len() - rest.len();
    if flags & NO_LINK_HEADER != 0 {
        if page.options.link_header {
            put!(page, "no-L2-hdr, ");
        }
        rest.advance(4);
        page.link_len += 4;
        rest.need(1)?;
        if !by_first_byte(page, rest)? {
            put!(page, "no IP-hdr found!");
        }
        return Ok(None);
    }
    let mut header = Header {
        len: page.link_len,
        cookie: [0; 8],
        cookie_len: 0,
        bundle: 0,
        protocol: 0,
        inbound,
    };
    rest.need(1)?;
    cookie(page, card, &mut header, &mut rest)?;
    page.link_len = header.len;
    Ok(Some(header))
}

fn cookie(page: &mut Page<'_>, card: Card, header: &mut Header, rest: &mut Cursor<'_>) -> Shown {
    let first = rest.peek_u8(0)?;
    if let Some((name, length)) = card.cookie() {
        header.cookie_len = match first {
            // The links of an FRF.16 bundle carry no cookie.
            _ if card == Card::Mfr && first & 0xc0 == 0xc0 => 0,
            LINK_SERVICES => length + 2,
            ADAPTIVE_SERVICES => 8,
            _ => length,
        };
        if page.options.link_header {
            put!(page, name, "-PIC, cookie-len ", header.cookie_len);
        }
        let bytes = rest.take(header.cookie_len)?;
        for (place, byte) in header.cookie.iter_mut().zip(bytes) {
            *place = *byte;
        }
        if page.options.link_header {
            if !bytes.is_empty() {
                put!(page, ", cookie 0x", HexRun(bytes));
            }
            put!(page, ": ");
        }
        header.len += header.cookie_len;
        header.protocol = rest.peek_u16(0)?;
    }
    let [zero, one, .., five, six, seven] = header.cookie;
    match card {
        Card::Mlppp | Card::Mlfr | Card::Mfr => match first {
            LINK_SERVICES => {
                header.bundle = one.into();
                if card != Card::Mlppp {
                    header.protocol = rest.u16()?;
                    header.len += 2;
                }
            }
            ADAPTIVE_SERVICES => {
                header.bundle = u16::from_be_bytes([six, seven]) >> 3 & 0xfff;
                header.protocol = u16::from(five) & LAYER_3;
            }
            _ => {
                header.bundle = zero.into();
                if card == Card::Mlfr {
                    header.len += 2;
                }
            }
        },
        Card::Atm2 => {
            rest.need(4)?;
            if seven & 0x70 != 0 {
                let word = rest.u32()?;
                // Cells that are relayed begin with a control word.
                if matches!(word, 0 | 0x0800_0000 | 0x0838_0000) {
                    header.len += 4;
                }
                if page.options.link_header {
                    put!(page, "control-word 0x", HexPad(word.into(), 8), " ");
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Extensions to the header, each of type, length and value; of most the value is a number.
fn extensions(page: &mut Page<'_>, mut area: Cursor<'_>) -> Shown {
    while area.len() > 2 {
        let (kind, length) = (area.u8()?, area.u8()?);
        if kind == 0 || length == 0 {
            break;
        }
        if usize::from(length) > area.len() {
            return Err(Stop::Truncated);
        }
        let value = area.take(length.into())?;
        if !page.verbose(2) {
            continue;
        }
        let name = name_of(EXTENSIONS, kind).unwrap_or("Unknown");
        put!(
            page,
            "\n\t  ",
            name,
            " Extension TLV #",
            kind,
            ", length ",
            length,
            ", value "
        );
        match (kind, number(kind, value)) {
            (DEVICE_NAME, _) | (_, None) => {}
            (3 | 7, Some(number)) => named(page, MEDIA, number),
            (6 | 8, Some(number)) => named(page, ENCAPSULATIONS, number),
            (_, Some(number)) => put!(page, number),
        }
    }
    if page.verbose(2) {
        put!(page, "\n\t-----original packet-----\n\t");
    }
    Ok(())
}

fn named(page: &mut Page<'_>, table: &[(u32, &'static str)], number: u32) {
    put!(
        page,
        name_of(table, number).unwrap_or("Unknown"),
        " (",
        number,
        ")"
    );
}

/// A value of up to four bytes; little-endian in the lower half of the types.
fn number(kind: u8, value: &[u8]) -> Option<u32> {
    let join = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
    match value.len() {
        1..=4 if kind < 128 => Some(value.iter().rev().fold(0, join)),
        1..=4 => Some(value.iter().fold(0, join)),
        _ => None,
    }
}

/// "MGC".
const MAGIC: u32 = 0x4d_4743;
const INBOUND: u8 = 0x01;
const NO_LINK_HEADER: u8 = 0x02;
const EXTENDED: u8 = 0x80;
const FLAGS: &[(u32, &str)] = &[
    (0x80, "Ext"),
    (0x40, "Filter"),
    (0x04, "IIF"),
    (0x02, "no-L2"),
    (0x01, "In"),
];

/// The first bytes of the cookies of two services.
const LINK_SERVICES: u8 = 0x54;
const ADAPTIVE_SERVICES: u8 = 0x47;
/// The bits of a cookie that tell the protocol of layer 3.
const LAYER_3: u16 = 0x170;

const DEVICE_NAME: u8 = 2;
const EXTENSIONS: &[(u8, &str)] = &[
    (1, "Device Interface Index"),
    (DEVICE_NAME, "Device Interface Name"),
    (3, "Device Media Type"),
    (4, "Logical Interface Index"),
    (5, "Logical Unit Number"),
    (6, "Logical Interface Encapsulation"),
    (7, "TTP derived Device Media Type"),
    (8, "TTP derived Logical Interface Encapsulation"),
];
