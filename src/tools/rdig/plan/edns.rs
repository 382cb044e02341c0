//! The values of the options about EDNS.

use std::net::{IpAddr, Ipv4Addr};

use data_encoding::HEXLOWER_PERMISSIVE;

use super::UsageError;
use super::lookup::Subnet;
use super::number::number;
use crate::wire::dns::option_code;

/// A client subnet: an address with or without `/` and the length of its prefix, or a bare 0 for "do not tell".
///
/// # Errors
/// When it is none.
pub(super) fn subnet(text: &str) -> Result<Subnet, UsageError> {
    let none = || UsageError::plain(format!("invalid address '{text}'"));
    if text == "0" {
        return Ok(Subnet {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            prefix: 0,
        });
    }
    let (address, prefix) = match text.split_once('/') {
        None => (text, None),
        Some((address, prefix)) => {
            // dig ends the line twice.
            let bad = |error: UsageError| {
                let why = error.problem().and_then(|problem| problem.rsplit(": ").next());
                let why = why.unwrap_or_default();
                UsageError::plain(format!("invalid prefix length in '{text}': {why}\n"))
            };
            (
                address,
                Some(number(prefix, u32::MAX, "prefix length").map_err(bad)?),
            )
        }
    };
    let address = match (address.parse(), prefix) {
        (Ok(address), _) => address,
        (Err(_), Some(_)) => filled_up(address).ok_or_else(none)?,
        (Err(_), None) => return Err(none()),
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(longest).min(longest);
    Ok(Subnet {
        address,
        prefix: u8::try_from(prefix).map_err(|_| none())?,
    })
}

/// The IPv4 address of which only the first parts were typed.
fn filled_up(text: &str) -> Option<IpAddr> {
    (1..=3).find_map(|missing| format!("{text}{}", ".0".repeat(missing)).parse().ok())
}

/// An option: its name or number, and after a colon its data in hex.
///
/// # Errors
/// When there is no such option, or the data is not hex.
pub(super) fn option(text: &str) -> Result<(u16, Vec<u8>), UsageError> {
    let (code, data) = match text.split_once(':') {
        None => (text, ""),
        Some((code, data)) => (code, data),
    };
    let known = OPTION_NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(code));
    let code = match known {
        Some((_, code)) => *code,
        None => {
            let error = |error: UsageError| UsageError::Other {
                text: format!("bad edns code point: {code}"),
                problem: error.problem().map(str::to_owned),
                exit: crate::cli::Exit::FAILURE,
            };
            let number = number(code, u16::MAX.into(), "ednsopt").map_err(error)?;
            u16::try_from(number).map_err(|_| UsageError::plain("bad edns code point"))?
        }
    };
    Ok((code, hex(data)?))
}

/// Bytes from hex.
///
/// # Errors
/// When it is none.
pub(super) fn hex(text: &str) -> Result<Vec<u8>, UsageError> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !b" \t\r\n".contains(byte)).collect();
    HEXLOWER_PERMISSIVE
        .decode(&digits)
        .map_err(|_| UsageError::plain("isc_hex_decodestring: bad hex encoding"))
}

/// The names that `+ednsopt` takes.
const OPTION_NAMES: [(&str, u16); 17] = [
    ("LLQ", option_code::LLQ),
    ("NSID", option_code::NSID),
    ("DAU", option_code::DAU),
    ("DHU", option_code::DHU),
    ("N3U", option_code::N3U),
    ("ECS", option_code::CLIENT_SUBNET),
    ("EXPIRE", option_code::EXPIRE),
    ("COOKIE", option_code::COOKIE),
    ("KEEPALIVE", option_code::TCP_KEEPALIVE),
    ("PADDING", option_code::PADDING),
    ("PAD", option_code::PADDING),
    ("CHAIN", option_code::CHAIN),
    ("KEY-TAG", option_code::KEY_TAG),
    ("EDE", option_code::EXTENDED_ERROR),
    ("CLIENT-TAG", option_code::CLIENT_TAG),
    ("SERVER-TAG", option_code::SERVER_TAG),
    ("DEVICEID", 26946),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_longer_than_its_address_is_cut() {
        let cut = subnet("192.0.2.4/99").unwrap();
        assert_eq!(cut.prefix, 32);
        assert_eq!(subnet("2001:db8::/32").unwrap().prefix, 32);
        assert_eq!(subnet("192.0.2.4").unwrap().prefix, 32);
        assert_eq!(subnet("0").unwrap().prefix, 0);
        assert_eq!(subnet("10.1/16").unwrap().address, IpAddr::from([10, 1, 0, 0]));
        assert!(subnet("10.1").is_err());
        let error = subnet("10.1.1.1/x").unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid prefix length in '10.1.1.1/x': not a valid number\n"
        );
        assert_eq!(subnet("bad").unwrap_err().to_string(), "invalid address 'bad'");
    }

    #[test]
    fn an_option_is_named_or_numbered() {
        assert_eq!(option("nsid"), Ok((3, vec![])));
        assert_eq!(option("5:08ff"), Ok((5, vec![8, 255])));
        assert_eq!(
            option("nosuch").unwrap_err().to_string(),
            "bad edns code point: nosuch"
        );
        assert!(option("5:x").is_err());
    }
}
