//! RSVP (RFC 2205), with its extensions for label switched paths (RFC 3209) and GMPLS (RFC 3473).

mod flow;
mod names;
mod object;
mod path;
mod session;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex4, name_of, put, put_bits};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("rsvp");
    message.need(HEADER)?;
    let version = message.peek_u8(0)? >> 4;
    if version != VERSION {
        unsupported(page, version);
        return Ok(());
    }
    if page.verbose(1) {
        whole(page, message)
    } else {
        let kind = message.peek_u8(1)?;
        put!(page, "RSVPv", version, " ");
        match name_of(MESSAGES, kind) {
            Some(name) => put!(page, name),
            None => put!(page, "unknown (", kind, ")"),
        }
        put!(page, " Message, length: ", message.len());
        Ok(())
    }
}

/// Prints all that is in a message whose header is there.
fn whole(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let Some(length) = header(page, "\n\tRSVPv", message)? else {
        return Ok(());
    };
    // The length is the message's own; the datagram's does not count.
    let message = message.claiming(length);
    let mut rest = message.after(HEADER);
    match message.peek_u8(1)? {
        BUNDLE => {
            while !rest.is_empty() {
                rest.need(HEADER)?;
                let version = rest.peek_u8(0)? >> 4;
                if version != VERSION {
                    unsupported(page, version);
                    return Ok(());
                }
                let Some(length) = header(page, "\n\t  RSVPv", rest)? else {
                    return Ok(());
                };
                if length > rest.len() {
                    put!(page, "ERROR: common header too large ", length, " > ", rest.len());
                    return Ok(());
                }
                let part = rest.claiming(length).after(HEADER);
                if !object::print_all(page, "\n\t    ", rest.claiming(length), part)? {
                    return Ok(());
                }
                rest.advance(length);
            }
        }
        kind if name_of(MESSAGES, kind).is_some() => {
            object::print_all(page, "\n\t  ", message, rest)?;
        }
        _ => page.hex("\n\t    ", rest.limited(rest.len()).bytes()),
    }
    Ok(())
}

/// Prints a header and returns the length that it tells, unless it is too short for the header itself.
fn header(page: &mut Page<'_>, before: &str, message: Cursor<'_>) -> Shown<Option<usize>> {
    let mut rest = message;
    let (first, kind, checksum, hops) = (rest.u8()?, rest.u8()?, rest.u16()?, rest.u8()?);
    rest.skip(1)?;
    let length = usize::from(rest.u16()?);
    put!(page, before, first >> 4, " ");
    match name_of(MESSAGES, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown, type: ", kind),
    }
    put!(page, " Message (", kind, "), Flags: [");
    let flags = &[(1, "Refresh reduction capable")];
    put_bits(page.out, flags, (first & 0x0f).into(), ", ", "none");
    put!(page, "], length: ", length, ", ttl: ", hops);
    put!(page, ", checksum: 0x", Hex4(checksum));
    if length < HEADER {
        put!(page, "ERROR: common header too short ", length, " < ", HEADER);
        return Ok(None);
    }
    Ok(Some(length))
}

fn unsupported(page: &mut Page<'_>, version: u8) {
    put!(page, "ERROR: RSVP version ", version, " packet not supported");
}

/// Why the printer of an object ended before its end; the message ends there too.
enum Fault {
    /// As any printer may.
    Stop(Stop),
    /// The object is too short for what it should hold.
    Short,
    /// So is a part of it.
    ShortPart,
    /// What is wrong has been said.
    Told,
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// What the printer of an object returns: whether its bytes are to be shown as well.
type Told = Result<bool, Fault>;

/// Ends the object unless `count` bytes are left of it.
fn room(rest: Cursor<'_>, count: usize) -> Result<(), Fault> {
    if rest.len() < count {
        return Err(Fault::Short);
    }
    Ok(())
}

const VERSION: u8 = 1;
const HEADER: usize = 8;
const BUNDLE: u8 = 12;

const MESSAGES: &[(u8, &str)] = &[
    (1, "Path"),
    (2, "Resv"),
    (3, "PathErr"),
    (4, "ResvErr"),
    (5, "PathTear"),
    (6, "ResvTear"),
    (7, "ResvConf"),
    (BUNDLE, "Bundle"),
    (13, "Acknowledgement"),
    (14, "Hello (Old)"),
    (15, "Refresh"),
    (20, "Hello"),
];

#[cfg(test)]
mod sample {
    //! Messages for the tests of the printers of this folder.

