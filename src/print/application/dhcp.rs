//! BOOTP and DHCP for IPv4 (RFC 951, RFC 2131).

use std::net::Ipv4Addr;

use super::dhcp_options as options;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Hex2, Hex4, HexPad, Label, Mac, Named, Truth, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("bootp");
    let operation = message.peek_u8(0)?;
    match operation {
        REQUEST => put!(page, "BOOTP/DHCP, Request"),
        REPLY => put!(page, "BOOTP/DHCP, Reply"),
        other => put!(page, "BOOTP/DHCP, unknown (0x", Named("", Hex2(other)), ")"),
    }
    let (hardware, length) = (message.peek_u8(1)?, message.peek_u8(2)?);
    page.field("op", operation);
    page.field("htype", hardware);
    page.field("hlen", length);
    let ethernet = hardware == 1 && length == 6;
    if ethernet && operation == REQUEST {
        put!(page, " from ", Named("", Mac(&message.after(28).array::<6>()?)));
    }
    put!(page, ", length ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    message.need(10)?;
    if hardware != 1 {
        put!(page, ", htype ", Named("", hardware));
    }
    if !ethernet {
        put!(page, ", hlen ", Named("", length));
    }
    fixed(page, message)?;
    let mut rest = message.after(12);
    for (field, name) in [
        ("ciaddr", "Client-IP "),
        ("yiaddr", "Your-IP "),
        ("siaddr", "Server-IP "),
        ("giaddr", "Gateway-IP "),
    ] {
        let address = rest.ipv4()?;
        page.field(field, address);
        if !address.is_unspecified() {
            put!(page, "\n\t  ", Label(name));
            page.aside(|page| page.host(address));
        }
    }
    if ethernet {
        put!(
            page,
            "\n\t  Client-Ethernet-Address ",
            Named("chaddr", Mac(&message.after(28).array::<6>()?))
        );
    }
    string(page, "\n\t  sname \"", message.after(44), 64)?;
    string(page, "\n\t  file \"", message.after(108), 128)?;
    // They end where the packet does, whatever length UDP has.
    let extensions = message.after(236);
    let extensions = extensions.claiming(extensions.captured());
    match extensions.peek_u32(0)? {
        options::COOKIE => options::print(page, extensions.after(4)),
        COOKIE_OF_CMU => page.apart(|page| carnegie(page, extensions.after(4))),
        0 => Ok(()),
        other => {
            put!(page, "\n\t  Vendor-#0x", HexPad(other.into(), 8));
            Ok(())
        }
    }
}

/// The fields that were before the options of RFC 1048: as Carnegie Mellon University had them.
fn carnegie(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, " vend-cmu");
    let [flags, ..] = rest.array::<4>()?;
    if flags & !HAS_MASK != 0 {
        put!(page, " F:0x", Hex(flags.into()));
    }
    let mask = rest.ipv4();
    let gateway = rest.ipv4()?;
    let mask_name = if flags & HAS_MASK != 0 { "SM" } else { "SM*" };
    for (name, address) in [("DG", gateway), (mask_name, mask?)] {
        put_server(page, name, address);
    }
    for name in ["NS1", "NS2", "IEN1", "IEN2", "TS1", "TS2"] {
        let address = rest.ipv4()?;
        put_server(page, name, address);
    }
    Ok(())
}

fn put_server(page: &mut Page<'_>, name: &str, address: Ipv4Addr) {
    if !address.is_unspecified() {
        put!(page, " ", name, ":");
        page.host(address);
    }
}

/// Hops, transaction, seconds and flags, as far as they are not zero.
fn fixed(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let (hops, transaction, seconds) = (message.peek_u8(3)?, message.peek_u32(4)?, message.peek_u16(8)?);
    page.field("hops", hops);
    page.field("xid", HexPad(transaction.into(), 8));
    page.field("secs", seconds);
    if hops != 0 {
        put!(page, ", hops ", Named("", hops));
    }
    if transaction != 0 {
        put!(page, ", xid 0x", Named("", Hex(transaction.into())));
    }
    if seconds != 0 {
        put!(page, ", secs ", Named("", seconds));
    }
    let flags = message.peek_u16(10)?;
    page.field("broadcast", Truth(flags & BROADCAST != 0));
    put!(
        page,
        Label(if flags & BROADCAST != 0 {
            ", Flags [Broadcast]"
        } else {
            ", Flags [none]"
        })
    );
    if page.verbose(2) {
        put!(page, " (0x", Named("flags", Hex4(flags)), ")");
    }
    Ok(())
}

/// A field of text that ends with a zero, shown if it is not empty.
fn string(page: &mut Page<'_>, before: &str, field: Cursor<'_>, length: usize) -> Shown {
    if field.peek_u8(0)? == 0 {
        return Ok(());
    }
    let field = field.limited(length).bytes();
    let end = field.iter().position(|&byte| byte == 0);
    put!(
        page,
        Label(before),
        Escaped(field.get(..end.unwrap_or(field.len())).unwrap_or_default()),
        "\""
    );
    if end.is_none() {
        Err(Stop::Truncated)
    } else {
        Ok(())
    }
}

const REQUEST: u8 = 1;
const REPLY: u8 = 2;
const COOKIE_OF_CMU: u32 = 0x434d_5500;
const HAS_MASK: u8 = 1;
const BROADCAST: u16 = 0x8000;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    fn discover() -> Vec<u8> {
        let mut message = vec![1, 1, 6, 0, 0, 0, 0x12, 0x34, 0, 0, 0x80, 0];
        message.resize(28, 0);
        message.extend_from_slice(&[2, 0, 0, 0, 0, 1]);
        message.resize(236, 0);
        message.extend_from_slice(&[
            0x63, 0x82, 0x53, 0x63, 53, 1, 1, 55, 2, 1, 3, 12, 2, b'm', b'e', 255,
        ]);
        udp(68, 67, &message)
    }

    #[test]
    fn the_options_are_lines_under_v() {
        assert!(
            shown(LinkType::RAW, &discover())
                .ends_with(": BOOTP/DHCP, Request from 02:00:00:00:00:01, length 252")
        );
        assert!(verbose(1, LinkType::RAW, &discover()).ends_with(
            "length 252, xid 0x1234, Flags [Broadcast]\n\t  Client-Ethernet-Address 02:00:00:00:00:01\
             \n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363\
             \n\t    DHCP-Message (53), length 1: Discover\
             \n\t    Parameter-Request (55), length 2: \n\t      Subnet-Mask (1), Default-Gateway (3)\
             \n\t    Hostname (12), length 2: \"me\""
        ));
    }

    #[test]
    fn the_vendor_fields_of_cmu_are_told() {
        let mut message = vec![2, 1, 6, 0];
        message.resize(236, 0);
        message.extend_from_slice(b"CMU\0\x01\0\0\0\xff\xff\xff\0\xc0\0\x02\x01");
        message.resize(300, 0);
        let text = verbose(1, LinkType::RAW, &udp(67, 68, &message));
        assert!(
            text.ends_with(" vend-cmu DG:192.0.2.1 SM:255.255.255.0"),
            "{text}"
        );
    }

    #[test]
    fn every_cut_before_the_options_is_told() {
        let packet = discover();
        assert_every_cut_is_told(LinkType::RAW, &packet[..28 + 236]);
    }
}
