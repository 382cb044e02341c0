//! What a router learns of origins from its cache: RPKI to router (RFC 6810).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, name_of, put};

/// Prints the protocol data units of a segment.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("rpki_rtr");
    if !page.verbose(1) {
        put!(page, ", RPKI-RTR");
        return Ok(());
    }
    let mut rest = segment;
    while !rest.is_empty() {
        let length = unit(page, rest, Layer::Outer)?;
        rest.advance(length);
    }
    Ok(())
}

/// Where a unit is: an error quotes another, whose own quotation is not shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Outer,
    Quoted,
}

impl Layer {
    fn indent(self) -> &'static str {
        match self {
            Self::Outer => "\n\t  ",
            Self::Quoted => "\n\t    ",
        }
    }
}

/// Prints a unit and returns how many bytes it takes: all that there are if it cannot be.
fn unit(page: &mut Page<'_>, from: Cursor<'_>, layer: Layer) -> Shown<usize> {
    if from.len() < HEADER {
        put!(page, "(", from.len(), " bytes is too few to decode)");
        return invalid(page, from);
    }
    let version = from.peek_u8(0)?;
    if version != 0 {
        put!(page, "\n\tRPKI-RTRv", version, " (unknown)");
        return Ok(from.len());
    }
    let (kind, length) = (from.peek_u8(1)?, from.peek_u32(4)?);
    let name = name_of(UNITS, kind).unwrap_or("Unknown");
    put!(
        page,
        "\n\tRPKI-RTRv0, ",
        name,
        " PDU (",
        kind,
        "), length: ",
        length
    );
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length < HEADER || length > from.len() {
        return invalid(page, from);
    }
    let expected = match kind {
        NOTIFY | QUERY | END => HEADER + 4,
        RESET_QUERY | RESET | RESPONSE => HEADER,
        PREFIX4 => 20,
        PREFIX6 => 32,
        _ => length,
    };
    if length != expected {
        return invalid(page, from);
    }
    let mut dumped = page.verbose(2);
    match kind {
        NOTIFY | QUERY | END => {
            let (session, serial) = (from.peek_u16(2)?, from.peek_u32(8)?);
            put!(
                page,
                layer.indent(),
                "Session ID: 0x",
                Hex4(session),
                ", Serial: ",
                serial
            );
        }
        RESET_QUERY | RESET => {}
        RESPONSE => put!(page, layer.indent(), "Session ID: 0x", Hex4(from.peek_u16(2)?)),
        PREFIX4 | PREFIX6 => prefix(page, kind == PREFIX6, from, layer)?,
        ERROR => {
            if !error(page, from.claiming(length), layer)? {
                return invalid(page, from);
            }
        }
        _ => {
            from.need(length)?;
            dumped = true;
        }
    }
    if dumped {
        page.hex("\n\t  ", from.limited(length).bytes());
    }
    Ok(length)
}