    use crate::print::sample::{assert_every_cut_is_told, ipv4, verbose};
    use crate::wire::LinkType;

    /// A message of these objects, in IPv4.
    pub(super) fn message(kind: u8, objects: &[u8]) -> Vec<u8> {
        let length = u8::try_from(8 + objects.len()).unwrap();
        ipv4(
            46,
            &[&[0x10, kind, 0x12, 0x34, 64, 0, 0, length], objects].concat(),
        )
    }

    /// An object of these contents.
    pub(super) fn object(class: u8, kind: u8, contents: &[u8]) -> Vec<u8> {
        let length = u8::try_from(4 + contents.len()).unwrap();
        [&[0, length, class, kind], contents].concat()
    }

    /// The lines of an object's contents under `-v`.
    pub(super) fn told(class: u8, kind: u8, contents: &[u8]) -> String {
        let message = message(1, &object(class, kind, contents));
        assert_every_cut_is_told(LinkType::RAW, &message);
        let text = verbose(1, LinkType::RAW, &message);
        let (_, text) = text.split_once("length: ").unwrap();
        let (_, text) = text.split_once("], Class-Type: ").unwrap();
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{message, object};
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_kind_of_a_message_is_told_and_its_objects_under_v() {
        let hello = message(20, &object(22, 1, &[0, 0, 0, 1, 0, 0, 0, 2]));
        assert_eq!(
            shown(LinkType::RAW, &hello),
            "IP 192.0.2.1 > 192.0.2.2: RSVPv1 Hello Message, length: 20"
        );
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "192.0.2.2: \n\tRSVPv1 Hello Message (20), Flags: [none], length: 20, ttl: 64, checksum: 0x1234\
             \n\t  Hello Object (22) Flags: [reject if unknown], Class-Type: Hello Request (1), length: 12\
             \n\t    Source Instance: 0x00000001, Destination Instance: 0x00000002"
        ));
        assert!(
            verbose(2, LinkType::RAW, &hello).ends_with("0x0000:  0000 0001 0000 0002"),
            "bytes from -vv on"
        );
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }

    #[test]
    fn messages_in_a_bundle_are_indented() {
        let inner = message(20, &object(22, 2, &[0, 0, 0, 1, 0, 0, 0, 2]));
        let bundle = message(12, &[&inner[20..], &[0x10, 1, 0, 0, 0, 0, 0, 99]].concat());
        let text = verbose(1, LinkType::RAW, &bundle);
        assert!(text.contains("\n\t  RSVPv1 Hello Message (20)"));
        assert!(text.contains("\n\t    Hello Object (22)"));
        assert!(text.ends_with("ERROR: common header too large 99 > 8"));
    }

    #[test]
    fn what_is_no_message_is_not_read() {
        let told = |bytes: &[u8]| verbose(1, LinkType::RAW, &ipv4(46, bytes));
        assert!(told(&[0x20, 1, 0, 0, 0, 0, 0, 8]).ends_with("ERROR: RSVP version 2 packet not supported"));
        assert!(told(&[0x10, 1, 0, 0, 0, 0, 0, 7]).ends_with("0x0000ERROR: common header too short 7 < 8"));
        assert!(
            told(&[0x10, 1, 0, 0, 0, 0, 0, 12, 0, 6, 1, 1])
                .ends_with("\n\t  ERROR: object header size 6 not a multiple of 4")
        );
    }
}
