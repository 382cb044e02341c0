//! SVCB and HTTPS (RFC 9460): where a service is and how it is spoken to.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Malformed;
use super::address::{write_ipv4, write_ipv6_plain};
use super::cursor::Cursor;
use super::writer::Writer;
use crate::wire::Reader;

type Written = Result<(), Malformed>;

/// A priority, a name, and parameters in the order of their keys.
pub(super) fn svcb(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space().name(&rdata.name()?);
    let mut last = None;
    while !rdata.is_empty() {
        let key = rdata.u16()?;
        let length = rdata.u16()?;
        let value = rdata.take(usize::from(length))?;
        if last >= Some(key) {
            return Err(Malformed::Value);
        }
        last = Some(key);
        out.space();
        write_key(key, out);
        write_value(key, value, out)?;
    }
    Ok(())
}

/// The parameters that have a name in dig 9.18.
const KEYS: [&str; 7] = [
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
];

fn write_key(key: u16, out: &mut Writer<'_>) {
    match KEYS.get(usize::from(key)) {
        Some(name) => out.text(name),
        None => out.text("key").number(key),
    };
}

fn write_value(key: u16, value: &[u8], out: &mut Writer<'_>) -> Written {
    let mut reader = Reader::new(value);
    match key {
        0 => write_list("=", &mut reader, out, |reader, out| {
            write_key(reader.u16()?, out);
            Ok(())
        }),
        1 => {
            out.text("=\"");
            write_list("", &mut reader, out, |reader, out| {
                let length = reader.u8()?;
                write_alpn(reader.take(usize::from(length))?, out);
                Ok(())
            })?;
            out.text("\"");
            Ok(())
        }
        2 if value.is_empty() => Ok(()),
        2 => Err(Malformed::Value),
        3 => {
            out.text("=").number(reader.u16()?);
            if reader.is_empty() {
                Ok(())
            } else {
                Err(Malformed::Extra)
            }
        }
        4 => write_list("=", &mut reader, out, |reader, out| {
            write_ipv4(Ipv4Addr::from(reader.array::<4>()?), out);
            Ok(())
        }),
        5 => {
            out.text("=").solid_base64(value);
            Ok(())
        }
        6 => write_list("=", &mut reader, out, |reader, out| {
            write_ipv6_plain(Ipv6Addr::from(reader.array::<16>()?), out);
            Ok(())
        }),
        _ if value.is_empty() => Ok(()),
        _ => {
            out.text("=").quoted(value);
            Ok(())
        }
    }
}

/// One item or more with commas between.
fn write_list(
    start: &str,
    reader: &mut Reader<'_>,
    out: &mut Writer<'_>,
    item: impl Fn(&mut Reader<'_>, &mut Writer<'_>) -> Written,
) -> Written {
    out.text(start);
    item(reader, out)?;
    while !reader.is_empty() {
        out.text(",");
        item(reader, out)?;
    }
    Ok(())
}

/// A protocol's name inside a quoted list: commas and backslashes are escaped for the list first, then for the
/// quotes (RFC 9460 appendix A.1).
fn write_alpn(name: &[u8], out: &mut Writer<'_>) {
    for &byte in name {
        match byte {
            b',' => out.text(r"\\,"),
            b'\\' => out.text(r"\\\\"),
            b'"' => out.text(r#"\""#),
            0x20..=0x7e => out.byte(byte),
            _ => out.decimal_escape(byte),
        };
    }
}
