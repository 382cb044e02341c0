//! EDNS in JSON: RFC 8427 has the bytes of the OPT record only, so what they say is a member of ours.

use serde_json::{Map, Value, json};

use super::message::hex;
use crate::wire::dns::{Edns, EdnsOption, OptionValue, option_code};

/// What an OPT record says.
pub(super) fn edns(edns: &Edns<'_>) -> Value {
    let flags: Vec<&str> = [(Edns::DO, "do"), (COMPACT_OK, "co")]
        .into_iter()
        .filter(|(flag, _)| edns.flags & flag != 0)
        .map(|(_, name)| name)
        .collect();
    let options: Vec<Value> = edns.options().flatten().map(option).collect();
    json!({
        "version": edns.version,
        "udpSize": edns.udp_size,
        "flags": flags,
        "flagBits": edns.flags,
        "options": options,
    })
}

/// The flag of compact denial of existence.
const COMPACT_OK: u16 = 0x4000;

/// An option: its number, its name if it has one, its bytes and what they say.
fn option(option: EdnsOption<'_>) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("code", option.code.into());
    if let Some(name) = name(option.code) {
        set("name", name.into());
    }
    match option.value() {
        OptionValue::LongLivedQuery {
            version,
            opcode,
            error,
            identifier,
            lifetime,
        } => {
            set("version", version.into());
            set("opcode", opcode.into());
            set("error", error.into());
            // More digits than a number in JSON can be trusted with.
            set("identifier", identifier.to_string().into());
            set("lifetime", lifetime.into());
        }
        OptionValue::ServerId(id) => {
            if let Ok(text) = str::from_utf8(id) {
                set("text", text.into());
            }
        }
        OptionValue::ClientSubnet {
            address,
            source,
            scope,
        } => {
            set(
                "address",
                address.map_or(Value::Null, |address| address.to_string().into()),
            );
            set("sourcePrefix", source.into());
            set("scopePrefix", scope.into());
        }
        OptionValue::Expire(seconds) => set("seconds", seconds.into()),
        OptionValue::Cookie(cookie) => {
            let (client, server) = cookie.split_at_checked(CLIENT_COOKIE).unwrap_or((cookie, &[]));
            set("client", hex(client).into());
            if !server.is_empty() {
                set("server", hex(server).into());
            }
        }
        OptionValue::TcpKeepalive(tenths) => set("seconds", json!(f64::from(tenths) / 10.0)),
        OptionValue::Padding(length) => set("length", length.into()),
        OptionValue::KeyTags(tags) => set("tags", tags.into()),
        OptionValue::ExtendedError { error, text } => {
            set("infoCode", error.0.into());
            if let Some(purpose) = error.purpose() {
                set("purpose", purpose.into());
            }
            if !text.is_empty() {
                set("extraText", String::from_utf8_lossy(text).into());
            }
        }
        OptionValue::Tag(tag) => set("tag", tag.into()),
        OptionValue::Other(_) => {}
    }
    set("dataHEX", hex(option.data).into());
    Value::Object(members)
}

/// How long the client's part of a cookie is (RFC 7873).
const CLIENT_COOKIE: usize = 8;

/// The name of an option, as the RFC that defines it abbreviates it.
fn name(code: u16) -> Option<&'static str> {
    let name = match code {
        option_code::LLQ => "LLQ",
        option_code::UPDATE_LEASE => "UL",
        option_code::NSID => "NSID",
        option_code::DAU => "DAU",
        option_code::DHU => "DHU",
        option_code::N3U => "N3U",
        option_code::CLIENT_SUBNET => "ECS",
        option_code::EXPIRE => "EXPIRE",
        option_code::COOKIE => "COOKIE",
        option_code::TCP_KEEPALIVE => "KEEPALIVE",
        option_code::PADDING => "PADDING",
        option_code::CHAIN => "CHAIN",
        option_code::KEY_TAG => "KEY-TAG",
        option_code::EXTENDED_ERROR => "EDE",
        option_code::CLIENT_TAG => "CLIENT-TAG",
        option_code::SERVER_TAG => "SERVER-TAG",
        _ => return None,
    };
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16, data: &[u8]) -> Value {
        option(EdnsOption { code, data })
    }

    #[test]
    fn an_extended_error_is_named_and_its_text_is_text() {
        assert_eq!(
            said(15, b"\0\x12no \xff"),
            json!({"code": 15, "name": "EDE", "infoCode": 18, "purpose": "Prohibited", "extraText": "no \u{fffd}",
                   "dataHEX": "00126E6F20FF"})
        );
    }

    #[test]
    fn a_cookie_is_told_apart_into_its_parts() {
        let cookie = said(10, b"12345678abcdefgh");
        assert_eq!(cookie["client"], "3132333435363738");
        assert_eq!(cookie["server"], "6162636465666768");
        assert_eq!(said(10, b"123")["client"], "313233");
    }

    #[test]
    fn an_option_that_makes_no_sense_is_its_bytes() {
        assert_eq!(said(65001, b"\x01"), json!({"code": 65001, "dataHEX": "01"}));
        assert_eq!(
            said(11, b"\x01"),
            json!({"code": 11, "name": "KEEPALIVE", "dataHEX": "01"})
        );
    }
}
