//! DECnet Phase IV: routing (DNA Phase IV Routing Layer Functional Specification, 2.0.0) and, in it, the network
//! services protocol (NSP).

use super::decnet_nsp;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Put, put};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("decnet");
    at_least(page, " (length ", packet.len(), SHORT)?;
    let declared = packet.after(0).u16_le()?;
    let mut length = usize::from(declared);
    at_least(page, " (pktlen ", length, SHORT)?;
    if length > packet.len() {
        put!(page, " (pktlen ", length, " > ", packet.len(), ")");
        return Err(Stop::Invalid);
    }
    // The length of the packet before it counts, too, in what is told of the rest.
    let mut start = packet;
    let mut flags = packet.peek_u8(2)?;
    if flags & PADDED != 0 {
        let padding = usize::from(flags & !PADDED);
        if page.verbose(1) {
            put!(page, "[pad:", padding, "] ");
        }
        at_least(page, " (length ", length, padding + 2)?;
        packet.after(2).need(padding)?;
        start.advance(padding);
        length -= padding;
        flags = start.peek_u8(2)?;
    }
    let message = start.after(2).claiming(length);
    if flags & FUTURE != 0 {
        put!(page, "future-version-decnet");
        page.hex_ascii("\n\t", start.limited(length).bytes());
        return Ok(());
    }
    if flags & CONTROL != 0 {
        return control(page, flags, message);
    }
    let (source, destination, hops, header) = match flags & 7 {
        6 => {
            at_least(page, " (length ", length, LONG)?;
            message.need(LONG)?;
            (node(message, 15)?, node(message, 7)?, message.peek_u8(18)?, LONG)
        }
        2 => {
            let visits = message.peek_u8(5)? & 0x3f;
            (node(message, 3)?, node(message, 1)?, visits + 1, SHORT)
        }
        _ => {
            put!(page, "unknown message flags under mask");
            page.hex_ascii("\n\t", start.limited(length).bytes());
            return Ok(());
        }
    };
    put!(page, source, " > ", destination, " ", declared, " ");
    if page.verbose(1) {
        for (mask, name) in [(8, "RQR "), (16, "RTS "), (32, "IE ")] {
            put!(page, if flags & mask != 0 { name } else { "" });
        }
        put!(page, hops, " hops ");
    }
    decnet_nsp::print(
        page,
        message.after(header).claiming(length.saturating_sub(header)),
    )
}

/// Stops the packet as invalid unless a length is long enough.
pub(super) fn at_least(page: &mut Page<'_>, what: &'static str, length: usize, least: usize) -> Shown {
    if length < least {
        put!(page, what, length, " < ", least, ")");
        return Err(Stop::Invalid);
    }
    Ok(())
}

/// What routers and end nodes tell each other.
fn control(page: &mut Page<'_>, flags: u8, message: Cursor<'_>) -> Shown {
    let Some((_, name, least)) = MESSAGES.iter().find(|(kind, _, _)| *kind == flags & 15) else {
        put!(page, "unknown control message");
        page.hex_ascii("\n\t", message.limited(message.len()).bytes());
        return Ok(());
    };
    put!(page, *name, " ");
    message.claims(*least)?;
    let mut rest = message.after(1);
    match flags & 15 {
        1 => {
            message.need(*least)?;
            let (source, info) = (node(rest, 0)?, rest.peek_u8(2)?);
            station(page, info);
            put!(page, if info & 4 != 0 { "verif " } else { "" });
            put!(page, if info & 8 != 0 { "blo " } else { "" });
            rest.skip(3)?;
            put!(page, "src ", source, "blksize ", rest.u16_le()?);
            version(page, &mut rest)?;
            put!(page, " hello ", rest.u16_le()?);
        }
        3 => put!(page, "src ", node(rest, 0)?, " fcnval ", Octal(rest.peek_u8(2)?)),
        5 => put!(page, "src ", node(rest, 0)?, " data ", Octal(rest.peek_u8(2)?)),
        7 | 9 => {
            message.need(*least)?;
            put!(page, "src ", node(rest, 0)?, " ");
            let what = if flags & 15 == 7 { "{ids " } else { "{areas " };
            routes(page, what, message.after(4))?;
        }
        kind => {
            if kind == 11 {
                message.need(*least)?;
            }
            let versions = rest.array::<3>()?;
            let source = node(rest, 4)?;
            rest.skip(6)?;
            let (info, size) = (rest.u8()?, rest.u16_le()?);
            let [number, change, own] = versions;
            let tail = if kind == 11 {
                (Node(0), rest.peek_u8(0)?, rest.after(2).u16_le()?, 0)
            } else {
                (node(rest, 13)?, 0, rest.after(15).u16_le()?, rest.peek_u8(18)?)
            };
            station(page, info);
            for (mask, name) in [(4, "verif "), (32, "nomcast "), (64, "blo ")] {
                put!(page, if info & mask != 0 { name } else { "" });
            }
            put!(page, "vers ", number, " eco ", change, " ueco ", own);
            put!(page, " src ", source, " blksize ", size);
            let (router, priority, hello, data) = tail;
            if kind == 11 {
                put!(page, " pri ", priority, " hello ", hello);
            } else {
                put!(page, " rtr ", router, " hello ", hello, " data ", Octal(data));
            }
        }
    }
    Ok(())
}

