//! The locator/identifier separation protocol's registrations (RFC 6833); other messages by their name.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put, put_bits};

/// Prints a control message: a Map-Register or Map-Notify with its records.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("lisp");
    put!(page, "LISP");
    page.expect("length", message, HEADER)?;
    message.need(HEADER)?;
    let flags = message.peek_u32(0)?;
    let kind = flags >> 28;
    match name_of(KINDS, kind) {
        Some(name) => put!(page, name, ","),
        None => put!(page, "-unknown-type-", kind, ","),
    }
    let (flag_names, has_site) = match kind {
        REGISTER => (REGISTER_FLAGS, flags & 0x0200_0000 != 0),
        NOTIFY => (NOTIFY_FLAGS, flags & 0x0800_0000 != 0),
        _ => return Ok(()),
    };
    let [.., records] = flags.to_be_bytes();
    let (key, digest) = (message.peek_u16(12)?, message.peek_u16(14)?);
    let mut rest = message.after(HEADER);
    if page.verbose(1) {
        put!(page, " flags [");
        put_bits(page.out, flag_names, flags, ", ", "none");
        put!(page, "],\n    ", records, " record(s), Authentication ");
        put!(page, name_of(AUTHENTICATIONS, key).unwrap_or("unknown-type"), ",");
        page.hex("\n    Authentication-Data: ", rest.limited(digest.into()).bytes());
        rest.need(digest.into())?;
    } else {
        put!(page, " ", records, " record(s),");
    }
    rest.advance(digest.into());
    if records == 0 {
        return Err(Stop::Invalid);
    }
    for _ in 0..records {
        if rest.is_empty() {
            break;
        }
        if !record(page, &mut rest)? {
            return Ok(());
        }
    }
    if has_site {
        if !rest.has(24) {
            return Err(Stop::Invalid);
        }
        page.hex("\n    xTR-ID: ", rest.limited(16).bytes());
        rest.advance(16);
        put!(page, "\n    SITE-ID: ", rest.u64()?);
    } else {
        page.hex("\n    Data: ", rest.bytes());
    }
    Ok(())
}

