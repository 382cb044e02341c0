//! AppleTalk: its datagrams (DDP), transactions (ATP), names (NBP), and the resolution of its addresses (AARP).

use super::eigrp;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Mac, Put, name_of, put};

/// Prints a datagram on a link with addresses of its own.
pub(crate) fn print(page: &mut Page<'_>, datagram: Cursor<'_>) -> Shown {
    page.enter("atalk");
    if !page.options.link_header {
        put!(page, "AT ");
    }
    if datagram.len() < HEADER {
        return Err(page.refuse("length", datagram.len(), "<", HEADER));
    }
    let (to, from) = (datagram.peek_u16(4)?, datagram.peek_u16(6)?);
    let source = Address(from, datagram.peek_u8(9)?);
    let source_socket = datagram.peek_u8(11)?;
    put!(page, source, ".");
    put_socket(page, source_socket);
    put!(page, " > ", Address(to, datagram.peek_u8(8)?), ".");
    put_socket(page, datagram.peek_u8(10)?);
    put!(page, ": ");
    carried(
        page,
        datagram.peek_u8(12)?,
        datagram.after(HEADER),
        source,
        source_socket,
    )
}

/// Prints a frame of LocalTalk (LLAP): numbers of nodes, a type, and mostly a datagram. Returns how long its
/// headers are.
pub(crate) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    page.enter("llap");
    if packet.len() < LINK_HEADER {
        put!(page, " [LLAP length ", packet.len(), " < ", LINK_HEADER, "]");
        page.invalid();
        return Ok(packet.len());
    }
    let (to, from, kind) = (packet.peek_u8(0)?, packet.peek_u8(1)?, packet.peek_u8(2)?);
    let rest = packet.after(LINK_HEADER);
    let (name, what, header) = match kind {
        SHORT_DATAGRAM => ("sddp", "SDDP length", SHORT_HEADER),
        DATAGRAM => ("ddp", "DDP length", HEADER),
        _ => {
            put!(page, from, " > ", to, " at-lap#", kind, " ", rest.len());
            return Ok(LINK_HEADER);
        }
    };
    page.enter(name);
    if rest.len() < header {
        put!(page, " [", what, " ", rest.len(), " < ", header, "]");
        page.invalid();
        return Ok(rest.len());
    }
    let is_short = kind == SHORT_DATAGRAM;
    let (source, source_socket) = if is_short {
        (Address(0, from), rest.peek_u8(3)?)
    } else {
        (Address(rest.peek_u16(6)?, rest.peek_u8(9)?), rest.peek_u8(11)?)
    };
    put!(page, source, ".");
    put_socket(page, source_socket);
    let (target, target_socket) = if is_short {
        (Address(0, to), rest.peek_u8(2)?)
    } else {
        (Address(rest.peek_u16(4)?, rest.peek_u8(8)?), rest.peek_u8(10)?)
    };
    put!(page, " > ", target, ".");
    put_socket(page, target_socket);
    put!(page, ":");
    let kind = rest.peek_u8(header - 1)?;
    page.carried(|page| carried(page, kind, rest.after(header), source, source_socket))?;
    Ok(LINK_HEADER + header)
}

/// What a datagram carries.
fn carried(page: &mut Page<'_>, kind: u8, payload: Cursor<'_>, source: Address, source_socket: u8) -> Shown {
    match kind {
        NAMES => names(page, payload, source, source_socket),
        TRANSACTION => transaction(page, payload),
        ENHANCED_GATEWAY => eigrp::print(page, payload),
        kind => {
            put!(page, " at-");
            match name_of(KINDS, kind) {
                Some(name) => put!(page, name),
                None => put!(page, "#", kind),
            }
            put!(page, " ", payload.len());
            Ok(())
        }
    }
}

/// Prints a question or an answer about addresses.
pub(crate) fn resolution(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("aarp");
    put!(page, "aarp ");
    if packet.len() < 28 {
        return Err(page.refuse("length", packet.len(), "<", 28));
    }
    packet.need(28)?;
    let (hardware, protocol) = (packet.peek_u16(0)?, packet.peek_u16(2)?);
    let (hardware_length, protocol_length) = (packet.peek_u8(4)?, packet.peek_u8(5)?);
    let operation = packet.peek_u16(6)?;
    // The first of an address's four bytes is not used.
    let at = |offset: usize| Ok(Address(packet.peek_u16(offset + 1)?, packet.peek_u8(offset + 3)?));
    let (sender, target) = (at(14)?, at(24)?);
    if (hardware, protocol, hardware_length, protocol_length) == (1, 0x809b, 6, 4) {
        match operation {
            1 => put!(page, "who-has ", target, " tell ", sender),
            2 => put!(
                page,
                "reply ",
                sender,
                " is-at ",
                Mac(&packet.after(8).array::<6>()?)
            ),
            3 => put!(page, "probe ", target, " tell ", sender),
            _ => {}
        }
        if matches!(operation, 1..=3) {
            return Ok(());
        }
    }
    put!(
        page,
        "len ",
        packet.len(),
        " op ",
        operation,
        " htype ",
        hardware,
        " ptype "
    );
    put!(page, if protocol == 0 { "" } else { "0x" }, Hex(protocol.into()));
    put!(page, " halen ", hardware_length, " palen ", protocol_length);
    Ok(())
}

