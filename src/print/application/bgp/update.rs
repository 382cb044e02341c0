//! UPDATE: routes that are gone, the attributes of a path, and the routes that take it (RFC 4271 section 4.3).

use super::attributes;
use super::nlri::{self, Route};
use super::{Cut, Told, room};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::put;

/// Prints the message from behind its header.
pub(super) fn print(page: &mut Page<'_>, body: Cursor<'_>) -> Told {
    let mut rest = body;
    room(rest, 2)?;
    let withdrawn = withdrawn(page, &mut rest)?;
    room(rest, 2)?;
    let length = usize::from(rest.u16()?);
    if withdrawn == 0 && length == 0 && rest.is_empty() {
        put!(page, "\n\t  End-of-Rib Marker (empty NLRI)");
        return Ok(());
    }
    if length > rest.len() {
        return Err(Cut::Message);
    }
    path_attributes(page, &mut rest, length)?;
    if rest.is_empty() {
        return Ok(());
    }
    put!(page, "\n\t  Updated routes:");
    let with_paths = nlri::has_paths(rest.bytes(), rest.len(), 32);
    while !rest.is_empty() {
        if with_paths {
            room(rest, 4)?;
        }
        match route(page, &mut rest, with_paths)? {
            Route::Takes(length) => rest.advance(length),
            _ => break,
        }
    }
    Ok(())
}

/// Prints the routes that are gone, and returns how many bytes of them were not.
fn withdrawn(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told<usize> {
    let mut left = usize::from(rest.u16()?);
    room(*rest, left)?;
    if left < 2 {
        rest.advance(left);
        return Ok(left);
    }
    put!(page, "\n\t  Withdrawn routes:");
    let with_paths = nlri::has_paths(rest.bytes(), left, 32);
    while left > 0 {
        if with_paths && left < 4 {
            rest.advance(left);
            break;
        }
        let mut area = rest.claiming(left);
        let shown = route(page, &mut area, with_paths)?;
        rest.advance(left - area.len());
        left = area.len();
        let Route::Takes(length) = shown else { break };
        rest.advance(length);
        left = left.saturating_sub(length);
    }
    Ok(left)
}

/// Prints an IPv4 route; passes over the number of its path, but not over the route itself.
fn route(page: &mut Page<'_>, rest: &mut Cursor<'_>, with_paths: bool) -> Told<Route> {
    let path = if with_paths { Some(rest.u32()?) } else { None };
    let shown = nlri::prefix::<4>(page, "\n\t    ", *rest)?;
    match shown {
        Route::Ends => return Err(Cut::Message),
        Route::Illegal => put!(page, "\n\t    (illegal prefix length)"),
        Route::Takes(_) => {
            if let Some(path) = path {
                put!(page, "   Path Id: ", path);
            }
        }
    }
    Ok(shown)
}

fn path_attributes(page: &mut Page<'_>, rest: &mut Cursor<'_>, length: usize) -> Told {
    let mut left = length;
    page.list("attributes");
    while left > 0 {
        room(*rest, 2)?;
        if left < 2 {
            put!(page, "\n\t  [path attrs too short]");
            rest.advance(left);
            break;
        }
        let (flags, kind) = (rest.u8()?, rest.u8()?);
        left -= 2;
        let width = attributes::width_of_length(flags);
        room(*rest, width)?;
        if left < width {
            put!(page, "\n\t  [path attrs too short]");
            rest.advance(left);
            break;
        }
        let size = attributes::length(rest, flags)?;
        left -= width;
        attributes::begin(page, "\n\t  ", flags, kind, size);
        if flags != 0 {
            put!(page, ": ");
        }
        if left < size {
            put!(page, " [path attrs too short]");
            rest.advance(left);
            break;
        }
        attributes::print(page, kind, rest.claiming(size), 0)?;
        rest.advance(size);
        left -= size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample::{message, text};

    #[test]
    fn routes_come_and_go() {
        let update = message(
            2,
            &[
                0, 3, 16, 10, 1, 0, 4, 0x40, 1, 1, 0, 24, 192, 0, 2, 25, 192, 0, 2, 0xff,
            ],
        );
        assert_eq!(
            text(1, &update),
            "\n\tUpdate Message (2), length: 39\n\t  Withdrawn routes:\n\t    10.1.0.0/16\
             \n\t  Origin (1), length: 1, Flags [T]: IGP\
             \n\t  Updated routes:\n\t    192.0.2.0/24\n\t    192.0.2.128/25"
        );
        assert!(text(1, &message(2, &[0, 0, 0, 0])).ends_with("\n\t  End-of-Rib Marker (empty NLRI)"));
    }

    #[test]
    fn lengths_that_lie_end_the_message_and_not_the_segment() {
        let messages = [message(2, &[0, 0, 0, 9, 0x40, 1]), message(4, &[])].concat();
        assert!(text(1, &messages).ends_with("length: 25 [|bgp]\n\tKeepalive Message (4), length: 19"));
        assert!(text(1, &message(2, &[0, 0, 0, 3, 0x40, 1, 9])).ends_with(":  [path attrs too short]"));
        assert!(
            text(1, &message(2, &[0, 0, 0, 0, 33, 1, 2, 3]))
                .ends_with("Updated routes:\n\t    (illegal prefix length)")
        );
    }

    #[test]
    fn routes_may_have_the_number_of_their_path() {
        let update = message(2, &[0, 0, 0, 0, 0, 0, 0, 7, 8, 10]);
        assert!(text(1, &update).ends_with("\n\t    10.0.0.0/8   Path Id: 7"));
    }
}
