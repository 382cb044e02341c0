//! The attributes of a transform: type and value, or type, length and value.

use super::payload::{Cut, Numbered, digits, known};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// What the types of attributes are called in one place of the protocol.
pub(super) type Map = &'static [Attribute];
type Attribute = (u16, &'static str, &'static [(u16, &'static str)]);

/// Prints the attributes from `at` to `end`. Returns where the last of them ended, which may be past `end`.
pub(super) fn print<'a>(
    page: &mut Page<'_>,
    at: Cursor<'a>,
    end: Cursor<'a>,
    map: Map,
) -> Result<Cursor<'a>, Cut> {
    let mut at = at;
    while at.captured() > end.captured() {
        let Some(next) = one(page, at, end, map)? else {
            // The next payload is then looked for a byte after the end.
            return Ok(end.after(1));
        };
        at = next;
    }
    Ok(at)
}

/// Prints one attribute, or that it goes past `end`.
fn one<'a>(
    page: &mut Page<'_>,
    at: Cursor<'a>,
    end: Cursor<'a>,
    map: Map,
) -> Result<Option<Cursor<'a>>, Cut> {
    let short = at.peek_u8(0)? & 0x80 != 0;
    let length = if short { 0 } else { usize::from(at.peek_u16(2)?) };
    if at.captured() - end.captured() < length + 4 {
        put!(page, "[|attr]");
        return Ok(None);
    }
    let kind = at.peek_u16(0)? & 0x7fff;
    let attribute = map.iter().find(|(known, ..)| *known == kind);
    put!(page, "(type=");
    match attribute {
        Some((_, name, _)) => put!(page, *name, " "),
        None => put!(page, "#", kind, " "),
    }
    if short {
        put!(page, "value=");
        let value = at.peek_u16(2)?;
        match attribute.and_then(|(.., values)| name_of(values, value)) {
            Some(name) => put!(page, name),
            None => digits(page, at.after(2), 2)?,
        }
    } else {
        put!(page, "len=", length, " value=");
        digits(page, at.after(4), length)?;
    }
    put!(page, ")");
    Ok(Some(at.after(length + 4)))
}

/// What the attributes of a transform of this protocol are called, and the transform itself.
pub(super) fn of_protocol(protocol: u8, transform: u8) -> (Map, Option<Numbered>) {
    let (map, names) = match protocol {
        1 => (OAKLEY, KEYS),
        2 => (IPSEC, AUTHENTICATIONS),
        3 => (IPSEC, ENCRYPTIONS),
        4 => (IPSEC, COMPRESSIONS),
        _ => return (&[], None),
    };
    (map, Some(known(names, transform.into())))
}

/// The attribute of an encryption of version 2.
pub(super) const ENCRYPTION: Map = &[(14, "keylen", &[])];

pub(super) const OAKLEY: Map = &[
    (1, "enc", CIPHERS),
    (2, "hash", HASHES),
    (3, "auth", METHODS),
    (4, "group desc", GROUPS_V1),
    (5, "group type", &[(1, "MODP"), (2, "ECP"), (3, "EC2N")]),
    (6, "group prime", &[]),
    (7, "group gen1", &[]),
    (8, "group gen2", &[]),
    (9, "group curve A", &[]),
    (10, "group curve B", &[]),
    (11, "lifetype", LIFE),
    (12, "lifeduration", &[]),
    (13, "prf", &[]),
    (14, "keylen", &[]),
    (15, "field", &[]),
    (16, "order", &[]),
];

const IPSEC: Map = &[
    (1, "lifetype", LIFE),
    (2, "life", &[]),
    (3, "group desc", GROUPS_V1),
    (4, "enc mode", &[(1, "tunnel"), (2, "transport")]),
    (
        5,
        "auth",
        &[(1, "hmac-md5"), (2, "hmac-sha1"), (3, "1des-mac"), (4, "keyed")],
    ),
    (6, "keylen", &[]),
    (7, "rounds", &[]),
    (8, "dictsize", &[]),
    (9, "privalg", &[]),
];

const LIFE: &[(u16, &str)] = &[(1, "sec"), (2, "kb")];
const KEYS: &[(u16, &str)] = &[(1, "ike")];
const COMPRESSIONS: &[(u16, &str)] = &[(1, "oui"), (2, "deflate"), (3, "lzs")];

#[rustfmt::skip]
const CIPHERS: &[(u16, &str)] = &[
    (1, "1des"), (2, "idea"), (3, "blowfish"), (4, "rc5"), (5, "3des"), (6, "cast"), (7, "aes"),
];

#[rustfmt::skip]
const HASHES: &[(u16, &str)] = &[
    (1, "md5"), (2, "sha1"), (3, "tiger"), (4, "sha2-256"), (5, "sha2-384"), (6, "sha2-512"),
];

#[rustfmt::skip]
const METHODS: &[(u16, &str)] = &[
    (1, "preshared"), (2, "dss"), (3, "rsa sig"), (4, "rsa enc"), (5, "rsa enc revised"),
];

#[rustfmt::skip]
const AUTHENTICATIONS: &[(u16, &str)] = &[
    (1, "(reserved)"), (2, "md5"), (3, "sha"), (4, "1des"), (5, "sha2-256"), (6, "sha2-384"), (7, "sha2-512"),
];

#[rustfmt::skip]
pub(super) const ENCRYPTIONS: &[(u16, &str)] = &[
    (1, "1des-iv64"), (2, "1des"), (3, "3des"), (4, "rc5"), (5, "idea"), (6, "cast"), (7, "blowfish"),
    (8, "3idea"), (9, "1des-iv32"), (10, "rc4"), (11, "null"), (12, "aes"),
];

/// The groups of Diffie and Hellman; a transform of version 1 has names for those below 18.
#[rustfmt::skip]
pub(super) const GROUPS: &[(u16, &str)] = &[
    (1, "modp768"), (2, "modp1024"), (3, "EC2N 2^155"), (4, "EC2N 2^185"), (5, "modp1536"), (6, "iana-grp06"),
    (7, "iana-grp07"), (8, "iana-grp08"), (9, "iana-grp09"), (10, "iana-grp10"), (11, "iana-grp11"),
    (12, "iana-grp12"), (13, "iana-grp13"), (14, "modp2048"), (15, "modp3072"), (16, "modp4096"),
    (17, "modp6144"), (18, "modp8192"),
];
const GROUPS_V1: &[(u16, &str)] = GROUPS.split_at(17).0;
