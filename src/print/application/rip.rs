//! The routing information protocol, versions 1 (RFC 1058) and 2 (RFC 2453, RFC 4822).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex4, Named, Put, name_of, put};

/// Prints a message; its routes only under `-v`, and from `-vv` on what is left of it in hexadecimal.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("rip");
    put!(page, Named("", if page.verbose(1) { "\n\tRIP" } else { "RIP" }));
    if let Err(stop) = page.expect("packet length", message, HEADER) {
        return refused(page, stop, message);
    }
    let version = message.peek_u8(1)?;
    put!(page, "v", Named("version", version));
    if !matches!(version, 1 | 2) {
        put!(page, " [version != 1 && version != 2]");
        return refused(page, Stop::Invalid, message);
    }
    let command = message.peek_u8(0)?;
    match name_of(COMMANDS, command) {
        Some(name) => put!(page, ", ", name),
        None => put!(page, ", unknown command (", command, ")"),
    }
    put!(page, ", length: ", message.len());
    message.need(HEADER)?;
    if !page.verbose(1) {
        return Ok(());
    }
    let mut rest = message.after(HEADER);
    let routes = rest.len() / ROUTE;
    match (command, version) {
        (REQUEST | RESPONSE, 1) => {
            put!(page, ", routes: ", Named("count", routes));
            if let Err(stop) = entries(page, &mut rest, entry) {
                return refused(page, stop, rest);
            }
        }
        (REQUEST | RESPONSE, _) => {
            put!(page, ", routes: ", Named("count", routes), " or less");
            if let Err(stop) = entries(page, &mut rest, entry_v2) {
                return refused(page, stop, rest);
            }
        }
        _ => {
            let known = name_of(COMMANDS, command).is_some();
            if page.verbose(2) || !known {
                page.hex("\n\t", rest.limited(rest.len()).bytes());
            }
        }
    }
    Ok(())
}

/// Tells that the message cannot be, and that it was cut off where it was.
fn refused(page: &mut Page<'_>, stop: Stop, rest: Cursor<'_>) -> Shown {
    if stop == Stop::Truncated {
        return Err(stop);
    }
    page.invalid();
    rest.need(rest.len())
}

/// Prints the entries with `print`, which returns how many bytes one takes.
fn entries(
    page: &mut Page<'_>,
    rest: &mut Cursor<'_>,
    print: fn(&mut Page<'_>, Cursor<'_>) -> Shown<usize>,
) -> Shown {
    while !rest.is_empty() {
        let length = page.item("routes", |page| print(page, *rest))?;
        page.expect("remaining entries length", *rest, length)?;
        rest.advance(length);
    }
    Ok(())
}

fn entry(page: &mut Page<'_>, entry: Cursor<'_>) -> Shown<usize> {
    let mut rest = entry;
    page.expect("remaining data length", entry, ROUTE)?;
    entry.need(ROUTE)?;
    let (family, zero) = (rest.u16()?, rest.u16()?);
    if !matches!(family, ANY | INTERNET) {
        put!(page, "\n\t AFI ", Family(family), ", ");
        page.hex("\n\t  ", entry.after(4).limited(ROUTE - 4).bytes());
        return Ok(ROUTE);
    }
    let (address, zeros, metric) = (rest.ipv4()?, rest.u64()?, rest.u32()?);
    if zero != 0 || zeros != 0 {
        page.hex("\n\t  ", entry.limited(ROUTE).bytes());
        return Ok(ROUTE);
    }
    put!(
        page,
        Named("", if family == ANY { "\n\t  AFI 0, " } else { "\n\t  " })
    );
    page.one("prefix", |page| page.host(address));
    put!(page, ", metric: ", metric);
    Ok(ROUTE)
}

fn entry_v2(page: &mut Page<'_>, entry: Cursor<'_>) -> Shown<usize> {
    page.expect("remaining data length", entry, 4)?;
    let mut rest = entry;
    entry.need(4)?;
    let (family, tag) = (rest.u16()?, rest.u16()?);
    match (family, tag) {
        (AUTHENTICATION, PASSWORD) => {
            put!(page, "\n\t  Simple Text Authentication data: ");
            page.padded_text(&mut rest, ROUTE - 4)?;
        }
        (AUTHENTICATION, DIGEST) => {
            page.expect("remaining data length", rest, ROUTE - 4)?;
            put!(page, "\n\t  Auth header:");
            put!(page, " Packet Len ", rest.u16()?, ",");
            put!(page, " Key-ID ", rest.u8()?, ",");
            put!(page, " Auth Data Len ", rest.u8()?, ",");
            put!(page, " SeqNo ", rest.u32()?, ",");
            put!(page, " MBZ ", rest.u32()?, ",");
            put!(page, " MBZ ", rest.u32()?);
        }
        // What authenticates the message fills the rest of it.
        (AUTHENTICATION, other) => {
            if other == TRAILER {
                put!(page, "\n\t  Auth trailer:");
            } else {
                put!(page, "\n\t  Unknown (", other, ") Authentication data:");
            }
            page.hex("\n\t  ", rest.limited(rest.len()).bytes());
            return Ok(entry.len());
        }
        (ANY | INTERNET, _) => {
            page.expect("remaining data length", entry, ROUTE)?;
            route(page, family, tag, rest)?;
        }
        _ => {
            put!(page, "\n\t  AFI ", Family(family));
            page.hex("\n\t  ", rest.limited(ROUTE - 4).bytes());
        }
    }
    Ok(ROUTE)
}

