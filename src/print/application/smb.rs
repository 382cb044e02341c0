//! NetBIOS over UDP and TCP (RFC 1002), and SMB over TCP: what kind of message each is, not what is in it.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints a packet of the name service.
pub(super) fn names(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("nbt_udp137");
    packet.need(12)?;
    let (first, second) = (packet.peek_u8(2)?, packet.peek_u8(3)?);
    let operation = name_of(NAME_OPERATIONS, first >> 3 & 15).unwrap_or("OPUNKNOWN");
    put!(page, "NBT UDP PACKET(137): ", operation);
    let is_response = first & 0x80 != 0;
    if is_response {
        put!(
            page,
            if second & 15 == 0 {
                "; POSITIVE"
            } else {
                "; NEGATIVE"
            }
        );
    }
    put!(page, if is_response { "; RESPONSE" } else { "; REQUEST" });
    put!(
        page,
        if second & 0x10 == 0 {
            "; UNICAST"
        } else {
            "; BROADCAST"
        }
    );
    Ok(())
}

/// Prints a packet of the datagram service.
pub(super) fn datagram(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    if !packet.is_empty() && packet.has(1) {
        put!(page, "NBT UDP PACKET(138)");
    }
    Ok(())
}

/// Prints a message of the session service.
pub(super) fn session(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("nbt_tcp");
    if message.len() < 4 {
        return Err(Stop::Truncated);
    }
    message.need(4)?;
    put!(page, " NBT Session Packet: ");
    match message.peek_u8(0)? {
        0x00 => put!(page, "Session Message"),
        0x81 => put!(page, "Session Request"),
        0x82 => put!(page, "Session Granted"),
        0x83 => {
            let why = message.peek_u8(4)?;
            put!(page, "Session Reject, ");
            match name_of(REJECTIONS, why) {
                Some(text) => put!(page, text),
                None => put!(page, "Unspecified error ", Number(why)),
            }
        }
        0x85 => put!(page, "Session Keepalive"),
        other => put!(page, "Unknown packet type ", Number(other)),
    }
    Ok(())
}

/// Prints what a TCP segment of SMB begins with.
pub(super) fn over_tcp(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("smb_tcp");
    if segment.len() < 4 {
        return Err(Stop::Truncated);
    }
    segment.need(4)?;
    let length = segment.after(1).u24()? as usize;
    let message = segment.after(4);
    if length < 4 || !message.bytes().starts_with(b"\xffSMB") {
        put!(page, " SMB-over-TCP packet:(raw data or continuation?)\n");
        return Ok(());
    }
    if length > message.len() {
        put!(page, " WARNING: Packet is continued in later TCP segments\n");
    } else if length > message.captured() {
        let missing = length - message.captured();
        put!(
            page,
            " WARNING: Short packet. Try increasing the snap length by ",
            missing,
            "\n"
        );
    } else {
        put!(page, " ");
    }
    page.enter("smb");
    let (command, flags) = (message.peek_u8(4)?, message.peek_u8(9)?);
    put!(
        page,
        "SMB PACKET: ",
        name_of(COMMANDS, command).unwrap_or("SMBunknown")
    );
    put!(
        page,
        if flags & 0x80 == 0 {
            " (REQUEST)\n"
        } else {
            " (REPLY)\n"
        }
    );
    Ok(())
}

/// A byte in upper-case hexadecimal digits, as `%X`.
struct Number(u8);

impl crate::print::text::Put for Number {
    fn put(self, out: &mut Vec<u8>) {
        let start = out.len();
        crate::print::text::Hex(self.0.into()).put(out);
        if let Some(digits) = out.get_mut(start..) {
            digits.make_ascii_uppercase();
        }
        out.splice(start..start, *b"0x");
    }
}

const NAME_OPERATIONS: &[(u8, &str)] = &[
    (0, "QUERY"),
    (5, "REGISTRATION"),
    (6, "RELEASE"),
    (7, "WACK"),
    (8, "REFRESH(8)"),
    (9, "REFRESH"),
    (15, "MULTIHOMED REGISTRATION"),
];

