//! OPEN: what a speaker is and what it can (RFC 4271 section 4.2, RFC 9072).

use super::as_number::put_as;
use super::{Cut, HEADER, Told, capabilities, room};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Named, name_of, put};

/// Prints the message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Told {
    room(message, FIXED)?;
    let mut rest = message.after(HEADER);
    put!(page, "\n\t  Version ", rest.u8()?, ", my AS ");
    put_as(page, rest.u16()?.into());
    put!(page, ", Holdtime ", rest.u16()?, "s, ID ");
    page.host(rest.ipv4()?);

    let mut length = usize::from(rest.u8()?);
    // The first option's type tells whether lengths have two bytes, for all of them (RFC 9072).
    let extended = rest.peek_u8(0)? == EXTENDED;
    let mut left = message.len() - FIXED;
    if extended {
        length = rest.peek_u16(1)?.into();
        rest.advance(3);
        left = left.checked_sub(3).unwrap_or(usize::MAX);
    }
    put!(
        page,
        "\n\t  Optional parameters",
        if extended { " (Extended)" } else { "" },
        ", length: ",
        Named("parameters_length", length)
    );
    parameters(page, rest.claiming(left), length, extended)
}

fn parameters(page: &mut Page<'_>, area: Cursor<'_>, length: usize, extended: bool) -> Told {
    let header = if extended { 3 } else { 2 };
    let mut rest = area;
    let mut left = length;
    page.list("parameters");
    while left > 0 {
        if !rest.has(header) || rest.len() < header {
            return Err(Cut::Message);
        }
        let kind = rest.u8()?;
        let size = if extended {
            usize::from(rest.u16()?)
        } else {
            usize::from(rest.u8()?)
        };
        if header + size > left {
            put!(page, "\n\t     Option ", kind, ", length: ", size);
            put!(page, ", goes past the end of the options");
            break;
        }
        let name = name_of(PARAMETERS, kind).unwrap_or("Unknown");
        put!(page, "\n\t    Option ", name, " (", kind, "), length: ", size);
        if kind == CAPABILITIES {
            capabilities::print(page, rest.claiming(size))?;
        } else {
            put!(page, "\n\t      no decoder for option ", kind);
        }
        rest.advance(size);
        left -= header + size;
    }
    Ok(())
}

const FIXED: usize = 29;
const EXTENDED: u8 = 255;
const CAPABILITIES: u8 = 2;

const PARAMETERS: &[(u8, &str)] = &[
    (1, "Authentication Information"),
    (CAPABILITIES, "Capabilities Advertisement"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{message, text};

    #[test]
    fn an_open_lists_its_parameters() {
        let open = [
            4, 0xfd, 0xe8, 0, 180, 192, 0, 2, 1, 8, 2, 6, 1, 4, 0, 1, 0, 1, 1, 9,
        ];
        let open = message(1, &open);
        assert_eq!(
            text(1, &open),
            "\n\tOpen Message (1), length: 39\
             \n\t  Version 4, my AS 65000, Holdtime 180s, ID 192.0.2.1\
             \n\t  Optional parameters, length: 8\
             \n\t    Option Capabilities Advertisement (2), length: 6\
             \n\t      Multiprotocol Extensions (1), length: 4\
             \n\t\tAFI IPv4 (1), SAFI Unicast (1)"
        );
    }

    #[test]
    fn parameters_may_have_long_lengths() {
        let open = [4, 0, 1, 0, 9, 1, 1, 1, 1, 255, 255, 0, 6, 9, 0, 1, 7, 1, 0, 9];
        let text = text(1, &message(1, &open));
        assert!(text.contains("\n\t  Optional parameters (Extended), length: 6"));
        assert!(text.contains("\n\t    Option Unknown (9), length: 1\n\t      no decoder for option 9"));
        assert!(text.ends_with("Option 1, length: 9, goes past the end of the options"));
    }
}