fn transaction(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("atp");
    if packet.len() < 8 {
        return Err(page.refuse("ATP length", packet.len(), "<", 8));
    }
    let (control, bitmap, id) = (packet.peek_u8(0)?, packet.peek_u8(1)?, packet.peek_u16(2)?);
    let length = packet.len() - 8;
    match control & 0xc0 {
        0x40 => {
            put!(
                page,
                if control & ONCE != 0 {
                    " atp-req "
                } else {
                    " atp-req*"
                },
                " ",
                id
            );
            put_bitmap(page, bitmap);
            if length != 0 {
                put!(page, " [len=", length, "]");
            }
            put_flags(page, " [", control & (LAST | STATUS));
        }
        0x80 => {
            put!(
                page,
                if control & LAST != 0 {
                    " atp-resp*"
                } else {
                    " atp-resp "
                }
            );
            put!(page, id, ":", bitmap, " (", length, ")");
            put_flags(page, " [", control & (ONCE | STATUS));
        }
        0xc0 => {
            put!(page, " atp-rel  ", id);
            put_bitmap(page, bitmap);
            if length != 0 {
                put!(page, " [len=", length, "]");
            }
            put_flags(page, "[", control & (ONCE | LAST | STATUS));
        }
        _ => put!(page, " atp-0x", Hex(control.into()), "  ", id, " (", length, ")"),
    }
    let data = packet.peek_u32(4)?;
    if data != 0 {
        put!(page, " 0x", Hex(data.into()));
    }
    Ok(())
}

fn put_flags(page: &mut Page<'_>, before: &str, flags: u8) {
    let mut before = before;
    for (mask, name) in [(ONCE, "XO"), (LAST, "EOM"), (STATUS, "STS")] {
        if flags & mask != 0 {
            put!(page, before, name);
            before = ",";
        }
    }
    put!(page, if flags == 0 { "" } else { "]" });
}

/// Which responses are wanted: all up to a number, or some.
fn put_bitmap(page: &mut Page<'_>, bitmap: u8) {
    let count = 8 - bitmap.leading_zeros();
    if bitmap.wrapping_add(1) & bitmap == 0 {
        match count {
            0 | 1 => put!(page, "<0>"),
            _ => put!(page, "<0-", count - 1, ">"),
        }
        return;
    }
    let mut before = "<";
    for index in (0..count).filter(|index| bitmap >> index & 1 != 0) {
        put!(page, before, index);
        before = ",";
    }
    put!(page, ">");
}

fn names(page: &mut Page<'_>, packet: Cursor<'_>, source: Address, socket: u8) -> Shown {
    if packet.len() < 10 {
        return Err(page.refuse("undersized-nbp", packet.len(), "<", 10));
    }
    let (control, id) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    let (function, count) = (control & 0xf0, control & 0x0f);
    match function {
        0x10 => put!(page, " nbp-brRq ", id, ":"),
        0x20 => put!(page, " nbp-lkup ", id, ":"),
        0x30 => put!(page, " nbp-reply ", id, ":"),
        _ => {
            put!(
                page,
                " nbp-0x",
                Hex(function.into()),
                " ",
                id,
                "  (",
                packet.len() - 2,
                ")"
            );
            return Ok(());
        }
    }
    let mut rest = packet.after(2);
    if function != 0x30 {
        let tuple = Tuple::read(rest)?;
        name(page, rest.after(TUPLE))?;
        if count != 1 {
            put!(page, " [ntup=", count, "]");
        }
        if tuple.enumerator != 0 {
            put!(page, " [enum=", tuple.enumerator, "]");
        }
        if tuple.address != source || tuple.socket != socket {
            put!(page, " [addr=", tuple.address, ".", tuple.socket, "]");
        }
        return Ok(());
    }
    for _ in 0..count {
        let tuple = Tuple::read(rest)?;
        let next = name(page, rest.after(TUPLE))?;
        if tuple.enumerator != 1 {
            put!(page, "(", tuple.enumerator, ")");
        }
        if tuple.socket != socket {
            put!(page, " ", tuple.socket);
        }
        if tuple.address != source {
            put!(page, " [addr=", tuple.address, "]");
        }
        let Some(next) = next else {
            return Ok(());
        };
        rest = next;
    }
    Ok(())
}