fn route(page: &mut Page<'_>, family: u16, tag: u16, mut rest: Cursor<'_>) -> Shown {
    rest.need(8)?;
    let metric = rest.peek_u32(12)?;
    let (address, mask, router) = (rest.ipv4()?, rest.u32()?, rest.ipv4()?);
    put!(page, "\n\t  AFI ");
    match family {
        INTERNET => put!(page, "IPv4, "),
        other => put!(page, other, ", "),
    }
    page.one("prefix", |page| {
        page.right(15, |page| page.host(address));
        put_prefix_length(page, mask);
    });
    put!(page, ", tag 0x", Hex4(tag), ", metric: ", metric, ", next-hop: ");
    if router.is_unspecified() {
        put!(page, "self");
    } else {
        page.host(router);
    }
    Ok(())
}

/// `/24`, at the left of two columns; -1 if the mask is not one of leading ones.
fn put_prefix_length(page: &mut Page<'_>, mask: u32) {
    match mask.leading_ones() {
        ones if ones + mask.trailing_zeros() < 32 => put!(page, "/-1"),
        ones => put!(page, "/", ones, if ones < 10 { " " } else { "" }),
    }
}

/// A number of an address family as BSD has them.
struct Family(u16);

impl Put for Family {
    fn put(self, out: &mut Vec<u8>) {
        match family::bsd(self.0.into()) {
            Some(name) => name.put(out),
            None => ("Unknown (", self.0, ")").put(out),
        }
    }
}

const HEADER: usize = 4;
/// The length of an entry.
const ROUTE: usize = 20;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;

const COMMANDS: &[(u8, &str)] = &[
    (REQUEST, "Request"),
    (RESPONSE, "Response"),
    (3, "Trace on"),
    (4, "Trace off"),
    (6, "Triggered Request"),
    (7, "Triggered Response"),
    (8, "Triggered Acknowledgement"),
    (9, "Update Request"),
    (10, "Update Response"),
    (11, "Update Acknowledge"),
];

/// Address families; none is named in a request for the whole table.
const ANY: u16 = 0;
const INTERNET: u16 = 2;
const AUTHENTICATION: u16 = 0xffff;

/// Kinds of authentication.
const TRAILER: u16 = 1;
const PASSWORD: u16 = 2;
const DIGEST: u16 = 3;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A response with a route to 192.0.2.0/24 through its sender.
    fn response(version: u8, mask: [u8; 4]) -> Vec<u8> {
        let mut message = vec![2, version, 0, 0, 0, 2, 0, 0, 192, 0, 2, 0];
        message.extend_from_slice(&mask);
        message.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 3]);
        message
    }

    #[test]
    fn routes_are_told_under_v() {
        let first = udp(520, 520, &response(1, [0; 4]));
        assert!(shown(RAW, &first).ends_with(": RIPv1, Response, length: 24"));
        let text = verbose(1, RAW, &first);
        assert!(
            text.ends_with(", length: 24, routes: 1\n\t  192.0.2.0, metric: 3"),
            "{text}"
        );
        let text = verbose(1, RAW, &udp(520, 520, &response(2, [255, 255, 255, 0])));
        let told =
            "routes: 1 or less\n\t  AFI IPv4,       192.0.2.0/24, tag 0x0000, metric: 3, next-hop: self";
        assert!(text.ends_with(told), "{text}");
    }

    #[test]
    fn an_entry_that_ends_too_soon_is_told() {
        let message = response(2, [255, 0, 255, 0]);
        let text = verbose(1, RAW, &udp(520, 520, &message[..message.len() - 1]));
        assert!(
            text.ends_with(" [remaining data length 19 < 20] (invalid)"),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &udp(520, 520, &message));
    }

    #[test]
    fn a_message_of_another_version_is_refused() {
        let message = [1, 3, 0, 0, 0, 2];
        assert!(
            shown(RAW, &udp(520, 520, &message))
                .ends_with(": RIPv3 [version != 1 && version != 2] (invalid)")
        );
    }

    #[test]
    fn what_is_left_is_shown_from_vv_on() {
        let text = verbose(2, RAW, &udp(520, 520, &[9, 2, 0, 0, 1, 2]));
        assert!(
            text.ends_with("\n\tRIPv2, Update Request, length: 6\n\t0x0000:  0102"),
            "{text}"
        );
        let text = verbose(2, RAW, &udp(520, 520, &response(2, [255; 4])));
        assert!(text.ends_with("next-hop: self"), "{text}");
    }
}
