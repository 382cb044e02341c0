//! The home networking control protocol (RFC 7788), which is a profile of DNCP (RFC 7787).

mod prefix;
mod servers;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexPad, HexRun, Zeros, name_of, put};

/// Prints a datagram.
pub(super) fn print(page: &mut Page<'_>, datagram: Cursor<'_>) -> Shown {
    page.enter("hncp");
    put!(page, "hncp (", datagram.len(), ")");
    values(page, datagram, 1)
}

/// Prints the values, those within another ones indented by one more; in one line where they are deeper than
/// the user wants to see.
fn values(page: &mut Page<'_>, mut rest: Cursor<'_>, indent: u8) -> Shown {
    if indent > page.options.verbosity && page.options.verbosity < 3 {
        return names(page, rest, indent);
    }
    while !rest.is_empty() {
        new_line(page, indent);
        let Some(value) = next(page, rest) else {
            return Ok(());
        };
        let kind = Kind::of(value.number);
        put!(page, kind.name());
        if !matches!(kind, Kind::Known(..)) {
            put!(page, ": type=", value.number);
        }
        put!(page, " (", value.body.len() + HEADER, ")");
        print_value(page, value.number, value.body, indent)?;
        if value.number == DHCP
            && !value.body.is_empty()
            && !servers::version_4(page, value.body, indent + 1)?
        {
            // Unlike other values that cannot be, this one ends those beside it.
            page.invalid();
            return Ok(());
        }
        rest.advance(value.padded);
    }
    Ok(())
}

/// Prints only the names of the values, and how many there are of a kind one after the other.
fn names(page: &mut Page<'_>, mut rest: Cursor<'_>, indent: u8) -> Shown {
    let mut last: Option<(&str, usize)> = None;
    let mut is_first = true;
    while !rest.is_empty() {
        let Some(value) = next(page, rest) else {
            return Ok(());
        };
        let name = Kind::of(value.number).name();
        last = match last {
            Some((known, count)) if known == name => Some((name, count + 1)),
            before => {
                put_run(page, before, indent, &mut is_first);
                Some((name, 1))
            }
        };
        rest.advance(value.padded);
    }
    put_run(page, last, indent, &mut is_first);
    Ok(())
}

fn put_run(page: &mut Page<'_>, run: Option<(&str, usize)>, indent: u8, is_first: &mut bool) {
    let Some((name, count)) = run else {
        return;
    };
    match (*is_first, indent) {
        (false, _) => put!(page, ", "),
        (true, 1) => put!(page, " "),
        (true, _) => new_line(page, indent),
    }
    *is_first = false;
    put!(page, name);
    if count > 1 {
        put!(page, " (x", count, ")");
    }
}

fn new_line(page: &mut Page<'_>, indent: u8) {
    put!(page, "\n");
    for _ in 0..indent {
        put!(page, "\t");
    }
}

/// A type, what it has for a value, and how long both are up to the next.
struct Value<'a> {
    number: u16,
    body: Cursor<'a>,
    padded: usize,
}

/// The value that is next, unless it was not captured or goes past the end; that is said, and ends only those
/// that are beside it.
fn next<'a>(page: &mut Page<'_>, rest: Cursor<'a>) -> Option<Value<'a>> {
    let (Ok(number), Ok(length)) = (rest.peek_u16(0), rest.peek_u16(2)) else {
        page.truncated();
        return None;
    };
    if rest.len() < HEADER {
        page.invalid();
        return None;
    }
    let length = usize::from(length);
    if !rest.has(HEADER + length) {
        page.truncated();
        return None;
    }
    if rest.len() < HEADER + length {
        page.invalid();
        return None;
    }
    Some(Value {
        number,
        body: rest.after(HEADER).claiming(length),
        padded: HEADER + length.next_multiple_of(4),
    })
}

