//! Types that are addresses of hosts and networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// A in the classes IN and HS.
pub(super) fn a(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    write_ipv4(Ipv4Addr::from(rdata.array::<4>()?), out);
    Ok(())
}

/// A of Chaosnet: a name and an address in octal (RFC 1035 section 3.3.4 has only the Internet's).
pub(super) fn chaos(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?)
        .format(format_args!(" {:o}", rdata.u16()?));
    Ok(())
}

/// AAAA (RFC 3596).
pub(super) fn aaaa(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let address = Ipv6Addr::from(rdata.array::<16>()?);
    if out.style().expand_aaaa {
        let [a, b, c, d, e, f, g, h] = address.segments();
        out.format(format_args!(
            "{a:04x}:{b:04x}:{c:04x}:{d:04x}:{e:04x}:{f:04x}:{g:04x}:{h:04x}"
        ));
    } else {
        write_ipv6(address, out);
    }
    Ok(())
}

/// A6 (RFC 2874): a prefix length, what is left of the address, and the name that has the prefix.
pub(super) fn a6(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let prefix = rdata.u8()?;
    let octets = match prefix {
        0..=128 => 16 - usize::from(prefix / 8),
        _ => return Err(Malformed::Value),
    };
    // The space stands there even if the address does not.
    out.number(prefix).space();
    if prefix < 128 {
        let mut address = [0; 16];
        let suffix = rdata.take(octets)?;
        address
            .iter_mut()
            .rev()
            .zip(suffix.iter().rev())
            .for_each(|(to, from)| *to = *from);
        write_ipv6(Ipv6Addr::from(address), out);
    }
    if prefix > 0 {
        out.space().name(&rdata.name()?);
    }
    Ok(())
}

/// APL (RFC 3123): prefixes of addresses, some of them excluded.
pub(super) fn apl(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let mut first = true;
    while !rdata.is_empty() {
        let family = rdata.u16()?;
        let prefix = rdata.u8()?;
        let length = rdata.u8()?;
        let part = rdata.take(usize::from(length & 0x7f))?;
        if !first {
            out.space();
        }
        first = false;
        out.text(if length & 0x80 != 0 { "!" } else { "" });
        out.number(family).text(":");
        match family {
            1 if prefix <= 32 => write_ipv4(Ipv4Addr::from(padded::<4>(part)?), out),
            2 if prefix <= 128 => write_ipv6(Ipv6Addr::from(padded::<16>(part)?), out),
            _ => return Err(Malformed::Value),
        }
        out.text("/").number(prefix);
    }
    Ok(())
}

/// The address whose trailing zeroes were left out; the last byte that is there is none of them.
fn padded<const N: usize>(part: &[u8]) -> Result<[u8; N], Malformed> {
    let mut address = [0; N];
    let start = address.get_mut(..part.len()).ok_or(Malformed::Value)?;
    if part.last() == Some(&0) {
        return Err(Malformed::Value);
    }
    start.copy_from_slice(part);
    Ok(address)
}

/// WKS: an address, a protocol and a bit for each of its ports.
pub(super) fn wks(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    a(rdata, out)?;
    out.space().number(rdata.u8()?);
    let bits = rdata.rest();
    if bits.len() > 8192 {
        return Err(Malformed::Value);
    }
    for (index, byte) in bits.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
            out.space().number((index * 8 + bit) as u64);
        }
    }
    Ok(())
}

pub(super) fn write_ipv4(address: Ipv4Addr, out: &mut Writer<'_>) {
    // The commonest of all data: without the machinery of `Display`.
    let [a, b, c, d] = address.octets();
    out.number(a)
        .text(".")
        .number(b)
        .text(".")
        .number(c)
        .text(".")
        .number(d);
}

/// The address in the form of `inet_ntop`: it differs from `Display` for the addresses that RFC 4291 section
/// 2.5.5.1 made of IPv4 addresses (`::192.0.2.1`).
pub(super) fn write_ipv6(address: Ipv6Addr, out: &mut Writer<'_>) {
    write_ipv6_plain(address, out);
    if out.style().yaml && address.to_string().ends_with(':') {
        out.text("0");
    }
}

/// The same, but for what YAML wants.
pub(super) fn write_ipv6_plain(address: Ipv6Addr, out: &mut Writer<'_>) {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
            let [.., a, b, c, d] = address.octets();
            out.format(format_args!("::{a}.{b}.{c}.{d}"));
        }
        _ => {
            out.text(&address.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::{Class, Rdata, RecordType};
    use crate::wire::rdata::{Style, try_write};

    fn text(rtype: RecordType, bytes: &[u8], style: &Style) -> Result<String, Malformed> {
        let mut out = Vec::new();
        try_write(rtype, Class::IN, Rdata::alone(bytes), style, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn an_ipv6_address_made_of_an_ipv4_address_shows_it() {
        let aaaa = |address: &str| {
            let address: Ipv6Addr = address.parse().unwrap();
            text(RecordType::AAAA, &address.octets(), &Style::default()).unwrap()
        };
        assert_eq!(aaaa("::192.0.2.1"), "::192.0.2.1");
        assert_eq!(aaaa("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
        assert_eq!(aaaa("::1"), "::1");
        assert_eq!(aaaa("2001:db8:0:1:0:0:0:1"), "2001:db8:0:1::1");
    }

    #[test]
    fn an_expanded_address_has_all_its_digits() {
        let style = Style {
            expand_aaaa: true,
            ..Style::default()
        };
        assert_eq!(
            text(RecordType::AAAA, &Ipv6Addr::LOCALHOST.octets(), &style).unwrap(),
            "0000:0000:0000:0000:0000:0000:0000:0001"
        );
    }

    #[test]
    fn a_prefix_list_fills_up_its_addresses() {
        let list = [0, 1, 24, 3, 192, 0, 2, 0, 1, 28, 0x84, 192, 0, 2, 64, 0, 2, 0, 0];
        assert_eq!(
            text(RecordType::APL, &list, &Style::default()).unwrap(),
            "1:192.0.2.0/24 !1:192.0.2.64/28 2:::/0"
        );
        let zero_at_end = [0, 1, 24, 3, 192, 0, 0];
        assert_eq!(
            text(RecordType::APL, &zero_at_end, &Style::default()),
            Err(Malformed::Value)
        );
    }

    #[test]
    fn an_address_of_another_length_is_malformed() {
        assert_eq!(
            text(RecordType::A, &[1, 2, 3], &Style::default()),
            Err(Malformed::Truncated)
        );
        assert_eq!(
            text(RecordType::A, &[1, 2, 3, 4, 5], &Style::default()),
            Err(Malformed::Extra)
        );
    }
}