/// Where something that has a name is.
struct Tuple {
    address: Address,
    socket: u8,
    enumerator: u8,
}

impl Tuple {
    fn read(rest: Cursor<'_>) -> Shown<Self> {
        Ok(Self {
            address: Address(rest.peek_u16(0)?, rest.peek_u8(2)?),
            socket: rest.peek_u8(3)?,
            enumerator: rest.peek_u8(4)?,
        })
    }
}

/// A name of three parts, each behind its length. Returns what follows, or `None` if a part is too long.
fn name<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Option<Cursor<'a>>> {
    put!(page, " \"");
    for after in [":", "@", "\""] {
        let length = usize::from(rest.u8()?);
        if length > 32 {
            put!(page, "[len=", length, "]");
            rest.need(length)?;
            return Ok(None);
        }
        page.text(&mut rest, length)?;
        put!(page, after);
    }
    Ok(Some(rest))
}

/// A network and a node on it; node 255 is all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Address(u16, u8);

impl Put for Address {
    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
        if self.1 != 255 {
            (".", self.1).put(out);
        }
    }
}

/// A socket, by its name unless numbers are asked for.
fn put_socket(page: &mut Page<'_>, socket: u8) {
    match name_of(SOCKETS, socket).filter(|_| !page.numeric()) {
        Some(name) => put!(page, name),
        None => put!(page, socket),
    }
}

const SOCKETS: &[(u8, &str)] = &[(1, "rtmp"), (2, "nis"), (4, "echo"), (6, "zip")];

const HEADER: usize = 13;
const TUPLE: usize = 5;

const LINK_HEADER: usize = 3;
const SHORT_HEADER: usize = 5;
const SHORT_DATAGRAM: u8 = 1;
const DATAGRAM: u8 = 2;
const ENHANCED_GATEWAY: u8 = 88;
const NAMES: u8 = 2;
const TRANSACTION: u8 = 3;
const KINDS: &[(u8, &str)] = &[
    (1, "rtmp"),
    (5, "rtmpReq"),
    (4, "echo"),
    (22, "IP"),
    (23, "ARP"),
    (0x4b, "KLAP"),
];

/// Flags of a transaction: exactly once, end of message, send transaction status.
const ONCE: u8 = 0x20;
const LAST: u8 = 0x10;
const STATUS: u8 = 0x08;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn datagram(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0, 13, 0, 0, 0, 9, 0, 8, 255, 7, 2, 254, kind];
        packet.extend_from_slice(payload);
        ether(0x809b, &packet)
    }

    #[test]
    fn a_lookup_tells_the_name() {
        let frame = datagram(2, b"\x21\x05\x00\x08\x07\xfe\x00\x01=\x03AFP\x01*");
        assert_eq!(shown(LINK, &frame), "AT 8.7.254 > 9.2:  nbp-lkup 5: \"=:AFP@*\"");
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn a_transaction_tells_which_answers_it_wants() {
        let text = |control, bitmap| shown(LINK, &datagram(3, &[control, bitmap, 0, 1, 0, 0, 0, 2]));
        assert!(text(0x40, 0x05).ends_with(":  atp-req* 1<0,2> 0x2"));
        assert!(text(0x68, 0x07).ends_with(":  atp-req  1<0-2> [STS] 0x2"));
        assert!(text(0xf0, 0x01).ends_with(":  atp-rel  1<0>[XO,EOM] 0x2"));
    }

    #[test]
    fn frames_of_local_talk_are_told() {
        let link = LinkType(114);
        assert_eq!(shown(link, &[2, 1, 0x81]), "1 > 2 at-lap#129 0");
        let short = [2, 1, 1, 0, 7, 4, 254, 4, 0, 0];
        assert_eq!(shown(link, &short), "0.1.254 > 0.2.4: at-echo 2");
        assert_eq!(shown(link, &short[..5]), " [SDDP length 2 < 5] (invalid)");
        assert_every_cut_is_told(link, &short[..8]);
    }

    #[test]
    fn addresses_are_asked_for() {
        let packet = [
            0, 1, 0x80, 0x9b, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 9, 5,
        ];
        let frame = ether(0x80f3, &packet);
        assert_eq!(shown(LINK, &frame), "aarp who-has 9.5 tell 8.7");
        assert_every_cut_is_told(LINK, &frame);
    }
}