fn invalid(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<usize> {
    page.invalid();
    from.need(from.len())?;
    Ok(from.len())
}

fn prefix(page: &mut Page<'_>, v6: bool, from: Cursor<'_>, layer: Layer) -> Shown {
    let mut rest = from.after(HEADER);
    let (flags, bits, longest, _) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let origin = rest.peek_u32(if v6 { 16 } else { 4 })?;
    put!(page, layer.indent());
    if v6 {
        put!(page, "IPv6 Prefix ");
        page.host(rest.ipv6()?);
    } else {
        put!(page, "IPv4 Prefix ");
        page.host(rest.ipv4()?);
    }
    put!(
        page,
        "/",
        bits,
        "-",
        longest,
        ", origin-as ",
        origin,
        ", flags 0x",
        Hex2(flags)
    );
    Ok(())
}

/// Prints a report of an error; false if its lengths contradict each other.
fn error(page: &mut Page<'_>, from: Cursor<'_>, layer: Layer) -> Shown<bool> {
    let mut rest = from.after(HEADER);
    if rest.len() < 4 {
        return Ok(false);
    }
    let quoted = rest.u32()?;
    let code = from.peek_u16(2)?;
    let name = name_of(ERRORS, code).unwrap_or("Unknown");
    put!(
        page,
        layer.indent(),
        "Error code: ",
        name,
        " (",
        code,
        "), Encapsulated PDU length: ",
        quoted
    );
    let quoted = usize::try_from(quoted).unwrap_or(usize::MAX);
    if quoted > 0 {
        if rest.len() < quoted {
            return Ok(false);
        }
        if layer == Layer::Quoted {
            rest.need(quoted)?;
        } else {
            put!(page, "\n\t    -----encapsulated PDU-----");
            unit(page, rest.claiming(quoted), Layer::Quoted)?;
        }
        rest.advance(quoted);
    }
    if rest.len() < 4 {
        return Ok(false);
    }
    let length = usize::try_from(rest.u32()?).unwrap_or(usize::MAX);
    if length > 0 {
        if rest.len() < length {
            return Ok(false);
        }
        put!(page, layer.indent(), "Error text: ");
        page.text(&mut rest, length)?;
    }
    Ok(true)
}

const HEADER: usize = 8;

const NOTIFY: u8 = 0;
const QUERY: u8 = 1;
const RESET_QUERY: u8 = 2;
const RESPONSE: u8 = 3;
const PREFIX4: u8 = 4;
const PREFIX6: u8 = 6;
const END: u8 = 7;
const RESET: u8 = 8;
const ERROR: u8 = 10;

const UNITS: &[(u8, &str)] = &[
    (NOTIFY, "Serial Notify"),
    (QUERY, "Serial Query"),
    (RESET_QUERY, "Reset Query"),
    (RESPONSE, "Cache Response"),
    (PREFIX4, "IPV4 Prefix"),
    (PREFIX6, "IPV6 Prefix"),
    (END, "End of Data"),
    (RESET, "Cache Reset"),
    (ERROR, "Error Report"),
];

const ERRORS: &[(u16, &str)] = &[
    (0, "Corrupt Data"),
    (1, "Internal Error"),
    (2, "No Data Available"),
    (3, "Invalid Request"),
    (4, "Unsupported Protocol Version"),
    (5, "Unsupported PDU Type"),
    (6, "Withdrawal of Unknown Record"),
    (7, "Duplicate Announcement Received"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, verbose};
    use crate::wire::LinkType;

    fn segment(payload: &[u8]) -> Vec<u8> {
        tcp((323, 50000), (1, 1), 0x10, &[], payload)
    }

    fn told(payload: &[u8]) -> String {
        let text = verbose(1, LinkType::RAW, &segment(payload));
        text.split_once(&format!(", length {}", payload.len()))
            .unwrap()
            .1
            .to_owned()
    }

    #[test]
    fn prefixes_have_their_origins() {
        let prefix = [
            0, 4, 0, 0, 0, 0, 0, 20, 1, 24, 24, 0, 192, 0, 2, 0, 0, 0, 0xfd, 0xe8,
        ];
        assert!(shown(LinkType::RAW, &segment(&prefix)).ends_with(", length 20, RPKI-RTR"));
        let told = told(&[prefix.as_slice(), &[0, 2, 0, 0, 0, 0, 0, 8]].concat());
        assert_eq!(
            told,
            "\n\tRPKI-RTRv0, IPV4 Prefix PDU (4), length: 20\
             \n\t  IPv4 Prefix 192.0.2.0/24-24, origin-as 65000, flags 0x01\
             \n\tRPKI-RTRv0, Reset Query PDU (2), length: 8"
        );
        assert_every_cut_is_told(LinkType::RAW, &segment(&prefix));
    }

    #[test]
    fn an_error_quotes_what_it_is_about() {
        let error = [
            0, 10, 0, 3, 0, 0, 0, 26, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0, 8, 0, 0, 0, 2, b'n', b'o',
        ];
        assert_eq!(
            told(&error),
            "\n\tRPKI-RTRv0, Error Report PDU (10), length: 26\
             \n\t  Error code: Invalid Request (3), Encapsulated PDU length: 8\
             \n\t    -----encapsulated PDU-----\n\tRPKI-RTRv0, Reset Query PDU (2), length: 8\
             \n\t  Error text: no"
        );
        assert_eq!(told(&[0, 2, 0]), "(3 bytes is too few to decode) (invalid)");
    }
}
