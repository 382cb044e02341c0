//! The routing information protocol, versions 1 (RFC 1058) and 2 (RFC 2453, RFC 4822).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex4, Put, name_of, put};

/// Prints a message; its routes only under `-v`, and from `-vv` on all of it in hexadecimal too.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("rip");
    message.need(4)?;
    let mut rest = message;
    let (command, version) = (rest.u8()?, rest.u8()?);
    rest.skip(2)?;
    put!(page, if page.verbose(1) { "\n\t" } else { "" }, "RIPv", version);
    if version == 0 {
        page.hex("\n\t", message.bytes());
        return Ok(());
    }
    match name_of(COMMANDS, command) {
        Some(name) => put!(page, ", ", name),
        None => put!(page, ", unknown command (", command, ")"),
    }
    put!(page, ", length: ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    let routes = rest.len() / ROUTE;
    match (command, version) {
        (REQUEST | RESPONSE, 1) => {
            put!(page, ", routes: ", routes);
            entries(page, rest, entry)?;
        }
        (REQUEST | RESPONSE, 2) => {
            put!(page, ", routes: ", routes, " or less");
            entries(page, rest, entry_v2)?;
            // Authentication that goes on past the capture has been shown as far as it goes.
            if rest.captured() < rest.len() {
                return Ok(());
            }
        }
        (REQUEST | RESPONSE, _) => put!(page, ", unknown version"),
        (4..=6, _) => {}
        // What an unknown command carries is shown once, here or below.
        _ if !page.verbose(2) => page.hex("\n\t", message.bytes()),
        _ => {}
    }
    if page.verbose(2) {
        page.hex("\n\t", message.bytes());
    }
    Ok(())
}

/// Prints the entries with `print`, which returns how many bytes one took, or none if it is cut off.
fn entries(
    page: &mut Page<'_>,
    mut rest: Cursor<'_>,
    print: fn(&mut Page<'_>, Cursor<'_>) -> Shown<usize>,
) -> Shown {
    while !rest.is_empty() {
        let length = match print(page, rest) {
            Ok(length) => length,
            Err(Stop::Truncated | Stop::Invalid) => {
                page.truncated();
                return Ok(());
            }
        };
        if rest.len() < length {
            put!(
                page,
                " [remaining entries length ",
                rest.len(),
                " < ",
                length,
                "]"
            );
            page.invalid();
            return Ok(());
        }
        rest.advance(length);
    }
    Ok(())
}

fn entry(page: &mut Page<'_>, entry: Cursor<'_>) -> Shown<usize> {
    let mut rest = entry;
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
        if family == ANY { "\n\t  AFI 0, " } else { "\n\t  " },
        address,
        ", metric: ",
        metric
    );
    Ok(ROUTE)
}

fn entry_v2(page: &mut Page<'_>, entry: Cursor<'_>) -> Shown<usize> {
    let mut rest = entry;
    let (family, tag) = (rest.u16()?, rest.u16()?);
    match (family, tag) {
        (AUTHENTICATION, PASSWORD) => {
            put!(page, "\n\t  Simple Text Authentication data: ");
            page.text(&mut rest, ROUTE - 4)?;
        }
        (AUTHENTICATION, DIGEST) => {
            rest.need(ROUTE - 4)?;
            let (length, key, data) = (rest.u16()?, rest.u8()?, rest.u8()?);
            put!(page, "\n\t  Auth header: Packet Len ", length, ", Key-ID ", key);
            put!(page, ", Auth Data Len ", data, ", SeqNo ", rest.u32()?);
            put!(page, ", MBZ ", rest.u32()?, ", MBZ ", rest.u32()?);
        }
        // What authenticates the message fills the rest of it.
        (AUTHENTICATION, other) => {
            if other == TRAILER {
                put!(page, "\n\t  Auth trailer:");
            } else {
                put!(page, "\n\t  Unknown (", other, ") Authentication data:");
            }
            page.hex("\n\t  ", rest.bytes());
            return Ok(entry.len());
        }
        (ANY | INTERNET, _) => {
            let (address, mask) = (rest.ipv4()?, rest.u32()?);
            let (router, metric) = (rest.ipv4()?, rest.u32()?);
            put!(page, "\n\t  AFI ");
            match family {
                INTERNET => put!(page, "IPv4, "),
                other => put!(page, other, ", "),
            }
            put_aligned(page, address);
            put_prefix_length(page, mask);
            put!(page, ", tag 0x", Hex4(tag), ", metric: ", metric, ", next-hop: ");
            if router.is_unspecified() {
                put!(page, "self");
            } else {
                put!(page, router);
            }
        }
        _ => {
            put!(page, "\n\t  AFI ", Family(family));
            page.hex("\n\t  ", rest.limited(ROUTE - 4).bytes());
        }
    }
    Ok(ROUTE)
}

/// An address at the right of fifteen columns.
fn put_aligned(page: &mut Page<'_>, address: std::net::Ipv4Addr) {
    page.right(15, |page| put!(page, address));
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

/// The length of an entry.
const ROUTE: usize = 20;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;

const COMMANDS: &[(u8, &str)] = &[
    (REQUEST, "Request"),
    (RESPONSE, "Response"),
    (3, "Trace on"),
    (4, "Trace off"),
    (5, "Poll"),
    (6, "Poll Entry"),
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
    use crate::print::sample::{shown, udp, verbose};
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
        assert!(text.ends_with(" [|rip]"), "{text}");
    }
}
