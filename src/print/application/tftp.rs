//! The trivial file transfer protocol (RFC 1350) and its options (RFC 2347).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, name_of, put};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("tftp");
    put!(page, "TFTP, length ", packet.len());
    let mut rest = packet;
    let opcode = field(&mut rest)?;
    match name_of(OPCODES, opcode) {
        Some(name) => put!(page, ", ", name),
        None => {
            put!(page, ", tftp-#", opcode);
            return Ok(());
        }
    }
    match opcode {
        READ | WRITE => {
            rest.claims(1).map_err(|_| Stop::Truncated)?;
            put!(page, " ");
            quoted(page, &mut rest)?;
            rest.claims(1).map_err(|_| Stop::Truncated)?;
            put!(page, " ");
            string(page, &mut rest)?;
            options(page, rest)
        }
        OPTIONS => options(page, rest),
        ERROR => {
            let code = field(&mut rest)?;
            match name_of(ERRORS, code) {
                Some(name) => put!(page, " ", name),
                None => put!(page, " tftp-err-#", code, " \""),
            }
            rest.claims(1).map_err(|_| Stop::Truncated)?;
            put!(page, " ");
            quoted(page, &mut rest)
        }
        _ => {
            put!(page, " block ", field(&mut rest)?);
            Ok(())
        }
    }
}

/// Names and values of options, one after the other.
fn options(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        put!(page, if rest.peek_u8(0)? == 0 { "" } else { " " });
        string(page, &mut rest)?;
    }
    Ok(())
}

fn quoted(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    put!(page, "\"");
    let whole = string(page, rest);
    put!(page, "\"");
    whole
}

/// A string up to its zero byte, without which it is shown as far as it goes.
fn string(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let bytes = rest.limited(rest.len()).bytes();
    let end = bytes.iter().position(|&byte| byte == 0);
    put!(
        page,
        Escaped(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default())
    );
    rest.skip(end.ok_or(Stop::Truncated)? + 1)
}

/// A number, which may be missing like anything that was cut off.
fn field(rest: &mut Cursor<'_>) -> Shown<u16> {
    rest.claims(2).map_err(|_| Stop::Truncated)?;
    rest.u16()
}

const READ: u16 = 1;
const WRITE: u16 = 2;
const ERROR: u16 = 5;
const OPTIONS: u16 = 6;
const OPCODES: &[(u16, &str)] = &[
    (READ, "RRQ"),
    (WRITE, "WRQ"),
    (3, "DATA"),
    (4, "ACK"),
    (ERROR, "ERROR"),
    (OPTIONS, "OACK"),
];

const ERRORS: &[(u16, &str)] = &[
    (0, "EUNDEF"),
    (1, "ENOTFOUND"),
    (2, "EACCESS"),
    (3, "ENOSPACE"),
    (4, "EBADOP"),
    (5, "EBADID"),
    (6, "EEXISTS"),
    (7, "ENOUSER"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn told(payload: &[u8]) -> String {
        let text = shown(RAW, &udp(40000, 69, payload));
        text.split_once("TFTP, ").unwrap().1.to_owned()
    }

    #[test]
    fn requests_have_their_file_mode_and_options() {
        assert_eq!(
            told(b"\0\x01a.img\0octet\0blksize\x001428\0"),
            "length 27, RRQ \"a.img\" octet blksize 1428"
        );
        assert_eq!(told(b"\0\x06tsize\x009\0"), "length 10, OACK tsize 9");
    }

    #[test]
    fn data_and_errors() {
        assert_eq!(told(b"\0\x03\0\x07abc"), "length 7, DATA block 7");
        assert_eq!(told(b"\0\x05\0\x01no\0"), "length 7, ERROR ENOTFOUND \"no\"");
        assert_eq!(
            told(b"\0\x05\0\x01no"),
            "length 6, ERROR ENOTFOUND \"no\" [|tftp]"
        );
        assert_eq!(told(b"\0\x09"), "length 2, tftp-#9");
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &udp(40000, 69, b"\0\x01a\0octet\0"));
    }
}