/// Prints the body of a value, all of which was captured.
fn print_value(page: &mut Page<'_>, number: u16, body: Cursor<'_>, indent: u8) -> Shown {
    let least = match number {
        1 => 0,
        2 => 4,
        3 | 4 | 9 => 8,
        5 | 36 => 20,
        8 => 12,
        10 => 37,
        32 => 5,
        34 => 9,
        35 => 6,
        DHCP | 38 | 40 | 43 => 1,
        39 | 41 => 17,
        42 => 32,
        _ => 0,
    };
    let exact = matches!(number, 1..=4 | 8);
    if body.len() < least || (exact && body.len() > least) {
        page.invalid();
        return Ok(());
    }
    let mut rest = body;
    match number {
        2 => {
            put!(page, " NID: ");
            node(page, &mut rest)?;
        }
        3 => {
            put!(page, " NID: ");
            node(page, &mut rest)?;
            put!(page, " EPID: ", HexPad(rest.u32()?.into(), 8));
        }
        4 => put!(page, " hash: ", HexPad(rest.u64()?, 16)),
        5 => {
            put!(page, " NID: ");
            node(page, &mut rest)?;
            put!(page, " seqno: ", rest.u32()?, " ");
            seconds(page, &mut rest)?;
            put!(page, " hash: ", HexPad(rest.u64()?, 16));
            return inner(page, rest, indent);
        }
        8 => {
            put!(page, " Peer-NID: ");
            node(page, &mut rest)?;
            put!(page, " Peer-EPID: ", HexPad(rest.u32()?.into(), 8));
            put!(page, " Local-EPID: ", HexPad(rest.u32()?.into(), 8));
        }
        9 => {
            put!(page, " EPID: ", HexPad(rest.u32()?.into(), 8), " Interval: ");
            seconds(page, &mut rest)?;
        }
        10 => {
            put!(page, " Verdict: ", rest.u8()?);
            rest.skip(3)?;
            put!(page, " Fingerprint: ", HexRun(rest.take(32)?), " Common Name: ");
            page.padded_text(&mut rest, body.len() - 36)?;
        }
        32 => {
            rest.skip(2)?;
            let (first, second) = (rest.u8()?, rest.u8()?);
            put!(page, " M: ", first >> 4, " P: ", first & 15, " H: ", second >> 4);
            put!(page, " L: ", second & 15, " User-agent: ");
            page.padded_text(&mut rest, body.len() - 4)?;
        }
        33 => return inner(page, rest, indent),
        34 | 35 => {
            if let Some(rest) = prefix::announced(page, number == 34, rest)? {
                return inner(page, rest, indent);
            }
        }
        36 => {
            put!(page, " EPID: ", HexPad(rest.u32()?.into(), 8), " IP Address: ");
            prefix::address(page, &mut rest)?;
            return inner(page, rest, indent);
        }
        38 => {
            let whole = servers::version_6(page, body, indent + 1)?;
            if !whole {
                page.invalid();
            }
        }
        39 => {
            put!(page, " IP-Address: ");
            prefix::address(page, &mut rest)?;
            let flags = rest.u8()?;
            for (bit, letter) in [(4, "l"), (2, "b"), (1, "s")] {
                put!(
                    page,
                    if bit == 4 { " " } else { "" },
                    if flags & bit == 0 { "-" } else { letter }
                );
            }
            put!(page, " ");
            if !domain(page, &mut rest)? {
                page.invalid();
                return Ok(());
            }
            return padded(page, body, rest, indent);
        }
        40 => {
            put!(page, " Domain: ");
            domain(page, &mut rest)?;
        }
        41 => {
            let length = usize::from(rest.peek_u8(16)?);
            if rest.len() < 17 + length {
                page.invalid();
                return Ok(());
            }
            put!(page, " IP-Address: ");
            prefix::address(page, &mut rest)?;
            rest.skip(1)?;
            put!(page, " Name: ");
            if length < 64 {
                put!(page, "\"");
                page.padded_text(&mut rest, length)?;
                put!(page, "\"");
            } else {
                page.invalid();
                rest.advance(length);
            }
            return padded(page, body, rest, indent);
        }
        42 => {
            put!(page, " PSK: ", HexRun(rest.take(32)?));
            return inner(page, rest, indent);
        }
        43 => prefix::policy(page, rest)?,
        _ => {}
    }
    Ok(())
}

/// Prints the values within a value.
fn inner(page: &mut Page<'_>, rest: Cursor<'_>, indent: u8) -> Shown {
    page.deeper(|page| values(page, rest, indent + 1))
}

/// The same behind a field of odd length, up to which `rest` is read; there may be no room for it to be padded.
fn padded(page: &mut Page<'_>, body: Cursor<'_>, rest: Cursor<'_>, indent: u8) -> Shown {
    let read = (body.len() - rest.len()).next_multiple_of(4);
    if read > body.len() {
        return Ok(());
    }
    inner(page, body.after(read), indent)
}

fn node(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let [a, b, c, d] = rest.array()?;
    put!(page, Hex2(a), ":", Hex2(b), ":", Hex2(c), ":", Hex2(d));
    Ok(())
}

fn seconds(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let millis = rest.u32()?;
    put!(page, millis / 1000, ".", Zeros((millis % 1000).into(), 3), "s");
    Ok(())
}

