//! What the options of EDNS say, each by the RFC of its number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{EdnsOption, ExtendedError, option_code};
use crate::wire::{Reader, Truncated};

/// The data of an option, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue<'a> {
    /// A long-lived query (RFC 8764).
    LongLivedQuery {
        /// The version of the protocol.
        version: u16,
        /// What is to be done.
        opcode: u16,
        /// What became of it.
        error: u16,
        /// Which query it is.
        identifier: u64,
        /// How long it lives, in seconds.
        lifetime: u32,
    },
    /// What a name server calls itself (RFC 5001).
    ServerId(&'a [u8]),
    /// For which network the answer is (RFC 7871).
    ClientSubnet {
        /// The network, unless the option names no family of addresses.
        address: Option<IpAddr>,
        /// How many bits of it the query gave.
        source: u8,
        /// For how many of them the answer holds.
        scope: u8,
    },
    /// In how many seconds a secondary's zone expires (RFC 7314).
    Expire(u32),
    /// A cookie (RFC 7873).
    Cookie(&'a [u8]),
    /// How long a TCP connection is kept, in tenths of a second (RFC 7828).
    TcpKeepalive(u16),
    /// So many bytes to hide the length of the message (RFC 7830).
    Padding(usize),
    /// The tags of the keys that a resolver trusts (RFC 8145).
    KeyTags(Vec<u16>),
    /// Why the response is what it is (RFC 8914).
    ExtendedError {
        /// The reason.
        error: ExtendedError,
        /// More about it, in UTF-8.
        text: &'a [u8],
    },
    /// A client's or a server's tag.
    Tag(u16),
    /// An option without a meaning known here, or one whose data is not what its number says.
    Other(&'a [u8]),
}

impl<'a> EdnsOption<'a> {
    /// What the option says.
    pub fn value(&self) -> OptionValue<'a> {
        self.read().unwrap_or(OptionValue::Other(self.data))
    }

    fn read(&self) -> Result<OptionValue<'a>, Truncated> {
        let mut reader = Reader::new(self.data);
        let value = match self.code {
            option_code::LLQ => OptionValue::LongLivedQuery {
                version: reader.u16()?,
                opcode: reader.u16()?,
                error: reader.u16()?,
                identifier: reader.u64()?,
                lifetime: reader.u32()?,
            },
            option_code::NSID => OptionValue::ServerId(rest(&mut reader)),
            option_code::CLIENT_SUBNET => client_subnet(&mut reader)?,
            option_code::EXPIRE => OptionValue::Expire(reader.u32()?),
            option_code::COOKIE => OptionValue::Cookie(rest(&mut reader)),
            option_code::TCP_KEEPALIVE => OptionValue::TcpKeepalive(reader.u16()?),
            option_code::PADDING => OptionValue::Padding(rest(&mut reader).len()),
            option_code::KEY_TAG => {
                let mut tags = Vec::with_capacity(self.data.len() / 2);
                while !reader.is_empty() {
                    tags.push(reader.u16()?);
                }
                OptionValue::KeyTags(tags)
            }
            option_code::EXTENDED_ERROR => OptionValue::ExtendedError {
                error: ExtendedError(reader.u16()?),
                text: rest(&mut reader),
            },
            option_code::CLIENT_TAG | option_code::SERVER_TAG => OptionValue::Tag(reader.u16()?),
            _ => OptionValue::Other(rest(&mut reader)),
        };
        if reader.is_empty() {
            Ok(value)
        } else {
            Err(Truncated)
        }
    }
}

fn rest<'a>(reader: &mut Reader<'a>) -> &'a [u8] {
    reader.take(reader.len()).unwrap_or_default()
}

/// An address cut to the bytes that its prefix needs.
fn client_subnet<'a>(reader: &mut Reader<'a>) -> Result<OptionValue<'a>, Truncated> {
    let family = reader.u16()?;
    let (source, scope) = (reader.u8()?, reader.u8()?);
    let part = rest(reader);
    let address = match family {
        0 if source == 0 => None,
        1 => Some(Ipv4Addr::from(filled_up::<4>(part)?).into()),
        2 => Some(Ipv6Addr::from(filled_up::<16>(part)?).into()),
        _ => return Err(Truncated),
    };
    Ok(OptionValue::ClientSubnet {
        address,
        source,
        scope,
    })
}

fn filled_up<const N: usize>(part: &[u8]) -> Result<[u8; N], Truncated> {
    let mut address = [0; N];
    address
        .get_mut(..part.len())
        .ok_or(Truncated)?
        .copy_from_slice(part);
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(code: u16, data: &[u8]) -> OptionValue<'_> {
        EdnsOption { code, data }.value()
    }

    #[test]
    fn a_subnet_is_filled_up_with_zeroes() {
        let subnet = |address: Option<&str>, source, scope| OptionValue::ClientSubnet {
            address: address.map(|text| text.parse().unwrap()),
            source,
            scope,
        };
        assert_eq!(
            value(8, &[0, 1, 24, 20, 192, 0, 2]),
            subnet(Some("192.0.2.0"), 24, 20)
        );
        assert_eq!(
            value(8, &[0, 2, 20, 7, 0x20, 1, 0x10]),
            subnet(Some("2001:1000::"), 20, 7)
        );
        assert_eq!(value(8, &[0, 0, 0, 0]), subnet(None, 0, 0));
        assert_eq!(value(8, &[0, 9, 0, 0]), OptionValue::Other(&[0, 9, 0, 0]));
    }

    #[test]
    fn an_extended_error_has_a_code_and_a_text() {
        let expected = OptionValue::ExtendedError {
            error: ExtendedError(18),
            text: b"no",
        };
        assert_eq!(value(15, b"\0\x12no"), expected);
        assert_eq!(value(15, b"\0"), OptionValue::Other(b"\0"));
    }

    #[test]
    fn data_that_is_not_what_its_number_says_is_kept_as_it_is() {
        assert_eq!(value(11, &[0, 100]), OptionValue::TcpKeepalive(100));
        for (code, data) in [
            (11, [0, 100, 0].as_slice()),
            (9, &[1]),
            (14, &[1]),
            (16, &[1, 2, 3]),
        ] {
            assert_eq!(value(code, data), OptionValue::Other(data), "option {code}");
        }
    }
}
