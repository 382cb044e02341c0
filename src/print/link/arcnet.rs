//! ARCNET (RFC 1201, and RFC 1051 without fragments), as BSD and as Linux capture it.

use super::ipx;
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{arp, atalk, ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, name_of, put};

/// A captured frame, with the header that splits packets unless its type is too old for one.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("arcnet");
    packet.need(SHORT)?;
    let kind = packet.peek_u8(2)?;
    let (header, flag, sequence) = if is_simple(kind) {
        (SHORT, 0, None)
    } else if let Err(stop) = packet.need(LONG) {
        addresses(page, packet, None, 0)?;
        put!(page, " phds");
        return Err(stop);
    } else if packet.peek_u8(3)? != EXCEPTION {
        (LONG, packet.peek_u8(3)?, Some(packet.peek_u16(4)?))
    } else if let Err(stop) = packet.need(LONGEST) {
        addresses(page, packet, None, 0)?;
        put!(page, " phds extended");
        return Err(stop);
    } else {
        (LONGEST, packet.peek_u8(7)?, Some(packet.peek_u16(8)?))
    };
    if page.options.link_header {
        addresses(page, packet, sequence, flag)?;
    }
    page.link_len = header;
    // Only the first fragment begins with a packet; the others have even flags.
    if flag != 0 && flag & 1 == 0 {
        return Ok(());
    }
    payload(page, kind, packet.after(header))
}

/// A frame as Linux captures it: put together, and with an offset before the type.
pub(super) fn linux_frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("arcnet_linux");
    packet.need(LINUX_SHORT)?;
    let kind = packet.peek_u8(4)?;
    let header = if is_simple(kind) { LINUX_SHORT } else { LINUX_LONG };
    packet.need(header)?;
    if page.options.link_header {
        page.enter("arcnet");
        addresses(page, packet, None, 0)?;
    }
    page.link_len = header;
    payload(page, kind, packet.after(header))
}

/// Types from before fragments.
fn is_simple(kind: u8) -> bool {
    matches!(kind, OLD_IP | OLD_ARP | DIAGNOSE)
}

fn addresses(page: &mut Page<'_>, packet: Cursor<'_>, sequence: Option<u16>, flag: u8) -> Shown {
    put!(page, Hex2(packet.peek_u8(0)?), " ", Hex2(packet.peek_u8(1)?), " ");
    if !page.quiet() {
        let kind = packet.peek_u8(2)?;
        match name_of(KINDS, kind) {
            Some(name) => put!(page, name, " "),
            None => put!(page, Hex2(kind), " "),
        }
        if let Some(sequence) = sequence {
            put!(page, "seqid ", Hex4(sequence), " ");
            match (flag, u16::from(flag)) {
                (0, _) => {}
                (_, flag) if flag & 1 != 0 => put!(page, "(first of ", flag.div_ceil(2) + 1, " fragments) "),
                (_, flag) => put!(page, "(fragment ", flag / 2 + 1, ") "),
            }
        }
    }
    put!(page, packet.len(), ": ");
    Ok(())
}

fn payload(page: &mut Page<'_>, kind: u8, rest: Cursor<'_>) -> Shown {
    match kind {
        OLD_IP | IP => ipv4::print(page, rest),
        IPV6 => ipv6::print(page, rest),
        APPLETALK => {
            put!(page, if page.verbose(1) { "et1 " } else { "" });
            atalk::print(page, rest)
        }
        OLD_ARP | ARP | REVERSE_ARP => arp::print(page, rest),
        IPX => ipx::print(page, rest),
        _ => {
            page.hex_ascii("\n\t", rest.bytes());
            Ok(())
        }
    }
}

const SHORT: usize = 3;
const LONG: usize = 6;
/// With the type once more, and the flag and the number behind it.
const LONGEST: usize = 10;
const LINUX_SHORT: usize = 5;
const LINUX_LONG: usize = 8;
const EXCEPTION: u8 = 0xff;

const OLD_IP: u8 = 240;
const OLD_ARP: u8 = 241;
const IP: u8 = 212;
const ARP: u8 = 213;
const REVERSE_ARP: u8 = 214;
const IPV6: u8 = 0xc4;
const APPLETALK: u8 = 0xdd;
const IPX: u8 = 0xfa;
const DIAGNOSE: u8 = 0x80;

const KINDS: &[(u8, &str)] = &[
    (OLD_IP, "oldip"),
    (OLD_ARP, "oldarp"),
    (IP, "ip"),
    (ARP, "arp"),
    (REVERSE_ARP, "rarp"),
    (APPLETALK, "atalk"),
    (247, "banyan"),
    (250, "ipx"),
    (IPV6, "ipv6"),
    (DIAGNOSE, "diag"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    fn with_header(link: u32, packet: &[u8]) -> String {
        under_e(LinkType(link), packet)
    }

    #[test]
    fn old_types_have_no_fragments() {
        let packet = [&[1, 2, 240][..], &ipv4(253, &[])].concat();
        assert!(shown(LinkType::ARCNET, &packet).starts_with("IP 192.0.2.1"));
        assert!(with_header(7, &packet).starts_with("01 02 oldip 23: 192.0.2.1"));
        assert_every_cut_is_told(LinkType::ARCNET, &packet);
        let linux = [&[1, 2, 0xed, 0, 240][..], &ipv4(253, &[])].concat();
        assert!(with_header(129, &linux).starts_with("01 02 ed 25: 192.0.2.1"));
    }

    #[test]
    fn the_first_fragment_says_how_many_there_are() {
        let packet = [&[1, 2, 212, 3, 0, 9][..], &ipv4(253, &[])].concat();
        assert!(with_header(7, &packet).starts_with("01 02 ip seqid 0009 (first of 3 fragments) 26: 192"));
        assert_eq!(
            with_header(7, &[1, 2, 212, 2, 0, 9, 7]),
            "01 02 ip seqid 0009 (fragment 2) 7: "
        );
    }
}
