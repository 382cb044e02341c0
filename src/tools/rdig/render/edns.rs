//! The OPT pseudo section: EDNS and its options.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str;

use super::message::cookie_note;
use super::{Page, Role};
use crate::wire::Reader;
use crate::wire::dns::{Edns, EdnsOption, option_code};
use crate::wire::rdata::period;

/// Appends the pseudo section, if the message uses EDNS.
pub(super) fn write_edns(page: Page<'_>, out: &mut Vec<u8>) {
    let Some(edns) = &page.reply.edns else {
        return;
    };
    // Writing to a vector cannot fail.
    let _ = write!(
        out,
        ";; OPT PSEUDOSECTION:\n; EDNS: version: {}, flags:",
        edns.version
    );
    write_flags(edns, out);
    match undefined_flags(edns) {
        0 => {}
        bits => {
            let _ = write!(out, "; MBZ: 0x{bits:04x}, udp: {}", edns.udp_size);
        }
    }
    if undefined_flags(edns) == 0 {
        let _ = write!(out, "; udp: {}", edns.udp_size);
    }
    out.push(b'\n');
    for option in edns.options().flatten() {
        out.extend_from_slice(b"; ");
        write_name(option.code, "TCP KEEPALIVE", out);
        out.push(b':');
        if !option.data.is_empty() && !is_padding_of_ours(option, page) {
            out.push(b' ');
            write_value(option, page, out);
        }
        out.push(b'\n');
    }
}

/// The names of the flags that are set, each after a space.
pub(super) fn write_flags(edns: &Edns<'_>, out: &mut Vec<u8>) {
    for (flag, name) in [(Edns::DO, " do"), (COMPACT_OK, " co")] {
        if edns.flags & flag != 0 {
            out.extend_from_slice(name.as_bytes());
        }
    }
}

/// The flags that have no name and must be zero.
pub(super) fn undefined_flags(edns: &Edns<'_>) -> u16 {
    edns.flags & !(Edns::DO | COMPACT_OK)
}

/// The flag of compact denial of existence.
const COMPACT_OK: u16 = 0x4000;

/// Appends the name of an option; that of TCP keepalive is not everywhere the same.
pub(super) fn write_name(code: u16, keepalive: &str, out: &mut Vec<u8>) {
    let name = match code {
        option_code::LLQ => "LLQ",
        option_code::NSID => "NSID",
        option_code::CLIENT_SUBNET => "CLIENT-SUBNET",
        option_code::EXPIRE => "EXPIRE",
        option_code::COOKIE => "COOKIE",
        option_code::TCP_KEEPALIVE => keepalive,
        option_code::PADDING => "PAD",
        option_code::KEY_TAG => "KEY-TAG",
        option_code::EXTENDED_ERROR => "EDE",
        option_code::CLIENT_TAG => "CLIENT-TAG",
        option_code::SERVER_TAG => "SERVER-TAG",
        _ => {
            let _ = write!(out, "OPT={code}");
            return;
        }
    };
    out.extend_from_slice(name.as_bytes());
}

/// dig prints a query as it is before the padding is filled in.
pub(super) fn is_padding_of_ours(option: EdnsOption<'_>, page: Page<'_>) -> bool {
    option.code == option_code::PADDING && page.role == Role::Query
}

fn write_value(option: EdnsOption<'_>, page: Page<'_>, out: &mut Vec<u8>) {
    match (option.code, option.data) {
        (option_code::PADDING, data) => {
            let _ = write!(out, "({} bytes)", data.len());
        }
        (option_code::EXTENDED_ERROR, [high, low, text @ ..]) => {
            write_error_code(u16::from_be_bytes([*high, *low]), out);
            if !text.is_empty() {
                out.extend_from_slice(b": (");
                write_text(text, out);
                out.push(b')');
            }
        }
        _ => write_common_value(option, page, out),
    }
}