/// Prints a domain name; false if it goes past the end.
fn domain(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<bool> {
    let mut is_first = true;
    while !rest.is_empty() {
        let length = usize::from(rest.u8()?);
        if length == 0 {
            return Ok(true);
        }
        put!(page, if is_first { "" } else { "." });
        is_first = false;
        let room = rest.len().min(length);
        page.padded_text(rest, room)?;
        if room < length {
            break;
        }
    }
    put!(page, "[|DNS]");
    Ok(false)
}

/// What a type is, by its number.
enum Kind {
    Known(&'static str),
    Reserved,
    Unassigned,
    Private,
    Future,
}

impl Kind {
    fn of(number: u16) -> Self {
        match (name_of(TYPES, number), number) {
            (Some(name), _) => Self::Known(name),
            (None, 0) => Self::Reserved,
            (None, 44..=511) => Self::Unassigned,
            (None, 768..=1023) => Self::Private,
            _ => Self::Future,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Known(name) => name,
            Self::Reserved => "Reserved",
            Self::Unassigned => "Unassigned",
            Self::Private => "Private use",
            Self::Future => "Future use",
        }
    }
}

const HEADER: usize = 4;
const DHCP: u16 = 37;

const TYPES: &[(u16, &str)] = &[
    (1, "Request network state"),
    (2, "Request node state"),
    (3, "Node endpoint"),
    (4, "Network state"),
    (5, "Node state"),
    (8, "Peer"),
    (9, "Keep-alive interval"),
    (10, "Trust-Verdict"),
    (32, "HNCP-Version"),
    (33, "External-Connection"),
    (34, "Delegated-Prefix"),
    (35, "Assigned-Prefix"),
    (36, "Node-Address"),
    (DHCP, "DHCPv4-Data"),
    (38, "DHCPv6-Data"),
    (39, "DNS-Delegated-Zone"),
    (40, "Domain-Name"),
    (41, "Node-Name"),
    (42, "Managed-PSK"),
    (43, "Prefix-Policy"),
];

#[cfg(test)]
mod sample {
    //! Values for the tests of the printers of this folder.

    use crate::print::sample::udp;

    /// A value with its padding.
    pub(super) fn value(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut value = vec![0, kind, 0, u8::try_from(body.len()).unwrap()];
        value.extend_from_slice(body);
        value.resize(value.len().next_multiple_of(4), 0);
        value
    }

    /// A datagram of values.
    pub(super) fn datagram(values: &[u8]) -> Vec<u8> {
        udp(8231, 8231, values)
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{datagram, value};
    use crate::print::sample::{assert_every_cut_is_told, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn values_show_more_of_themselves_with_each_v() {
        let address = [&[0, 0, 0, 1][..], &[0; 10], &[255, 255, 192, 0, 2, 1]].concat();
        let state = [
            &[1, 2, 3, 4, 0, 0, 0, 9, 0, 0, 4, 0][..],
            &[0; 8],
            &value(36, &address),
        ]
        .concat();
        let request = value(1, &[]);
        let packet = datagram(&[&request[..], &request, &value(5, &state)].concat());
        assert!(
            shown(LinkType::RAW, &packet).ends_with(": hncp (56) Request network state (x2), Node state")
        );
        let state = "\n\tNode state (48) NID: 01:02:03:04 seqno: 9 1.024s hash: 0000000000000000";
        assert!(verbose(1, LinkType::RAW, &packet).ends_with(&format!("{state}\n\t\tNode-Address")));
        assert!(verbose(2, LinkType::RAW, &packet).ends_with(&format!(
            "{state}\n\t\tNode-Address (24) EPID: 00000001 IP Address: 192.0.2.1"
        )));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn what_cannot_be_ends_only_what_is_beside_it() {
        let connection = value(33, &[0, 1, 0, 9]);
        let packet = datagram(&[&connection[..], &value(1, &[])].concat());
        assert!(
            verbose(3, LinkType::RAW, &packet)
                .ends_with("External-Connection (8)\n\t\t [|hncp]\n\tRequest network state (4)")
        );
        let packet = datagram(&[&connection[..], &value(1, &[0; 20])].concat());
        assert!(
            verbose(3, LinkType::RAW, &packet)
                .ends_with("External-Connection (8)\n\t\t (invalid)\n\tRequest network state (24) (invalid)")
        );
    }

    #[test]
    fn names_have_no_dot_at_their_end() {
        let told = |packet: &[u8]| verbose(1, LinkType::RAW, &datagram(packet));
        assert!(told(&value(40, b"\x01a\x04home\0")).ends_with(" Domain: a.home"));
        assert!(told(&value(40, b"\x01a\x09home")).ends_with(" Domain: a.home[|DNS]"));
        let zone = [&[0; 10][..], &[255, 255, 192, 0, 2, 1, 6, 1, b'a', 0]].concat();
        assert!(told(&value(39, &zone)).ends_with(" IP-Address: 192.0.2.1 lb- a"));
        let name = [&[0; 10][..], &[255, 255, 192, 0, 2, 1, 1, b'r']].concat();
        assert!(told(&value(41, &name)).ends_with(" IP-Address: 192.0.2.1 Name: \"r\""));
    }
}
