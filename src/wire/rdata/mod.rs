//! What is inside a record, as text in master file form (RFC 1035 section 5): laid out as dig lays it out.
//!
//! One file per family of types. A type that nobody knows, or data that is not what its type says, is written
//! in the generic form of RFC 3597.

mod address;
mod algorithm;
mod certificate;
mod cursor;
mod dnssec;
mod host_key;
mod line;
mod location;
mod name;
mod network;
mod period;
mod service;
mod text;
mod transaction;
mod type_map;
mod unknown;
mod words;
mod writer;

use thiserror::Error;

use super::Truncated;
use super::dns::{Class, NameError, Rdata, RecordType};
use cursor::Cursor;
use writer::Writer;

pub use algorithm::{algorithm_name, key_tag};
pub use line::{Layout, Ttl};
pub use period::{period, short_period};

/// How the data is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Long data in brackets over several lines, each begun with four tabs.
    pub multiline: bool,
    /// Comments that explain keys and times.
    pub comments: bool,
    /// How long a word of base64 or hex is, in characters; 0 for as long as the data. Unless it is set,
    /// `multiline` has words of its own.
    pub word: usize,
    /// Print keys, signatures and digests; without, a note takes their place.
    pub crypto: bool,
    /// All eight groups of IPv6 addresses with all their digits.
    pub expand_aaaa: bool,
    /// The generic form for every type.
    pub unknown: bool,
    /// For YAML, where text must not end with a colon: `2001:db8::0`.
    pub yaml: bool,
    /// Names in the characters of their language, where they have an IDNA form.
    pub unicode: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            multiline: false,
            comments: false,
            word: 56,
            crypto: true,
            expand_aaaa: false,
            unknown: false,
            yaml: false,
            unicode: false,
        }
    }
}

/// The data is not what its type says.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    /// It ends too early.
    #[error("unexpected end of input")]
    Truncated,
    /// It goes on after its end.
    #[error("extra input data")]
    Extra,
    /// A name in it is wrong.
    #[error(transparent)]
    Name(NameError),
    /// A field has a value that it must not have.
    #[error("format error")]
    Value,
    /// It does not have the length that its type has.
    #[error("FORMERR")]
    Length,
}

impl From<Truncated> for Malformed {
    fn from(_: Truncated) -> Self {
        Self::Truncated
    }
}

impl From<NameError> for Malformed {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Truncated => Self::Truncated,
            error => Self::Name(error),
        }
    }
}

/// Appends the data of a record to `out`; in the generic form if it is not what its type says.
pub fn write(rtype: RecordType, class: Class, rdata: Rdata<'_>, style: &Style, out: &mut Vec<u8>) {
    if try_write(rtype, class, rdata, style, out).is_err() {
        unknown::write(rdata.bytes(), &mut Writer::new(style, out));
    }
}