fn version(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    put!(
        page,
        " vers ",
        rest.u8()?,
        " eco ",
        rest.u8()?,
        " ueco ",
        rest.u8()?
    );
    Ok(())
}

fn station(page: &mut Page<'_>, info: u8) {
    put!(
        page,
        match info & 3 {
            1 => "l2rout ",
            2 => "l1rout ",
            3 => "endnode ",
            _ => "reserved-ntype? ",
        }
    );
}

/// Runs of nodes or areas with their costs; a checksum ends them.
fn routes(page: &mut Page<'_>, what: &'static str, mut rest: Cursor<'_>) -> Shown {
    while rest.len() > 6 {
        rest.need(6)?;
        let (count, first, info) = (rest.u16_le()?, rest.u16_le()?, rest.u16_le()?);
        if count > 1024 {
            break;
        }
        put!(page, what, first, "-", u32::from(first) + u32::from(count));
        put!(page, " cost ", info & 0x1ff, " hops ", info >> 10 & 0x1f, "} ");
    }
    Ok(())
}

fn node(message: Cursor<'_>, offset: usize) -> Shown<Node> {
    message.after(offset).u16_le().map(Node)
}

/// An area and a node in it.
#[derive(Clone, Copy)]
struct Node(u16);

impl Put for Node {
    fn put(self, out: &mut Vec<u8>) {
        (self.0 >> 10, ".", self.0 & 0x3ff).put(out);
    }
}

/// A byte in octal digits.
#[derive(Clone, Copy)]
struct Octal(u8);

impl Put for Octal {
    fn put(self, out: &mut Vec<u8>) {
        let digits = [self.0 >> 6, self.0 >> 3 & 7, self.0 & 7];
        let first = digits.iter().position(|&digit| digit != 0).unwrap_or(2);
        for digit in digits.iter().skip(first) {
            digit.put(out);
        }
    }
}

const SHORT: usize = 6;
const LONG: usize = 21;

const CONTROL: u8 = 1;
const FUTURE: u8 = 0x40;
const PADDED: u8 = 0x80;

/// Kind, name and length of the control messages.
const MESSAGES: &[(u8, &str, usize)] = &[
    (1, "init", 12),
    (3, "verification", 4),
    (5, "test", 4),
    (7, "lev-1-routing", 4),
    (9, "lev-2-routing", 4),
    (11, "router-hello", 18),
    (13, "endnode-hello", 32),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn packet(message: &[u8]) -> Vec<u8> {
        let length = u16::try_from(message.len()).unwrap().to_le_bytes();
        ether(0x6003, &[&length[..], message].concat())
    }

    #[test]
    fn data_lead_to_the_service() {
        let message = [0x0a, 2, 4, 1, 8, 3, 0x60, 7, 0, 9, 0, 5, 0];
        let frame = packet(&message);
        assert_eq!(shown(LINK, &frame), "2.1 > 1.2 13 data 9>7 seg 5 ");
        assert_eq!(
            verbose(1, LINK, &frame),
            "2.1 > 1.2 13 RQR 4 hops data 9>7 seg 5 "
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn hello_and_routes_are_told() {
        let hello = [0x0b, 2, 0, 0, 0xaa, 0, 4, 0, 1, 4, 2, 0x40, 2, 64, 0, 15, 0, 0];
        assert_eq!(
            shown(LINK, &packet(&hello)),
            "router-hello l1rout vers 2 eco 0 ueco 0 src 1.1 blksize 576 pri 64 hello 15"
        );
        let routes = [7, 1, 4, 0, 2, 0, 3, 0, 5, 4, 0, 0, 0, 0];
        assert!(shown(LINK, &packet(&routes)).starts_with("lev-1-routing src 1.1 {ids 3-5 cost 5 hops 1} "));
        assert_eq!(
            shown(LINK, &packet(&[5, 1, 4, 0xaa, 0, 0])),
            "test src 1.1 data 252"
        );
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        assert_eq!(
            shown(LINK, &ether(0x6003, &[5, 0, 1, 2])),
            " (length 4 < 6) (invalid)"
        );
        assert_eq!(
            shown(LINK, &ether(0x6003, &[5, 0, 1, 2, 3, 4])),
            " (pktlen 5 < 6) (invalid)"
        );
        assert_eq!(
            shown(LINK, &ether(0x6003, &[9, 0, 1, 2, 3, 4])),
            " (pktlen 9 > 6) (invalid)"
        );
    }
}
