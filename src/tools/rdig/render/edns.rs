//! The OPT pseudo section: EDNS and its options.

use std::io::Write as _;
use std::str;

use super::message::cookie_note;
use super::{Page, Role};
use crate::wire::dns::{Edns, EdnsOption, ExtendedError, OptionValue, option_code};
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
    option.code == option_code::PADDING && page.role == Role::Query && page.lookup.query.pad_to > 0
}

fn write_value(option: EdnsOption<'_>, page: Page<'_>, out: &mut Vec<u8>) {
    match option.value() {
        OptionValue::Padding(length) => drop(write!(out, "({length} bytes)")),
        OptionValue::ExtendedError { error, text } => {
            write_error_code(error, out);
            if text.is_empty() {
                return;
            }
            out.extend_from_slice(b": ");
            if str::from_utf8(text).is_err() {
                write_bytes(text, out);
            }
            out.push(b'(');
            write_text(text, out);
            out.push(b')');
        }
        _ => write_common_value(option, page, out),
    }
}

/// Appends the data of an option where it looks the same in every layout.
pub(super) fn write_common_value(option: EdnsOption<'_>, page: Page<'_>, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = match option.value() {
        OptionValue::LongLivedQuery {
            version,
            opcode,
            error,
            identifier,
            lifetime,
        } => write!(
            out,
            "Version: {version}, Opcode: {opcode}, Error: {error}, Identifier: {identifier}, Lifetime: {lifetime}"
        ),
        OptionValue::ClientSubnet {
            address,
            source,
            scope,
        } => match address {
            Some(address) => write!(out, "{address}/{source}/{scope}"),
            None => write!(out, "0/{source}/{scope}"),
        },
        OptionValue::Expire(seconds) => write!(out, "{seconds} ({})", period(seconds)),
        OptionValue::Cookie(cookie) => {
            cookie.iter().for_each(|byte| drop(write!(out, "{byte:02x}")));
            write!(out, "{}", cookie_note(page.role))
        }
        OptionValue::TcpKeepalive(tenths) => write!(out, "{}.{} secs", tenths / 10, tenths % 10),
        OptionValue::KeyTags(tags) => {
            let tags: Vec<String> = tags.iter().map(u16::to_string).collect();
            write!(out, "{}", tags.join(", "))
        }
        OptionValue::Tag(tag) => write!(out, "{tag}"),
        OptionValue::ServerId(_)
        | OptionValue::Padding(_)
        | OptionValue::ExtendedError { .. }
        | OptionValue::Other(_) => {
            write_bytes(option.data, out);
            if option.code != option_code::CLIENT_SUBNET {
                out.extend_from_slice(b"(\"");
                out.extend(option.data.iter().map(|&byte| printable(byte)));
                out.extend_from_slice(b"\")");
            }
            Ok(())
        }
    };
}

/// The number of an extended error, and its name if dig 9.18 knows it.
pub(super) fn write_error_code(error: ExtendedError, out: &mut Vec<u8>) {
    let _ = write!(out, "{}", error.0);
    if let Some(name) = error.purpose().filter(|_| error.0 <= LAST_KNOWN_ERROR) {
        let _ = write!(out, " ({name})");
    }
}

/// "Invalid Data": those beyond it dig prints as numbers.
const LAST_KNOWN_ERROR: u16 = 24;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
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
        assert_eq!(
            text_of(|out| write_error_code(ExtendedError(18), out)),
            "18 (Prohibited)"
        );
        assert_eq!(text_of(|out| write_error_code(ExtendedError(25), out)), "25");
    }
}
