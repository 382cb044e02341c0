//! The link management protocol (RFC 4204), with the discovery of services of the Optical Internetworking Forum.

mod link;
mod names;
mod object;
mod service;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put, put_bits};
use names::{CLASSES, MESSAGES, kind_name};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("lmp");
    message.need(HEADER)?;
    let (version, flags, kind) = (message.peek_u8(0)? >> 4, message.peek_u8(2)?, message.peek_u8(3)?);
    if version != 1 {
        put!(page, "LMP version ", version, " packet not supported");
        return Ok(());
    }
    let name = name_of(MESSAGES, kind);
    if !page.verbose(1) {
        put!(page, "LMPv", version, " ");
        match name {
            Some(name) => put!(page, name),
            None => put!(page, "unknown (", kind, ")"),
        }
        put!(page, " Message, length: ", message.len());
        return Ok(());
    }
    put!(page, "\n\tLMPv", version, ", msg-type: ");
    match name {
        Some(name) => put!(page, name),
        None => put!(page, "unknown, type: ", kind),
    }
    put!(page, ", Flags: [");
    let names = &[(1, "Control Channel Down"), (2, "LMP restart")];
    put_bits(page.out, names, flags.into(), ", ", "none");
    let mut length = usize::from(message.peek_u16(4)?);
    put!(page, "], length: ", length);
    if length < HEADER {
        put!(page, " (too short)");
        return Ok(());
    }
    if length > message.len() {
        put!(page, " (too long)");
        length = message.len();
    }
    let mut rest = message.claiming(length).after(HEADER);
    while !rest.is_empty() {
        let Some(length) = print_object(page, rest)? else {
            return Ok(());
        };
        if length > rest.len() {
            put!(
                page,
                " [remaining objects length ",
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

/// Prints an object and returns its length, unless that cannot be.
fn print_object(page: &mut Page<'_>, object: Cursor<'_>) -> Shown<Option<usize>> {
    let length = usize::from(object.peek_u16(2)?);
    let (first, class) = (object.peek_u8(0)?, object.peek_u8(1)?);
    let kind = first & 0x7f;
    let name = name_of(CLASSES, class).unwrap_or("Unknown");
    put!(page, "\n\t  ", name, " Object (", class, "), Class-Type: ");
    put!(page, kind_name(class, kind), " (", kind, ") Flags: [");
    put!(
        page,
        if first & 0x80 == 0 { "non-" } else { "" },
        "negotiable], length: ",
        length
    );
    if length < 4 {
        put!(page, " (too short)");
        return Ok(None);
    }
    if !length.is_multiple_of(4) {
        put!(page, " (not a multiple of 4)");
        return Ok(None);
    }
    object.need(length)?;
    let value = object.claiming(length).after(4);
    let dump = match class {
        11..=14 => link::print(page, class, kind, value)?,
        51 => service::print(page, kind, value)?,
        _ => object::print(page, class, kind, value)?,
    };
    if dump || page.verbose(2) {
        page.hex("\n\t    ", value.limited(value.len()).bytes());
    }
    Ok(Some(length))
}

/// Whether a value has the length that it must have; says so if not.
fn fits(page: &mut Page<'_>, value: Cursor<'_>, length: usize) -> bool {
    let fits = value.len() == length;
    if !fits {
        put!(page, " (not correct for object)");
    }
    fits
}

/// An identifier that is an address of either family, or of neither.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    V4,
    V6,
    None,
}

impl Numbering {
    fn len(self) -> usize {
        if self == Self::V6 { 16 } else { 4 }
    }
}

/// Prints the next identifier and its first bytes as a number.
fn put_id(page: &mut Page<'_>, numbering: Numbering, rest: &mut Cursor<'_>) -> Shown {
    let number = rest.peek_u32(0)?;
    match numbering {
        Numbering::None => put!(page, rest.u32()?),
        _ => page.next_host(rest, numbering == Numbering::V6)?,
    }
    put!(page, " (0x", HexPad(number.into(), 8), ")");
    Ok(())
}

const HEADER: usize = 8;

#[cfg(test)]
mod sample {
    //! Messages for the tests of the printers of this folder.

    use crate::print::sample::{assert_every_cut_is_told, udp, verbose};
    use crate::wire::LinkType;

    /// A message with these objects, in UDP.
    pub(super) fn message(kind: u8, objects: &[u8]) -> Vec<u8> {
        let length = u8::try_from(8 + objects.len()).unwrap();
        udp(
            701,
            701,
            &[&[0x10, 0, 0, kind, 0, length, 0, 0], objects].concat(),
        )
    }

    /// What is told of an object from its type on.
    pub(super) fn told(class: u8, kind: u8, value: &[u8]) -> String {
        let length = u8::try_from(4 + value.len()).unwrap();
        let message = message(1, &[&[kind, class, 0, length], value].concat());
        assert_every_cut_is_told(LinkType::RAW, &message);
        let text = verbose(1, LinkType::RAW, &message);
        text.split_once("), Class-Type: ").unwrap().1.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{message, told};
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_kind_of_a_message_is_told_and_its_objects_under_v() {
        let hello = message(4, &[0x81, 7, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2]);
        assert!(shown(LinkType::RAW, &hello).ends_with(".701: LMPv1 Hello Message, length: 20"));
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "\n\tLMPv1, msg-type: Hello, Flags: [none], length: 20\
             \n\t  Hello Object (7), Class-Type: 1 (1) Flags: [negotiable], length: 12\
             \n\t    Tx Seq: 1, Rx Seq: 2"
        ));
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        let text = |objects: &[u8]| verbose(1, LinkType::RAW, &message(4, objects));
        assert!(text(&[1, 7, 0, 3]).ends_with("length: 3 (too short)"));
        assert!(text(&[1, 7, 0, 6, 0, 0, 0, 0]).ends_with("length: 6 (not a multiple of 4)"));
        assert!(told(7, 1, &[0, 0, 0, 1]).ends_with("length: 8 (not correct for object)"));
        assert!(told(7, 2, &[0, 0, 0, 1]).ends_with("length: 8\n\t    0x0000:  0000 0001"));
    }
}
