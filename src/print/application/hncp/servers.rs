//! The servers that a home was told of by DHCP, in the options in which it was told.

use super::new_line;
use crate::print::application::dns;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints options of DHCP; false if one of them cannot be.
pub(super) fn version_4(page: &mut Page<'_>, mut rest: Cursor<'_>, indent: u8) -> Shown<bool> {
    while !rest.is_empty() {
        if rest.len() < 2 {
            return Ok(false);
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        new_line(page, indent);
        put!(
            page,
            name_of(OPTIONS_4, kind).unwrap_or("Unknown"),
            " (",
            length + 2,
            ")"
        );
        let lists = matches!(kind, 6 | 42);
        if rest.len() < length || (lists && (length < 4 || !length.is_multiple_of(4))) {
            return Ok(false);
        }
        if lists {
            addresses(page, false, rest.limited(length))?;
        } else if kind == 119 && !domains(page, rest.claiming(length)) {
            return Ok(false);
        }
        rest.advance(length);
    }
    Ok(true)
}

/// Prints options of DHCPv6; false if one of them cannot be.
pub(super) fn version_6(page: &mut Page<'_>, mut rest: Cursor<'_>, indent: u8) -> Shown<bool> {
    while !rest.is_empty() {
        if rest.len() < 4 {
            return Ok(false);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        new_line(page, indent);
        put!(
            page,
            name_of(OPTIONS_6, kind).unwrap_or("Unknown"),
            " (",
            length + 4,
            ")"
        );
        if rest.len() < length {
            return Ok(false);
        }
        let lists = matches!(kind, 23 | 31);
        if lists && !length.is_multiple_of(16) {
            // That is said here, and once more of the whole.
            page.invalid();
            return Ok(false);
        }
        if lists {
            addresses(page, true, rest.limited(length))?;
        } else if kind == 24 && !domains(page, rest.claiming(length)) {
            return Ok(false);
        }
        rest.advance(length);
    }
    Ok(true)
}

fn addresses(page: &mut Page<'_>, are_v6: bool, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        put!(page, " ");
        page.next_host(&mut rest, are_v6)?;
    }
    Ok(())
}

/// Prints domain names; false if one of them cannot be.
fn domains(page: &mut Page<'_>, value: Cursor<'_>) -> bool {
    let mut at = 0;
    while at < value.len() {
        put!(page, " ");
        match dns::name(page, value.bytes(), at) {
            Ok(end) => at = end,
            Err(_) => return false,
        }
    }
    true
}

const OPTIONS_4: &[(u8, &str)] = &[(6, "DNS-server"), (42, "NTP-server"), (119, "DNS-search")];
const OPTIONS_6: &[(u16, &str)] = &[(23, "DNS-server"), (24, "DNS-search-list"), (31, "SNTP-servers")];

#[cfg(test)]
mod tests {
    use super::super::sample::{datagram, value};
    use crate::print::sample::verbose;
    use crate::wire::LinkType;

    #[test]
    fn servers_are_listed() {
        let told = |value: &[u8]| verbose(2, LinkType::RAW, &datagram(value));
        assert!(
            told(&value(37, &[6, 8, 192, 0, 2, 1, 192, 0, 2, 2]))
                .ends_with("DHCPv4-Data (14)\n\t\tDNS-server (10) 192.0.2.1 192.0.2.2")
        );
        assert!(told(&value(37, &[42, 5, 192, 0, 2, 1, 1])).ends_with("\n\t\tNTP-server (7) (invalid)"));
        let both = [value(37, &[6, 1, 9]), value(1, &[])].concat();
        assert!(
            told(&both).ends_with("\n\t\tDNS-server (3) (invalid)"),
            "and nothing after it"
        );
        assert!(told(&value(38, b"\0\x18\0\x06\x04home\0")).ends_with("\n\t\tDNS-search-list (10) home."));
        assert!(
            told(&value(38, &[0, 31, 0, 3, 1, 2, 3])).ends_with("\n\t\tSNTP-servers (7) (invalid) (invalid)")
        );
        assert!(told(&value(38, b"\0\x18\0\x02\x47\0")).ends_with("DNS-search-list (6) <ELT 7> (invalid)"));
    }
}