const REJECTIONS: &[(u8, &str)] = &[
    (0x80, "Not listening on called name"),
    (0x81, "Not listening for calling name"),
    (0x82, "Called name not present"),
    (0x83, "Called name present, but insufficient resources"),
];

#[rustfmt::skip]
const COMMANDS: &[(u8, &str)] = &[
    (0x00, "SMBmkdir"), (0x01, "SMBrmdir"), (0x02, "SMBopen"), (0x03, "SMBcreate"), (0x04, "SMBclose"), (0x05, "SMBflush"),
    (0x06, "SMBunlink"), (0x07, "SMBmv"), (0x08, "SMBgetatr"), (0x09, "SMBsetatr"), (0x0a, "SMBread"), (0x0b, "SMBwrite"),
    (0x0c, "SMBlock"), (0x0d, "SMBunlock"), (0x0e, "SMBctemp"), (0x0f, "SMBmknew"), (0x10, "SMBchkpth"), (0x11, "SMBexit"),
    (0x12, "SMBlseek"), (0x13, "SMBlockread"), (0x14, "SMBwriteunlock"), (0x1a, "SMBreadbraw"), (0x1b, "SMBreadBmpx"),
    (0x1c, "SMBreadBs"), (0x1d, "SMBwritebraw"), (0x1e, "SMBwriteBmpx"), (0x1f, "SMBwriteBs"), (0x20, "SMBwritec"),
    (0x22, "SMBsetattrE"), (0x23, "SMBgetattrE"), (0x24, "SMBlockingX"), (0x25, "SMBtrans"), (0x26, "SMBtranss"),
    (0x27, "SMBioctl"), (0x28, "SMBioctls"), (0x29, "SMBcopy"), (0x2a, "SMBmove"), (0x2b, "SMBecho"),
    (0x2c, "SMBwriteclose"), (0x2d, "SMBopenX"), (0x2e, "SMBreadX"), (0x2f, "SMBwriteX"), (0x32, "SMBtrans2"),
    (0x33, "SMBtranss2"), (0x34, "SMBfindclose"), (0x35, "SMBfindnclose"), (0x70, "SMBtcon"), (0x71, "SMBtdis"),
    (0x72, "SMBnegprot"), (0x73, "SMBsesssetupX"), (0x74, "SMBulogoffX"), (0x75, "SMBtconX"), (0x80, "SMBdskattr"),
    (0x81, "SMBsearch"), (0x82, "SMBffirst"), (0x83, "SMBfunique"), (0x84, "SMBfclose"), (0xa0, "SMBnttrans"),
    (0xa1, "SMBnttranss"), (0xa2, "SMBntcreateX"), (0xa4, "SMBntcancel"), (0xc0, "SMBsplopen"), (0xc1, "SMBsplwr"),
    (0xc2, "SMBsplclose"), (0xc3, "SMBsplretq"), (0xd0, "SMBsends"), (0xd1, "SMBsendb"), (0xd2, "SMBfwdname"),
    (0xd3, "SMBcancelf"), (0xd4, "SMBgetmac"), (0xd5, "SMBsendstrt"), (0xd6, "SMBsendend"), (0xd7, "SMBsendtxt"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, tcp, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn messages_are_told_by_their_kind() {
        let query = shown(RAW, &udp(137, 137, &[0, 1, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 0]));
        assert!(
            query.ends_with(": NBT UDP PACKET(137): QUERY; REQUEST; BROADCAST"),
            "{query}"
        );
        let segment = |port, bytes: &[u8]| shown(RAW, &tcp((40000, port), (1, 1), 0x10, &[], bytes));
        assert!(segment(139, &[0x83, 0, 0, 1, 0x8f]).ends_with(" Session Reject, Unspecified error 0x8F"));
        let reply = segment(445, b"\0\0\0\x0a\xffSMB\x72\0\0\0\0\x80");
        assert!(
            reply.ends_with(", length 14 SMB PACKET: SMBnegprot (REPLY)\n"),
            "{reply}"
        );
        assert!(segment(445, b"\0\0\0\x0a\xfeSMB").ends_with("(raw data or continuation?)\n"));
        assert!(segment(445, b"\0\0\0\x20\xffSMB\x72").ends_with(" later TCP segments\n [|smb]"));
    }
}