/// Appends the data of an option where it looks the same in every layout.
pub(super) fn write_common_value(option: EdnsOption<'_>, page: Page<'_>, out: &mut Vec<u8>) {
    let mut reader = Reader::new(option.data);
    let written = match option.code {
        option_code::LLQ => long_lived_query(&mut reader),
        option_code::CLIENT_SUBNET => match subnet(&mut reader) {
            Some(text) => Some(text),
            None => {
                write_bytes(option.data, out);
                return;
            }
        },
        option_code::EXPIRE => number(&mut reader).map(|seconds| format!("{seconds} ({})", period(seconds))),
        option_code::COOKIE => {
            option
                .data
                .iter()
                .for_each(|byte| drop(write!(out, "{byte:02x}")));
            out.extend_from_slice(cookie_note(page.role).as_bytes());
            return;
        }
        option_code::TCP_KEEPALIVE => {
            short(&mut reader).map(|tenths| format!("{}.{} secs", tenths / 10, tenths % 10))
        }
        option_code::KEY_TAG => tags(option.data),
        option_code::CLIENT_TAG | option_code::SERVER_TAG => short(&mut reader).map(|tag| tag.to_string()),
        _ => None,
    };
    match written {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => {
            write_bytes(option.data, out);
            out.extend_from_slice(b"(\"");
            out.extend(option.data.iter().map(|&byte| printable(byte)));
            out.extend_from_slice(b"\")");
        }
    }
}

/// The number of an extended error, and its name if it has one (RFC 8914 section 4).
pub(super) fn write_error_code(code: u16, out: &mut Vec<u8>) {
    let _ = write!(out, "{code}");
    if let Some(name) = EXTENDED_ERRORS.get(usize::from(code)) {
        let _ = write!(out, " ({name})");
    }
}

/// Text in UTF-8 with its control characters as dots.
pub(super) fn write_text(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let c = if c.is_control() { '.' } else { c };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        out.extend(chunk.invalid().iter().map(|_| b'.'));
    }
}

/// Each byte in hex and a space.
fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x} ");
    }
}

fn printable(byte: u8) -> u8 {
    if (0x20..0x7f).contains(&byte) { byte } else { b'.' }
}

/// The only two bytes.
fn short(reader: &mut Reader<'_>) -> Option<u16> {
    reader.u16().ok().filter(|_| reader.is_empty())
}

/// The only four bytes.
fn number(reader: &mut Reader<'_>) -> Option<u32> {
    reader.u32().ok().filter(|_| reader.is_empty())
}

fn long_lived_query(reader: &mut Reader<'_>) -> Option<String> {
    let (version, opcode, error) = (reader.u16().ok()?, reader.u16().ok()?, reader.u16().ok()?);
    let (identifier, lifetime) = (reader.u64().ok()?, number(reader)?);
    Some(format!(
        "Version: {version}, Opcode: {opcode}, Error: {error}, Identifier: {identifier}, Lifetime: {lifetime}"
    ))
}

fn tags(data: &[u8]) -> Option<String> {
    let mut reader = Reader::new(data);
    let mut tags = Vec::new();
    while !reader.is_empty() {
        tags.push(reader.u16().ok()?.to_string());
    }
    Some(tags.join(", "))
}

/// An address with the length of its prefix, and of the prefix for which the answer holds.
fn subnet(reader: &mut Reader<'_>) -> Option<String> {
    let family = reader.u16().ok()?;
    let (source, scope) = (reader.u8().ok()?, reader.u8().ok()?);
    let part = reader.take(reader.len()).ok()?;
    let address = match family {
        0 if source == 0 => "0".to_owned(),
        1 => Ipv4Addr::from(filled_up::<4>(part)?).to_string(),
        2 => Ipv6Addr::from(filled_up::<16>(part)?).to_string(),
        _ => return None,
    };
    Some(format!("{address}/{source}/{scope}"))
}

fn filled_up<const N: usize>(part: &[u8]) -> Option<[u8; N]> {
    let mut address = [0; N];
    address.get_mut(..part.len())?.copy_from_slice(part);
    Some(address)
}

/// By number.
const EXTENDED_ERRORS: [&str; 25] = [
    "Other",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_subnet_is_filled_up_with_zeroes() {
        let subnet = |data: &[u8]| subnet(&mut Reader::new(data));
        assert_eq!(subnet(&[0, 1, 24, 20, 192, 0, 2]).unwrap(), "192.0.2.0/24/20");
        assert_eq!(subnet(&[0, 2, 20, 7, 0x20, 1, 0x10]).unwrap(), "2001:1000::/20/7");
        assert_eq!(subnet(&[0, 0, 0, 0]).unwrap(), "0/0/0");
        assert_eq!(subnet(&[0, 9, 0, 0]), None);
    }

    #[test]
    fn control_characters_in_a_text_become_dots() {
        assert_eq!(
            text_of(|out| write_text(b"h\xc3\xa9\x1b[2J\xff\n", out)),
            "h\u{e9}.[2J.."
        );
    }

    #[test]
    fn an_error_without_a_name_is_a_number() {
        assert_eq!(text_of(|out| write_error_code(18, out)), "18 (Prohibited)");
        assert_eq!(text_of(|out| write_error_code(25, out)), "25");
    }
}