/// Prints an identifier and its locators. Returns false where the identifier is of a family whose length we do
/// not know.
fn record(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<bool> {
    rest.need(12)?;
    put!(page, "\n");
    let (ttl, locators, mask, action) = (rest.u32()?, rest.u8()?, rest.u8()?, rest.u16()?);
    let (version, family) = (rest.u16()? & 0x0fff, rest.u16()?);
    if page.verbose(1) {
        let authoritative = action & 0x1000 != 0;
        put!(page, "      Record TTL ", ttl, ",");
        put!(
            page,
            if authoritative {
                " Authoritative, "
            } else {
                " Non-Authoritative, "
            }
        );
        put!(
            page,
            name_of(ACTIONS, action >> 13).unwrap_or("unknown"),
            ", Map Version: ",
            version,
            ","
        );
    }
    if !address(page, " EID ", family, rest)? {
        return Ok(false);
    }
    put!(page, "/", mask, ", ", locators, " locator(s)");
    for _ in 0..locators {
        locator(page, rest)?;
    }
    Ok(true)
}

fn locator(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    rest.need(8)?;
    let (priority, weight) = (rest.u8()?, rest.u8()?);
    let (multicast_priority, multicast_weight) = (rest.u8()?, rest.u8()?);
    let (flags, family) = (rest.u16()?, rest.u16()?);
    if page.verbose(1) {
        put!(page, "\n       ");
    }
    address(page, " LOC ", family, rest)?;
    if page.verbose(1) {
        put!(page, "\n          Priority/Weight ", priority, "/", weight);
        put!(
            page,
            ", Multicast Priority/Weight ",
            multicast_priority,
            "/",
            multicast_weight,
            ", flags ["
        );
        put_bits(page.out, LOCATOR_FLAGS, flags.into(), ", ", "none");
        put!(page, "],");
    }
    Ok(())
}

/// Prints an address after `before`, if it is of a family that we know.
fn address(page: &mut Page<'_>, before: &str, family: u16, rest: &mut Cursor<'_>) -> Shown<bool> {
    match family {
        1 => {
            let address = rest.ipv4()?;
            put!(page, before);
            page.host(address);
        }
        2 => {
            let address = rest.ipv6()?;
            put!(page, before);
            page.host(address);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

const HEADER: usize = 16;
const REGISTER: u32 = 3;
const NOTIFY: u32 = 4;
const KINDS: &[(u32, &str)] = &[
    (0, "-Reserved"),
    (1, "-Map-Request"),
    (2, "-Map-Reply"),
    (REGISTER, "-Map-Register"),
    (NOTIFY, "-Map-Notify"),
    (8, "-Encapsulated-Contol-Message"),
];

const REGISTER_FLAGS: &[(u32, &str)] = &[
    (0x0800_0000, "P-Proxy-Map-Reply"),
    (0x0400_0000, "S-LISP-SEC-Capable"),
    (0x0200_0000, "I-xTR-ID-Present"),
    (0x0100_0000, "R-Build-For-RTR"),
    (0x0000_0100, "M-Want-Map-Notify"),
];
const NOTIFY_FLAGS: &[(u32, &str)] = &[
    (0x0800_0000, "I-xTR-ID-Present"),
    (0x0400_0000, "R-Build-For-RTR"),
];
const LOCATOR_FLAGS: &[(u32, &str)] = &[(4, "Local-Locator"), (2, "RLoc-Probed"), (1, "Reachable")];

const AUTHENTICATIONS: &[(u16, &str)] = &[(0, "None"), (1, "SHA1"), (2, "SHA256")];
const ACTIONS: &[(u16, &str)] = &[
    (0, "No-Action"),
    (1, "Natively-Forward"),
    (2, "Send-Map-Request"),
    (3, "Drop"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    /// A Map-Register with one record of one locator, and the identifiers of its sender.
    fn register() -> Vec<u8> {
        let mut message = vec![0x32, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0xab, 0xcd];
        message.extend_from_slice(&[0, 0, 5, 0xa0, 1, 24, 0x30, 0, 0, 0, 0, 1, 192, 0, 2, 0]);
        message.extend_from_slice(&[1, 100, 2, 50, 0, 5, 0, 1, 192, 0, 2, 9]);
        message.extend_from_slice(&[7; 16]);
        message.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 9]);
        message
    }

    #[test]
    fn a_registration_lists_its_locators() {
        let packet = udp(1, 4342, &register());
        assert!(shown(LinkType::RAW, &packet).ends_with(
            ": LISP-Map-Register, 1 record(s),\n EID 192.0.2.0/24, 1 locator(s) LOC 192.0.2.9\
             \n    xTR-ID: 0x0000:  0707 0707 0707 0707 0707 0707 0707 0707\n    SITE-ID: 9"
        ));
        let text = verbose(1, LinkType::RAW, &packet);
        assert!(
            text.contains(
                "flags [I-xTR-ID-Present, M-Want-Map-Notify],\n    1 record(s), Authentication SHA1,\
             \n    Authentication-Data: 0x0000:  abcd\
             \n      Record TTL 1440, Authoritative, Natively-Forward, Map Version: 0, EID 192.0.2.0/24, \
             1 locator(s)\n        LOC 192.0.2.9\n          Priority/Weight 1/100, \
             Multicast Priority/Weight 2/50, flags [Local-Locator, Reachable],\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_is_missing_is_told() {
        let whole = register();
        assert_every_cut_is_told(LinkType::RAW, &udp(1, 4342, &whole[..whole.len() - 24])[..60]);
        let cut = udp(1, 4342, &whole[..whole.len() - 1]);
        assert!(shown(LinkType::RAW, &cut).ends_with(" LOC 192.0.2.9 (invalid)"));
        assert!(shown(LinkType::RAW, &udp(1, 4342, &[0; 8])).ends_with(": LISP [length 8 < 16] (invalid)"));
    }
}