/// Appends the data of a record to `out`, as long as it is what its type says.
///
/// # Errors
/// What is wrong with the data; nothing is appended then.
pub fn try_write(
    rtype: RecordType,
    class: Class,
    rdata: Rdata<'_>,
    style: &Style,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let before = out.len();
    let mut cursor = Cursor::new(rdata);
    let mut writer = Writer::new(style, out);
    let result = match form(rtype, class) {
        None => {
            unknown::write(rdata.bytes(), &mut writer);
            return Ok(());
        }
        Some(form) if style.unknown => unknown::write_expanded(form, rdata, &mut writer),
        Some(form) => form(&mut cursor, &mut writer).and_then(|()| cursor.end()),
    };
    let result = result.map_err(|error| blame(rtype, error));
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// What dig makes of data that is too short or too long: of the later types it says so in another way.
fn blame(rtype: RecordType, error: Malformed) -> Malformed {
    let of_one_length = [
        RecordType::NID,
        RecordType::L32,
        RecordType::L64,
        RecordType::LP,
        RecordType::EUI48,
        RecordType::EUI64,
    ];
    let never_cut = [
        RecordType::NSEC3,
        RecordType::NSEC3PARAM,
        RecordType::CSYNC,
        RecordType::HIP,
        RecordType::AMTRELAY,
        RecordType::CAA,
    ];
    match error {
        Malformed::Truncated | Malformed::Extra if of_one_length.contains(&rtype) => Malformed::Length,
        Malformed::Truncated if never_cut.contains(&rtype) => Malformed::Length,
        error => error,
    }
}

/// Writes the data of one type.
type Form = fn(&mut Cursor<'_>, &mut Writer<'_>) -> Result<(), Malformed>;

/// The form of a type, if it has one of its own.
fn form(rtype: RecordType, class: Class) -> Option<Form> {
    let form: Form = match (rtype, class) {
        (RecordType::A, Class::IN | Class::HS) => address::a,
        (RecordType::A, Class::CH) => address::chaos,
        (RecordType::AAAA, Class::IN) => address::aaaa,
        (RecordType::A6, Class::IN) => address::a6,
        (RecordType::APL, Class::IN) => address::apl,
        (RecordType::WKS, Class::IN) => address::wks,
        (RecordType::NSAP, Class::IN) => network::nsap,
        (RecordType::ATMA, Class::IN) => network::atma,
        (RecordType::EID | RecordType::NIMLOC, Class::IN) => network::hex_words,
        (RecordType::EUI48, _) => network::eui48,
        (RecordType::EUI64, _) => network::eui64,
        (RecordType::NID | RecordType::L64, _) => network::locator64,
        (RecordType::L32, _) => network::locator32,
        (
            RecordType::NS
            | RecordType::CNAME
            | RecordType::PTR
            | RecordType::MB
            | RecordType::MD
            | RecordType::MF
            | RecordType::MG
            | RecordType::MR
            | RecordType::DNAME,
            _,
        )
        | (RecordType::NSAP_PTR, Class::IN) => name::one,
        (RecordType::SOA, _) => name::soa,
        (RecordType::MX | RecordType::AFSDB | RecordType::RT | RecordType::LP, _)
        | (RecordType::KX, Class::IN) => name::preference,
        (RecordType::MINFO | RecordType::RP | RecordType::TALINK, _) => name::two,
        (RecordType::PX, Class::IN) => name::px,
        (RecordType::SRV, Class::IN) => name::srv,
        (RecordType::NAPTR, _) => name::naptr,
        (
            RecordType::TXT
            | RecordType::SPF
            | RecordType::NINFO
            | RecordType::AVC
            | RecordType::RESINFO
            | RecordType::WALLET,
            _,
        ) => text::strings,
        (RecordType::HINFO, _) => text::two,
        (RecordType::X25, _) => text::one,
        (RecordType::ISDN, _) => text::isdn,
        (RecordType::GPOS, _) => text::three,
        (RecordType::URI, _) => text::uri,
        (RecordType::CAA, _) => text::caa,
        (RecordType::DOA, _) => text::doa,
        (RecordType::LOC, _) => location::loc,
        (RecordType::DNSKEY | RecordType::CDNSKEY, _) => dnssec::dnskey,
        (RecordType::KEY | RecordType::RKEY, _) => dnssec::key,
        (RecordType::RRSIG, _) => dnssec::rrsig,
        (RecordType::SIG, _) => dnssec::sig,
        (RecordType::DS | RecordType::CDS | RecordType::DLV | RecordType::TA, _) => dnssec::ds,
        (RecordType::NSEC, _) => dnssec::nsec,
        (RecordType::NXT, _) => dnssec::nxt,
        (RecordType::NSEC3, _) => dnssec::nsec3,
        (RecordType::NSEC3PARAM, _) => dnssec::nsec3param,
        (RecordType::CSYNC, _) => dnssec::csync,
        (RecordType::ZONEMD, _) => dnssec::zonemd,
        (RecordType::CERT, _) => certificate::cert,
        (RecordType::SSHFP, _) => certificate::sshfp,
        (RecordType::TLSA | RecordType::SMIMEA, _) => certificate::tlsa,
        (RecordType::OPENPGPKEY, _) => certificate::openpgpkey,
        (RecordType::DHCID, Class::IN) => certificate::dhcid,
        (RecordType::SINK, _) => certificate::sink,
        (RecordType::IPSECKEY, _) => host_key::ipseckey,
        (RecordType::AMTRELAY, _) => host_key::amtrelay,
        (RecordType::HIP, _) => host_key::hip,
        (RecordType::SVCB | RecordType::HTTPS, Class::IN) => service::svcb,
        (RecordType::OPT, _) => transaction::opt,
        (RecordType::TSIG, Class::ANY) => transaction::tsig,
        (RecordType::TKEY, _) => transaction::tkey,
        _ => return None,
    };
    Some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rtype: RecordType, bytes: &[u8], style: &Style) -> String {
        let mut out = Vec::new();
        write(rtype, Class::IN, Rdata::alone(bytes), style, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_type_has_its_own_form() {
        let name = b"\x01a\0".as_slice();
        let key = b"\x01\0\x03\x08\xde\xad\xbe\xef".as_slice();
        for (rtype, bytes, expected) in [
            (RecordType::NS, name, "a."),
            (RecordType::MX, b"\0\x0a\x01a\0", "10 a."),
            (RecordType::SRV, b"\0\x01\0\x02\0\x03\0", "1 2 3 ."),
            (RecordType::RP, b"\x01a\0\x01b\0", "a. b."),
            (RecordType::TXT, b"\x01a\0", "\"a\" \"\""),
            (RecordType::HINFO, b"\x01a\x01b", "\"a\" \"b\""),
            (RecordType::CAA, b"\x80\x05issueca", "128 issue \"ca\""),
            (RecordType::URI, b"\0\x01\0\x02x:y", "1 2 \"x:y\""),
            (RecordType::DNSKEY, key, "256 3 8 3q2+7w=="),
            (RecordType::DS, b"\0\x07\x08\x02\xab\xcd", "7 8 2 ABCD"),
            (RecordType::NSEC, b"\x01a\0\0\x01\x40", "a. A"),
            (RecordType::NSEC3PARAM, b"\x01\0\0\x0a\0", "1 0 10 -"),
            (RecordType::SSHFP, b"\x01\x02\xab", "1 2 AB"),
            (RecordType::TLSA, b"\x03\x01\x01\xab", "3 1 1 AB"),
            (RecordType::CERT, b"\0\x01\0\x02\x08abc", "PKIX 2 RSASHA256 YWJj"),
            (RecordType::EUI48, b"\0\x01\x02\x03\x04\xff", "00-01-02-03-04-ff"),
            (
                RecordType::NID,
                b"\0\x0a\0\x14\x4f\xff\xff\x20\xee\x64",
                "10 14:4fff:ff20:ee64",
            ),
            (RecordType::NSAP, b"\x47\0", "0x4700"),
            (RecordType::WKS, b"\xc0\0\x02\x01\x06\x02\x40", "192.0.2.1 6 6 9"),
            (
                RecordType::SVCB,
                b"\0\x01\0\0\x01\0\x03\x02h2\0\x03\0\x02\0\x50",
                "1 . alpn=\"h2\" port=80",
            ),
            (RecordType::HTTPS, b"\0\0\x01a\0", "0 a."),
            (
                RecordType::AMTRELAY,
                b"\x0a\x81\xc0\0\x02\x01",
                "10 1 1 192.0.2.1",
            ),
            (RecordType::ZONEMD, b"\0\0\0\x05\x01\x01\xab", "5 1 1 AB"),
            (RecordType(65280), b"\x01\xab", "\\# 2 01AB"),
        ] {
            assert_eq!(text(rtype, bytes, &Style::default()), expected, "{rtype}");
        }
    }

    #[test]
    fn data_that_is_not_what_its_type_says_is_written_in_the_generic_form() {
        assert_eq!(
            text(RecordType::A, b"\x01\x02\x03", &Style::default()),
            "\\# 3 010203"
        );
        assert_eq!(
            text(RecordType::MX, b"\0\x0a\xc0\x05", &Style::default()),
            "\\# 4 000AC005"
        );
    }

    #[test]
    fn keys_can_be_left_out() {
        let style = Style {
            crypto: false,
            ..Style::default()
        };
        assert_eq!(
            text(RecordType::DS, b"\0\x07\x08\x02\xab", &style),
            "7 8 2 [omitted]"
        );
        let key = b"\x01\0\x03\x08\xde\xad\xbe\xef";
        assert_eq!(text(RecordType::DNSKEY, key, &style), "256 3 8 [key id = 41381]");
    }

    #[test]
    fn long_data_goes_over_several_lines_in_brackets() {
        let style = Style {
            multiline: true,
            comments: true,
            ..Style::default()
        };
        assert_eq!(
            text(RecordType::DNSKEY, b"\x01\x01\x03\x08\xde\xad", &style),
            "257 3 8 (\n\t\t\t\t3q0=\n\t\t\t\t) ; KSK; alg = RSASHA256 ; key id = 58038"
        );
        let mut soa = b"\x01a\0\0".to_vec();
        soa.extend([0, 0, 0, 1].repeat(5));
        assert!(text(RecordType::SOA, &soa, &style).contains("1          ; refresh (1 second)\n"));
    }

    #[test]
    fn nothing_is_written_of_data_that_is_refused() {
        let mut out = b"before".to_vec();
        let data = Rdata::alone(b"\0\x0a\x01");
        let refused = try_write(RecordType::MX, Class::IN, data, &Style::default(), &mut out);
        assert_eq!(
            (refused, out.as_slice()),
            (Err(Malformed::Truncated), b"before".as_slice())
        );
    }
}
